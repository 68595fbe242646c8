//! Tables of a cycle, whether it is reported whole or in brief.

use crate::cli::output::print::{Cell, Sheet};
use vigie::application::{AlertMove, CycleOutcome};
use vigie::domain::ids::CycleNumber;
use vigie::domain::level::Level;
use vigie::domain::operation::cycle::{CycleCounts, CycleInputs};
use vigie::support::french;

pub(super) fn title(cycle: CycleNumber, outcome: CycleOutcome) -> String {
    match outcome {
        CycleOutcome::Committed => format!("Cycle {cycle}"),
        CycleOutcome::Unchanged => {
            format!("Cycle {cycle} : rien n’a changé depuis, rien n’est écrit")
        }
        CycleOutcome::DryRun => format!("Cycle {cycle} à blanc : rien n’est écrit"),
    }
}

pub(super) const SUMMARY: [(&str, &str); 8] = [
    ("as_of", "Évalué au"),
    ("edition", "Édition"),
    ("judged", "Jugés"),
    ("fired", "Signalés"),
    ("unknown", "Non évaluables"),
    ("failed", "En défaut"),
    ("data", "Données"),
    ("catalogue", "Catalogue"),
];

pub(super) fn summary_cells(inputs: &CycleInputs, counts: CycleCounts) -> Vec<Cell> {
    let count = |count: u64| Cell::count(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        Cell::of(french::date(inputs.as_of), inputs.as_of.to_string()),
        Cell::text(inputs.edition.to_string()),
        count(counts.judged),
        count(counts.fired),
        count(counts.unknown),
        count(counts.failed),
        Cell::of(inputs.data.short(), inputs.data.as_str()),
        Cell::of(inputs.catalogue.short(), inputs.catalogue.as_str()),
    ]
}

/// Alerts that change, or that would.
pub(super) fn alert_moves(title: impl Into<String>, moves: &[AlertMove]) -> Sheet {
    let rows = moves.iter().map(|one| {
        vec![
            Cell::of(one.change.label(), one.change.as_str()),
            Cell::level(one.level),
            Cell::of(one.from.map_or("", Level::label), one.from.map(Level::as_str)),
            Cell::text(one.rule.as_str()),
            Cell::text(one.subject.to_string()),
            Cell::text(&one.reason),
        ]
    });
    let columns = vec![
        ("change", "Changement"),
        ("level", "Niveau"),
        ("from", "Avant"),
        ("rule", "Règle"),
        ("subject", "Sujet"),
        ("reason", "Motif"),
    ];
    Sheet::new(title, columns, rows.collect())
}
