//! `vigie rules list`: the rules in force.

use super::shelf::Shelf;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::domain::level::Level;
use vigie::rules::Rule;
use vigie::support::french;

pub(super) fn run(shelf: &Shelf, printer: &Printer) -> Result<Conclusion, CliError> {
    let found: Vec<&Rule> = shelf.catalogue.catalogue.rules().collect();
    let rows = found.iter().map(|rule| {
        let call = rule
            .mission
            .map(|call| format!("{} dès « {} »", call.kind.label(), Level::label(call.from)));
        vec![
            Cell::text(rule.id.as_str()),
            Cell::text(&rule.title),
            word(&rule.family),
            word(&rule.scope),
            word(&rule.status),
            Cell::optional(call),
            Cell::text(&rule.file),
            Cell::of(rule.revision.short(), rule.revision.as_str()),
        ]
    });
    let sheet = Sheet::new(
        format!(
            "{}, catalogue {}",
            french::counted(found.len(), "règle", "règles"),
            shelf.catalogue.catalogue.fingerprint().short()
        ),
        vec![
            ("id", "Règle"),
            ("title", "Titre"),
            ("family", "Famille"),
            ("scope", "Portée"),
            ("status", "Statut"),
            ("mission", "Mission"),
            ("file", "Fichier"),
            ("revision", "Révision"),
        ],
        rows.collect(),
    );
    printer.answer(&found, &[sheet], 0)
}

/// A word of ours, as JSON has it.
fn word(value: &impl serde::Serialize) -> Cell {
    let json = serde_json::to_value(value).unwrap_or_default();
    Cell::of(json.as_str().unwrap_or_default(), json.clone())
}
