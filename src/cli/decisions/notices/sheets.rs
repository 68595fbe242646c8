//! Messages and receivers as tables.

use std::path::PathBuf;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::output::whole_file::write_whole;
use vigie::domain::messages::channel::Channel;
use vigie::domain::messages::notice::{ChannelState, Content, Notice, QueuedNotice};
use vigie::domain::messages::outage::Outage;
use vigie::support::visible_text;

pub(super) fn show(found: &QueuedNotice, printer: &Printer) -> Result<Conclusion, CliError> {
    let sheet = list(std::slice::from_ref(found)).with_note(words(&found.notice.content));
    printer.answer(found, &[sheet], 0)
}

pub(super) fn show_preview(
    notices: &[Notice],
    file: Option<&PathBuf>,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    if notices.is_empty() {
        print::message("rien n’a changé depuis le dernier message : rien ne serait envoyé");
    }
    let sheets: Vec<Sheet> = notices
        .iter()
        .map(|notice| {
            let columns =
                vec![("kind", "Message"), ("not_before", "Partirait"), ("title", "Objet")];
            let row = vec![
                Cell::of(notice.kind.label(), notice.kind.as_str()),
                Cell::moment(notice.not_before),
                Cell::text(&notice.title),
            ];
            Sheet::new("Prochain message, non envoyé", columns, vec![row])
                .with_note(words(&notice.content))
        })
        .collect();
    if let (Some(path), Some(notice)) = (file, notices.last())
        && let Content::Message { html, .. } = &notice.content
    {
        write_whole(path, visible_text::lines(html).as_bytes())?;
    }
    printer.answer(&notices, &sheets, 0)
}

fn words(content: &Content) -> String {
    match content {
        Content::Message { text, attachments, .. } => {
            let files = attachments.iter().map(|file| {
                format!("\nPièce jointe : {} ({} ko)", file.name(), file.size().div_ceil(1000))
            });
            std::iter::once(format!("\n{text}")).chain(files).collect()
        }
        Content::Post { body, .. } => body.clone(),
    }
}

pub(super) fn list(notices: &[QueuedNotice]) -> Sheet {
    let rows = notices.iter().map(|queued| {
        let notice = &queued.notice;
        let when = queued.delivered_at.unwrap_or(queued.next_attempt_at);
        vec![
            Cell::text(notice.id.as_str()),
            Cell::of(queued.state.label(), queued.state.as_str()),
            Cell::text(notice.receiver.to_string()),
            Cell::of(notice.kind.label(), notice.kind.as_str()),
            Cell::moment(when),
            Cell::count(i64::from(queued.attempts)),
            Cell::text(&notice.title),
            queued.last_error.as_deref().map_or_else(Cell::nothing, Cell::translated),
        ]
    });
    let columns = vec![
        ("id", "Id"),
        ("state", "État"),
        ("receiver", "Destinataire"),
        ("kind", "Message"),
        ("when", "Quand"),
        ("attempts", "Essais"),
        ("title", "Objet"),
        ("last_error", "Dernier échec"),
    ];
    Sheet::new(format!("Messages : {}", notices.len()), columns, rows.collect())
}

pub(super) fn lanes(set_up: &[Channel], states: &[ChannelState], outages: &[Outage]) -> Sheet {
    let down = |lane: &Channel| outages.iter().find(|outage| outage.lane == *lane);
    let unseen = set_up.iter().filter(|lane| !states.iter().any(|state| state.lane == **lane));
    let mut rows: Vec<Vec<Cell>> = states
        .iter()
        .map(|state| {
            let outage = down(&state.lane);
            let word = match (state.closed_at, set_up.contains(&state.lane), outage) {
                (Some(_), _, _) => "fermé par son destinataire".to_owned(),
                (None, false, _) => "n’est plus configuré".to_owned(),
                (None, true, Some(outage)) => in_outage(outage),
                (None, true, None) => "ouvert".to_owned(),
            };
            let reason = state.reason.as_deref().or(outage.map(|outage| outage.error.as_str()));
            vec![
                Cell::text(state.lane.to_string()),
                Cell::text(word),
                Cell::moment(state.opened_at),
                Cell::optional(reason),
            ]
        })
        .collect();
    rows.extend(unseen.map(|lane| {
        let outage = down(lane);
        let word = outage.map_or_else(|| "s’ouvrira au prochain cycle".to_owned(), in_outage);
        let reason = Cell::optional(outage.map(|outage| outage.error.as_str()));
        vec![Cell::text(lane.to_string()), Cell::text(word), Cell::text(""), reason]
    }));
    let columns = vec![
        ("receiver", "Destinataire"),
        ("state", "État"),
        ("opened_at", "Ouvert"),
        ("reason", "Motif"),
    ];
    Sheet::new(format!("Destinataires : {}", rows.len()), columns, rows)
}

fn in_outage(outage: &Outage) -> String {
    format!("en panne depuis le {}", Cell::moment(outage.since).shown())
}
