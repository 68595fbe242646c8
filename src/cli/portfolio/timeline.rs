//! `vigie project NAME --timeline`: what became of it, one line for each event.

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
    printer.answer(
        &events,
        &[Sheet::list(
            "Chronologie",
            events.iter(),
            &[
                ("on", "Date", &|one| Cell::of(one.on.to_string(), one.on.to_string())),
                ("about", "Sujet", &|one| Cell::of(one.about.label(), one.about.as_str())),
                ("title", "Événement", &|one| Cell::text(&one.title)),
                ("level", "Niveau", &|one| one.level.map_or_else(Cell::nothing, Cell::level)),
                ("by", "Par", &|one| {
                    Cell::text(one.by.as_ref().map(Actor::as_str).unwrap_or_default())
                }),
                ("words", "Détail", &|one| Cell::text(&one.words)),
            ],
        )],
        0,
    )
}
