//! `vigie project NAME --timeline`: what became of it, one line for each event.

use serde_json::Value as Json;
use vigie::client::Remote;
use vigie::cycle;
use vigie::cycle::Parts;
use vigie::cycle::TimelineEvent;
use vigie::domain::audit::Actor;

use super::CliError;
use super::Conclusion;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) async fn run(
    name: &str,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    show(&cycle::timeline(parts, name).await?, printer)
}

/// The same of a server.
pub(super) async fn ask(
    name: &str,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    show(&remote.all(remote.at(&["projects", name, "timeline"])).await?, printer)
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
