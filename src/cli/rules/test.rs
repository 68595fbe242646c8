//! `vigie rules test`: the cases that prove each rule.

use vigie::rules;

use super::Shelf;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print::Cell;
use crate::cli::print::Printer;
use crate::cli::print::Sheet;

pub(super) fn run(shelf: &Shelf, printer: &Printer) -> Result<Conclusion, CliError> {
    let outcomes = rules::run_cases(&shelf.catalogue, &shelf.texts);
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let rows = outcomes.iter().filter(|outcome| !outcome.passed()).map(|outcome| {
        vec![
            Cell::text(&outcome.file),
            Cell::text(&outcome.name),
            Cell::optional(outcome.difference.as_deref()),
        ]
    });
    let sheet = Sheet::new(
        format!("{} cas, {failed} en échec", outcomes.len()),
        vec![("file", "Fichier"), ("case", "Cas"), ("difference", "Écart")],
        rows.collect(),
    );
    printer.answer(&outcomes, &[sheet], 0)?;
    Ok(if failed == 0 { shelf.conclusion() } else { Conclusion::Bad })
}
