//! `vigie project NAME --timeline`: what became of it, one line for each event.

use serde_json::Value as Json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::TimelineEvent;
use vigie::domain::accounts::audit::Actor;

pub(in crate::cli) async fn run(
    name: &str,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    show(&api.all(api.at(&["projects", name, "timeline"])).await?, printer)
}

fn show(events: &[TimelineEvent], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = events.iter().map(|event| {
        vec![
            Cell::of(event.on.to_string(), event.on.to_string()),
            Cell::of(event.about.label(), event.about.as_str()),
            Cell::text(&event.title),
            event.level.map_or_else(|| Cell::of("", Json::Null), Cell::level),
            Cell::text(event.by.as_ref().map(Actor::as_str).unwrap_or_default()),
            Cell::text(&event.words),
        ]
    });
    let columns = vec![
        ("on", "Date"),
        ("about", "Sujet"),
        ("title", "Événement"),
        ("level", "Niveau"),
        ("by", "Par"),
        ("words", "Détail"),
    ];
    printer.answer(&events, &[Sheet::new("Chronologie", columns, rows.collect())], 0)?;
    Ok(Conclusion::Good)
}
