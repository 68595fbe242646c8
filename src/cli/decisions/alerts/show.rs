//! `vigie alerts show`: one alert, with its whole history.

use chrono::NaiveDate;

use super::{acts, list, silences};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::{AlertDossier, AlertEvent, CycleBasis};
use vigie::domain::level::Level;
use vigie::support::french;

pub(super) fn show(
    dossier: &AlertDossier,
    day: NaiveDate,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let mut sheets = vec![summary(dossier), history(&dossier.history)];
    if !dossier.disputes.is_empty() {
        let title = format!("Contestations : {}", dossier.disputes.len());
        sheets.push(acts::sheet(title, &dossier.disputes));
    }
    if !dossier.silences.is_empty() {
        sheets.push(silences::sheet(&dossier.silences, day));
    }
    printer.answer(dossier, &sheets, 1)
}

fn summary(dossier: &AlertDossier) -> Sheet {
    let AlertDossier { alert, handling, .. } = dossier;
    let line = |key: &str, value: String| vec![Cell::text(key), Cell::text(value)];
    let mut rows = vec![
        line("Règle", format!("{} ({})", dossier.rule_title, alert.rule)),
        line("Sujet", dossier.subject_name.clone()),
        line("Niveau", alert.level.label().to_owned()),
        line("État", list::state(alert).to_owned()),
        line("Depuis", french::date(alert.since)),
    ];
    rows.extend(alert.explanation.clone().map(|words| line("Explication", words)));
    rows.extend(handling.acknowledged.as_ref().map(|acknowledged| {
        let words = format!("{}, le {}", acknowledged.by, Cell::moment(acknowledged.at).shown());
        line("Prise en compte par", words)
    }));
    rows.extend(handling.assigned_to.clone().map(|whom| line("Confiée à", whom)));
    rows.extend(alert.hidden_by.as_ref().map(|rule| line("Masquée par", rule.to_string())));
    if dossier.silenced {
        rows.push(line("Silence", "oui : personne n’en est averti".to_owned()));
    }
    Sheet::new(
        format!("{}, {} : alerte {}", dossier.rule_title, dossier.subject_name, alert.id),
        vec![("about", "Rubrique"), ("value", "Contenu")],
        rows,
    )
}

fn history(events: &[AlertEvent]) -> Sheet {
    let rows = events.iter().map(|event| {
        let mut words = event.words.clone();
        if let (Some(until), true) = (event.until, event.times > 1) {
            let cycles = french::counted(
                usize::try_from(event.times).unwrap_or_default(),
                "cycle",
                "cycles",
            );
            words = format!("{words} {cycles}, jusqu’au {}.", french::date(until));
        }
        if let Some(whom) = &event.whom {
            words = if words.is_empty() { whom.clone() } else { format!("{whom} : {words}") };
        }
        vec![
            Cell::moment(event.at),
            Cell::text(event.actor.as_str()),
            Cell::of(event.label.as_str(), event.kind.as_str()),
            Cell::of(event.level.map_or("", Level::label), event.level.map(Level::as_str)),
            Cell::text(words),
            Cell::optional(event.known.as_ref().map(known)),
        ]
    });
    Sheet::new(
        "Historique",
        vec![
            ("at", "Quand"),
            ("actor", "Qui"),
            ("what", "Événement"),
            ("level", "Niveau"),
            ("words", "Motif"),
            ("known", "Ce qui était connu"),
        ],
        rows.collect(),
    )
}

fn known(known: &CycleBasis) -> String {
    let links = if known.last_link > 0 {
        format!(", liens jusqu’au n° {}", known.last_link)
    } else {
        String::new()
    };
    format!(
        "cycle {} au {} : imports jusqu’au n° {}{links}, catalogue {}",
        known.cycle,
        known.as_of.format("%d/%m/%Y"),
        known.last_import,
        known.catalogue.short()
    )
}
