//! `vigie rules test`: the cases that prove each rule, and how much of it they prove.

use serde::Serialize;

use super::args::TestArgs;
use super::shelf::Shelf;
use crate::cli::language::translate;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::output::whole_file::write_whole;
use vigie::rules::{BranchCoverage, CaseOutcome};
use vigie::{application, rules};

#[derive(Serialize)]
struct Report<'r> {
    cases: &'r [CaseOutcome],
    coverage: &'r BranchCoverage,
}

pub(super) fn run(
    request: &TestArgs,
    shelf: &Shelf,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let wanted = |case: &str| request.run.as_deref().is_none_or(|run| matches(run, case));
    let outcomes =
        application::run_cases(&shelf.catalogue.catalogue, &shelf.catalogue.texts, &wanted)?;
    let passed = outcomes.iter().all(CaseOutcome::passed);
    if let Some(file) = &request.junit {
        write_whole(file, rules::junit(&outcomes).as_bytes())?;
    }
    let mut good = passed;
    if request.coverage || request.threshold.is_some() {
        let coverage =
            rules::branch_coverage(&shelf.catalogue.catalogue, &shelf.catalogue.texts, &wanted)?;
        let wanted_percent = f64::from(request.threshold.unwrap_or(0));
        good = good && coverage.percent() >= wanted_percent;
        let report = Report { cases: &outcomes, coverage: &coverage };
        let sheets = [failures(&outcomes), branches(&coverage, request.threshold, shelf)];
        printer.answer(&report, &sheets, 0)?;
    } else {
        printer.answer(&outcomes, &[failures(&outcomes)], 0)?;
    }
    Ok(if good { shelf.conclusion() } else { Conclusion::Bad })
}

fn failures(outcomes: &[CaseOutcome]) -> Sheet {
    let failed: Vec<&CaseOutcome> = outcomes.iter().filter(|one| !one.passed()).collect();
    Sheet::list(
        format!("{} cas, {} en échec", outcomes.len(), failed.len()),
        failed.iter(),
        &[
            ("file", "Fichier", &|one| Cell::text(&one.file)),
            ("case", "Cas", &|one| Cell::text(&one.name)),
            ("difference", "Écart", &|one| {
                Cell::optional(one.difference.as_deref().map(translate).as_deref())
            }),
        ],
    )
}

fn branches(coverage: &BranchCoverage, threshold: Option<u8>, shelf: &Shelf) -> Sheet {
    let rows = coverage.untaken.iter().map(|branch| {
        let text = shelf.catalogue.texts.get(&branch.file).map_or("", String::as_str);
        let line = text.lines().nth(branch.line.saturating_sub(1)).unwrap_or_default();
        vec![
            Cell::text(format!("{}:{}", branch.file, branch.line)),
            Cell::text(branch.kind.label()),
            Cell::text(line.trim()),
        ]
    });
    let sheet = Sheet::new(
        format!(
            "Branches prises : {} sur {} ({})",
            coverage.taken,
            coverage.branches,
            vigie::support::french::percent(coverage.percent() / 100.0)
        ),
        vec![("place", "Jamais prise"), ("kind", "Branche"), ("text", "Texte")],
        rows.collect(),
    );
    match threshold {
        Some(wanted) if coverage.percent() < f64::from(wanted) => {
            sheet.with_note(format!("Moins que les {wanted}\u{202f}% demandés."))
        }
        Some(_) | None => sheet,
    }
}

/// `*` matches anything; without one, a part of the name is enough.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return true };
    let Some(last) = parts.next_back() else { return name.contains(first) };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
