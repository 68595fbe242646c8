//! Tables of a cycle, whether it is reported whole or in brief.

use super::cycle_names::CycleNames;
use crate::cli::output::print::{Cell, Sheet};
use vigie::application::{AlertMove, CycleOutcome};
use vigie::domain::ids::CycleNumber;
use vigie::domain::level::Level;
use vigie::domain::operation::cycle::{CycleCounts, CycleInputs};

pub(super) fn title(cycle: CycleNumber, outcome: CycleOutcome) -> String {
    match outcome {
        CycleOutcome::Committed => format!("Cycle {cycle}"),
        CycleOutcome::Unchanged => {
            format!("Cycle {cycle} : rien n’a changé depuis, rien n’a été enregistré")
        }
        CycleOutcome::DryRun => format!("Simulation du cycle {cycle} : rien n’a été enregistré"),
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
    vec![
        Cell::date(inputs.as_of),
        Cell::text(inputs.edition.to_string()),
        Cell::count(counts.judged),
        Cell::count(counts.fired),
        Cell::count(counts.unknown),
        Cell::count(counts.failed),
        Cell::of(inputs.data.short(), inputs.data.as_str()),
        Cell::of(inputs.catalogue.short(), inputs.catalogue.as_str()),
    ]
}

/// Alerts that change, or that would.
pub(super) fn alert_moves(
    title: impl Into<String>,
    moves: &[AlertMove],
    names: &CycleNames,
) -> Sheet {
    Sheet::list(
        title,
        moves.iter(),
        &[
            ("change", "Changement", &|one| Cell::of(one.change.label(), one.change.as_str())),
            ("level", "Niveau", &|one| Cell::level(one.level)),
            ("from", "Avant", &|one| {
                Cell::of(one.from.map_or("", Level::label), one.from.map(Level::as_str))
            }),
            ("rule", "Règle", &|one| Cell::of(names.rule(&one.rule), one.rule.as_str())),
            ("subject", "Sujet", &|one| {
                Cell::of(names.subject(&one.subject), one.subject.to_string())
            }),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
        ],
    )
}
