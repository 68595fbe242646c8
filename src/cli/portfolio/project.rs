//! `vigie project NAME`: one line per edition, then what the rules say and on what grounds.

use chrono::NaiveDate;
use serde_json::Value as Json;

use crate::cli::language::translate;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::output::words::{FieldLabels, missing_in_words};
use crate::cli::session::Session;
use vigie::application::{ProjectView, TableRow};
use vigie::domain::portfolio::snapshot::Phase;
use vigie::domain::rules::verdict::{Judgement, Verdict};
use vigie::support::french;

/// Shown for what the publisher withheld on purpose.
const WITHHELD: &str = "non publié";

pub(in crate::cli) async fn run(
    name: &str,
    as_of: Option<NaiveDate>,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let view = api.get(api.at(&["projects", name]).with("as_of", as_of)).await?;
    show(&view, &FieldLabels::read(api).await?, printer)
}

fn show(
    view: &ProjectView,
    labels: &FieldLabels,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let sheets: Vec<Sheet> =
        [Some(history(view)), rebaselines(view), Some(verdicts(view, labels)), trail(view)]
            .into_iter()
            .flatten()
            .collect();
    printer.answer(view, &sheets, 0)
}

fn history(view: &ProjectView) -> Sheet {
    Sheet::list(
        format!(
            "{} ({}) : {}",
            view.names.last().unwrap_or(&String::new()),
            view.id,
            view.names.join(" ; ")
        ),
        view.history.iter(),
        &[
            ("edition", "Édition", &|one| text(one, "edition")),
            ("name", "Nom publié", &|one| text(one, "name")),
            ("ministry", "Ministère", &|one| text(one, "ministry")),
            ("phase", "Phase", &|one| phase(one)),
            ("cost_current", "Coût", &|one| {
                figure(one, "cost_current", "cost_withheld", french::meur)
            }),
            ("budget_drift", "Écart budget", &|one| {
                Cell::figure(one.get("budget_drift"), french::percent)
            }),
            ("budget_drift_change", "Évol. budget", &|one| {
                change(one, "budget_drift_change", french::points)
            }),
            ("duration_current", "Durée", &|one| {
                figure(one, "duration_current", "duration_withheld", french::months)
            }),
            ("calendar_drift", "Écart durée", &|one| {
                Cell::figure(one.get("calendar_drift"), french::percent)
            }),
            ("duration_change_months", "Évol. durée", &|one| {
                change(one, "duration_change_months", signed_months)
            }),
        ],
    )
    .with_note(baseline_note(view))
}

/// The original reference stays in the history: drifts since the last decision are told beside it.
fn rebaselines(view: &ProjectView) -> Option<Sheet> {
    (!view.rebaselines.is_empty()).then(|| {
        let sheet = Sheet::list(
            "Recalages de la référence",
            view.rebaselines.iter(),
            &[
                ("decided_on", "Décidé le", &|one| Cell::date(one.decided_on)),
                ("cost_meur", "Coût de référence", &|one| {
                    Cell::figure(one.cost_meur.map(Json::from).as_ref(), french::meur)
                }),
                ("duration_months", "Durée de référence", &|one| {
                    Cell::figure(one.duration_months.map(Json::from).as_ref(), french::months)
                }),
                ("decided_by", "Décidé par", &|one| Cell::optional(one.decided_by.as_deref())),
                ("reason", "Motif", &|one| Cell::text(&one.reason)),
            ],
        );
        let since = |field: &str| {
            let figure = view.project.as_ref()?.get(field)?.as_f64()?;
            Some(french::percent(figure))
        };
        let drifts = [
            since("budget_drift_latest").map(|drift| format!("écart budgétaire de {drift}")),
            since("calendar_drift_latest").map(|drift| format!("écart calendaire de {drift}")),
        ];
        let drifts: Vec<String> = drifts.into_iter().flatten().collect();
        if drifts.is_empty() {
            return sheet;
        }
        sheet.with_note(format!("Depuis le dernier recalage : {}.", drifts.join(", ")))
    })
}

/// What the drifts are measured against, and the two curves.
fn baseline_note(view: &ProjectView) -> String {
    let Some(last) = view.history.last() else { return String::new() };
    let against = |label: &str, source: &str, figure: Option<String>| {
        let figure = figure.unwrap_or_else(|| print::UNKNOWN.to_owned());
        match last.get(source).and_then(Json::as_str) {
            Some("declared") => format!("{label} : {figure} (référence déclarée)"),
            Some("first_edition") => {
                let first = last.get("first_edition").and_then(Json::as_str).unwrap_or_default();
                format!(
                    "{label} : {figure} (première édition qui le donne, à partir de {first}, faute de référence déclarée)"
                )
            }
            Some(_) | None => format!("{label} : {}", print::UNKNOWN),
        }
    };
    let number = |field: &str| last.get(field).and_then(Json::as_f64);
    let curve = |label: &str, field: &str| {
        let values: Vec<Option<f64>> =
            view.history.iter().map(|row| row.get(field).and_then(Json::as_f64)).collect();
        let line = print::sparkline(&values);
        (!line.is_empty()).then(|| format!("{label} {line}"))
    };
    let curves = [curve("Coût", "cost_current"), curve("Durée", "duration_current")];
    let lines = [
        against("Coût initial", "cost_baseline_source", number("cost_initial").map(french::meur)),
        against(
            "Durée initiale",
            "duration_baseline_source",
            number("duration_initial").map(french::months),
        ),
        curves.into_iter().flatten().collect::<Vec<_>>().join("   "),
    ];
    lines.join("\n").trim_end().to_owned()
}

fn verdicts(view: &ProjectView, labels: &FieldLabels) -> Sheet {
    let title = match &view.cycle {
        Some(cycle) => {
            format!("Verdicts du cycle {}, au {}", cycle.number, french::date(cycle.inputs.as_of))
        }
        None => "Verdicts : aucun cycle à cette date".to_owned(),
    };
    Sheet::list(
        title,
        view.verdicts.iter(),
        &[
            ("rule_title", "Règle", &|one| {
                let rule = &one.judgement.rule;
                Cell::of(format!("{} ({rule})", one.rule_title), one.rule_title.as_str())
            }),
            ("verdict", "Verdict", &|one| verdict(&one.judgement)),
            ("grounds", "Explication", &|one| Cell::text(grounds(&one.judgement, labels))),
            ("rule", "", &|one| Cell::text(one.judgement.rule.as_str())),
        ],
    )
}

fn verdict(judgement: &Judgement) -> Cell {
    match &judgement.verdict {
        Verdict::Level { level } => Cell::level(*level),
        Verdict::Unknown { .. } => Cell::of("Non évaluable", "unknown"),
        Verdict::Failed { .. } => Cell::of("Règle en défaut", "failed"),
    }
}

fn grounds(judgement: &Judgement, labels: &FieldLabels) -> String {
    match &judgement.verdict {
        Verdict::Level { .. } => judgement.explanation.clone().unwrap_or_default(),
        Verdict::Unknown { missing } => missing_in_words(missing, labels),
        Verdict::Failed { fault } => {
            let place = |number: Option<usize>| number.map_or(String::new(), |n| format!(":{n}"));
            format!(
                "{}{}{} {}",
                fault.file,
                place(fault.line),
                place(fault.column),
                translate(&fault.message)
            )
        }
    }
}

/// The comparisons behind each verdict that fired.
fn trail(view: &ProjectView) -> Option<Sheet> {
    let mut rows = Vec::new();
    for line in &view.verdicts {
        let trail = line.judgement.evidence.iter().flat_map(|evidence| &evidence.trail);
        for comparison in trail {
            rows.push(vec![
                Cell::of(line.rule_title.as_str(), line.judgement.rule.as_str()),
                Cell::text(&comparison.text),
                Cell::of(if comparison.held { "vrai" } else { "faux" }, comparison.held),
            ]);
        }
    }
    let columns = vec![("rule", "Règle"), ("comparison", "Comparaison"), ("held", "Résultat")];
    (!rows.is_empty()).then(|| Sheet::new("Preuves", columns, rows))
}

fn text(row: &TableRow, field: &str) -> Cell {
    Cell::optional(row.get(field).and_then(Json::as_str))
}

fn phase(row: &TableRow) -> Cell {
    let word = row.get("phase").and_then(Json::as_str);
    match word.and_then(|word| word.parse::<Phase>().ok()) {
        Some(phase) => Cell::of(phase.label(), phase.as_str()),
        None if is_true(row, "cost_withheld") => Cell::of(WITHHELD, Json::Null),
        None => Cell::of(print::UNKNOWN, Json::Null),
    }
}

fn is_true(row: &TableRow, field: &str) -> bool {
    row.get(field).and_then(Json::as_bool) == Some(true)
}

fn figure(row: &TableRow, field: &str, withheld: &str, write: fn(f64) -> String) -> Cell {
    if is_true(row, withheld) {
        return Cell::of(WITHHELD, Json::Null);
    }
    Cell::figure(row.get(field), write)
}

/// Nothing to say of the first edition.
fn change(row: &TableRow, field: &str, write: fn(f64) -> String) -> Cell {
    match row.get(field).and_then(Json::as_f64) {
        Some(_) => Cell::figure(row.get(field), write),
        None => Cell::nothing(),
    }
}

fn signed_months(months: f64) -> String {
    let sign = if months > 0.0 { "+" } else { "" };
    format!("{sign}{}", french::months(months))
}
