//! Why an edition must wait for a person.

use super::bounds::PlausibilityBounds;
use super::comparison::SuccessiveEditions;
use super::places::{COLUMNS, Filled, hold, listing, placed};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import_decision::{HoldKind, HoldReason};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::Reported;
use crate::support::french::{counted, meur, months};

/// Rows from which a column without any value is no accident of a single project.
const COLUMN: usize = 2;

/// Why an edition must wait for a person; nothing when it is plausible. `before` is the edition before it.
pub fn implausible(
    edition: EditionId,
    rows: &[Snapshot],
    before: Option<(EditionId, &[Snapshot])>,
    bounds: &PlausibilityBounds,
) -> Vec<HoldReason> {
    let mut holds = empty_columns(rows);
    holds.extend(beyond_bounds(rows, bounds));
    if let Some((former, snapshots)) = before {
        holds.extend(SuccessiveEditions::of((former, snapshots), (edition, rows)).holds(bounds));
    }
    holds
}

/// That a file is one which was already imported as another edition.
pub fn same_bytes(edition: EditionId, other: EditionId) -> HoldReason {
    HoldReason {
        kind: HoldKind::SameBytes,
        text: format!(
            "Le fichier de l’édition {edition} est, à l’octet près, celui de l’édition {other}."
        ),
    }
}

fn empty_columns(rows: &[Snapshot]) -> Vec<HoldReason> {
    let is_empty =
        |column: &&Filled| rows.len() >= COLUMN && rows.iter().all(|row| (column.is_missing)(row));
    let empty = COLUMNS.iter().filter(|column| column.needed).filter(is_empty);
    empty
        .map(|column| {
            let text = format!(
                "La colonne « {} » est vide sur les {}.",
                column.label,
                counted(rows.len(), "ligne", "lignes")
            );
            hold(HoldKind::EmptyColumn, text)
        })
        .collect()
}

/// Figures that no project ever had.
fn beyond_bounds(rows: &[Snapshot], bounds: &PlausibilityBounds) -> Vec<HoldReason> {
    let mut holds = Vec::new();
    let mut check = |kind, what: &str, places: Vec<String>, bound: String| {
        if !places.is_empty() {
            holds.push(hold(kind, format!("{what} : {} ; {bound}.", listing(places))));
        }
    };
    if let Some(most) = bounds.get("import_cost_max") {
        let costs = given(rows, |row| &row.cost_meur).filter(|(_, cost)| *cost > most);
        let places = costs.map(|(row, cost)| placed(row, &meur(cost))).collect();
        let bound = format!("le maximum vraisemblable est de {}", meur(most));
        check(HoldKind::ProjectCost, "Coût hors de proportion", places, bound);
    }
    if let Some(most) = bounds.get("import_duration_max") {
        let long = given(rows, |row| &row.duration_months).filter(|(_, months)| *months > most);
        let places = long.map(|(row, count)| placed(row, &months(count))).collect();
        let bound = format!("le maximum vraisemblable est de {}", months(most));
        check(HoldKind::ProjectDuration, "Durée hors de proportion", places, bound);
    }
    if let Some(least) = bounds.get("import_duration_min") {
        let short = given(rows, |row| &row.duration_months).filter(|(_, months)| *months < least);
        let places = short.map(|(row, count)| placed(row, &months(count))).collect();
        let bound = format!("le minimum vraisemblable est de {}", months(least));
        check(HoldKind::ProjectDuration, "Durée trop courte", places, bound);
    }
    holds
}

fn given(
    rows: &[Snapshot],
    figure: fn(&Snapshot) -> &Reported<f64>,
) -> impl Iterator<Item = (&Snapshot, f64)> {
    rows.iter().filter_map(move |row| Some((row, *figure(row).given()?)))
}
