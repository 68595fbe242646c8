//! `vigie rules check`: every fault of the catalogue at once, and what is surely not meant.

use serde::Serialize;
use vigie::rules;
use vigie::rules::RuleFault;

use super::Shelf;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print::Cell;
use crate::cli::print::Printer;
use crate::cli::print::Sheet;

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// The rule is left out.
    Fault,
    /// It judges all the same.
    Lint,
}

#[derive(Serialize)]
struct Finding<'f> {
    kind: Kind,
    #[serde(flatten)]
    fault: &'f RuleFault,
}

pub(super) fn run(
    lint_fatal: bool,
    shelf: &Shelf,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let lints = rules::lints(&shelf.catalogue, &shelf.texts);
    let of = |kind: Kind| move |fault| Finding { kind, fault };
    let faults = shelf.faults.iter().map(of(Kind::Fault));
    let findings: Vec<Finding<'_>> = faults.chain(lints.iter().map(of(Kind::Lint))).collect();
    let title = format!(
        "{} règles compilées, {} défauts, {} remarques",
        shelf.catalogue.rules().count(),
        shelf.faults.len(),
        lints.len()
    );
    printer.answer(&findings, &[sheet(title, &findings)], 0)?;
    Ok(match shelf.conclusion() {
        Conclusion::Good if lint_fatal && !lints.is_empty() => Conclusion::Linted,
        Conclusion::Good => Conclusion::Good,
        Conclusion::Bad | Conclusion::Linted => Conclusion::Bad,
    })
}

fn sheet(title: String, findings: &[Finding<'_>]) -> Sheet {
    let rows = findings.iter().map(|Finding { kind, fault }| {
        let place = |number: Option<usize>| Cell::optional(number.map(|number| number.to_string()));
        vec![
            match kind {
                Kind::Fault => Cell::of("défaut", "fault"),
                Kind::Lint => Cell::of("remarque", "lint"),
            },
            Cell::text(&fault.file),
            place(fault.line),
            place(fault.column),
            Cell::text(&fault.message),
            Cell::optional(fault.hint.as_deref()),
        ]
    });
    let columns = vec![
        ("kind", "Nature"),
        ("file", "Fichier"),
        ("line", "Ligne"),
        ("column", "Colonne"),
        ("message", "Constat"),
        ("hint", "Piste"),
    ];
    Sheet::new(title, columns, rows.collect())
}
