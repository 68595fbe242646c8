//! `vigie rules check`: every fault of the catalogue at once.

use super::Shelf;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print::Cell;
use crate::cli::print::Printer;
use crate::cli::print::Sheet;

pub(super) fn run(shelf: &Shelf, printer: &Printer) -> Result<Conclusion, CliError> {
    let faults = &shelf.faults;
    let title =
        format!("{} règles compilées, {} défauts", shelf.catalogue.rules().count(), faults.len());
    let rows = faults.iter().map(|fault| {
        let place = |number: Option<usize>| Cell::optional(number.map(|number| number.to_string()));
        vec![
            Cell::text(&fault.file),
            place(fault.line),
            place(fault.column),
            Cell::text(&fault.message),
            Cell::optional(fault.hint.as_deref()),
        ]
    });
    let columns = vec![
        ("file", "Fichier"),
        ("line", "Ligne"),
        ("column", "Colonne"),
        ("message", "Défaut"),
        ("hint", "Piste"),
    ];
    printer.answer(faults, &[Sheet::new(title, columns, rows.collect())], 0)?;
    Ok(shelf.conclusion())
}
