//! `vigie rules check`: every fault of the catalogue at once, what is surely not meant, and which way
//! each rule runs.

use serde::Serialize;

use super::shelf::Shelf;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::format::Format;
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::domain::ids::RuleId;
use vigie::rules::{ExecutionRoute, RuleFault};
use vigie::support::french;

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

#[derive(Serialize)]
struct RuleRoute<'r> {
    rule: &'r RuleId,
    file: &'r str,
    #[serde(flatten)]
    route: ExecutionRoute,
}

#[derive(Serialize)]
struct Report<'r> {
    findings: Vec<Finding<'r>>,
    routes: Vec<RuleRoute<'r>>,
}

pub(super) fn run(
    lint_fatal: bool,
    shelf: &Shelf,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let (faults, lints) = (shelf.faults(), shelf.lints());
    let of = |kind: Kind| move |fault| Finding { kind, fault };
    let findings = faults.iter().map(of(Kind::Fault)).chain(lints.iter().map(of(Kind::Lint)));
    let findings: Vec<Finding<'_>> = findings.collect();
    let catalogue = &shelf.catalogue.catalogue;
    let routes = catalogue.rules().filter_map(|rule| {
        let route = catalogue.route(&rule.id)?;
        let file = shelf.file_names.on_disk(&rule.file);
        Some(RuleRoute { rule: &rule.id, file, route })
    });
    let title = [
        french::counted(catalogue.rules().count(), "règle compilée", "règles compilées"),
        french::counted(faults.len(), "défaut", "défauts"),
        french::counted(lints.len(), "remarque", "remarques"),
    ]
    .join(", ");
    let report = Report { findings, routes: routes.collect() };
    let mut rows = found(&report.findings);
    if printer.format() == Format::Csv {
        rows.extend(lines(&report.routes));
    }
    let sheets = [sheet(title, rows), ways(&report.routes)];
    printer.answer(&report, &sheets, 0)?;
    Ok(if !faults.is_empty() {
        Conclusion::Bad
    } else if lint_fatal && !lints.is_empty() {
        Conclusion::Linted
    } else {
        Conclusion::Good
    })
}

fn found(findings: &[Finding<'_>]) -> Vec<Vec<Cell>> {
    let line = |Finding { kind, fault }: &Finding<'_>| {
        let place = |number: Option<usize>| Cell::optional(number.map(|number| number.to_string()));
        vec![
            match kind {
                Kind::Fault => Cell::of("défaut", "fault"),
                Kind::Lint => Cell::of("remarque", "lint"),
            },
            Cell::text(&fault.file),
            place(fault.line),
            place(fault.column),
            Cell::translated(&fault.message),
            fault.hint.as_deref().map_or_else(Cell::nothing, Cell::translated),
        ]
    };
    findings.iter().map(line).collect()
}

fn sheet(title: String, rows: Vec<Vec<Cell>>) -> Sheet {
    let columns = vec![
        ("kind", "Nature"),
        ("file", "Fichier"),
        ("line", "Ligne"),
        ("column", "Colonne"),
        ("message", "Constat"),
        ("hint", "Piste"),
    ];
    Sheet::new(title, columns, rows)
}

/// Routes as lines of the list of findings.
fn lines(routes: &[RuleRoute<'_>]) -> Vec<Vec<Cell>> {
    let line = |one: &RuleRoute<'_>| {
        let (shown, word) = way(&one.route);
        vec![
            Cell::of(shown, word),
            Cell::text(one.file),
            Cell::nothing(),
            Cell::nothing(),
            Cell::optional(because(&one.route)),
            Cell::nothing(),
        ]
    };
    routes.iter().map(line).collect()
}

/// How many rules are translated, and those that are not.
fn ways(routes: &[RuleRoute<'_>]) -> Sheet {
    let translated = routes.iter().filter(|one| one.route == ExecutionRoute::Translated).count();
    // Those that are translated, nearly all, would hide what was found.
    let others = routes.iter().filter(|one| one.route != ExecutionRoute::Translated);
    let rows = others.map(|one| {
        let (shown, word) = way(&one.route);
        vec![
            Cell::text(one.rule.as_str()),
            Cell::text(one.file),
            Cell::of(shown, word),
            because(&one.route).map_or_else(Cell::nothing, Cell::translated),
        ]
    });
    let columns =
        vec![("rule", "Règle"), ("file", "Fichier"), ("route", "Exécution"), ("because", "Motif")];
    let title = format!("Règles traduites en expressions : {translated} sur {}", routes.len());
    Sheet::new(title, columns, rows.collect())
}

fn way(route: &ExecutionRoute) -> (&'static str, &'static str) {
    match route {
        ExecutionRoute::Translated => ("traduite", "translated"),
        ExecutionRoute::Interpreted { .. } => ("interprétée", "interpreted"),
    }
}

fn because(route: &ExecutionRoute) -> Option<&str> {
    match route {
        ExecutionRoute::Translated => None,
        ExecutionRoute::Interpreted { because } => Some(because),
    }
}
