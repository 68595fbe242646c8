//! What reasons are made of: columns, places in the file, and lists of them.

use crate::domain::portfolio::import_decision::{HoldKind, HoldReason};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::Reported;
use crate::support::french::counted;

/// Most projects that one reason names; the others are counted.
const NAMED: usize = 5;

pub(super) fn hold(kind: HoldKind, text: String) -> HoldReason {
    HoldReason { kind, text }
}

/// A column of an edition whose absence takes verdicts away, and how it is told whether a row has a value.
pub(super) struct Filled {
    pub(super) label: &'static str,
    pub(super) is_missing: fn(&Snapshot) -> bool,
    /// Whether an edition without any value of it is out of bounds by itself.
    pub(super) needed: bool,
}

pub(super) const COLUMNS: [Filled; 7] = [
    Filled { label: "Début", is_missing: |row| missing(&row.start_on), needed: true },
    Filled {
        label: "Durée prévue", is_missing: |row| missing(&row.duration_months), needed: true
    },
    Filled { label: "Coût", is_missing: |row| missing(&row.cost_meur), needed: true },
    Filled { label: "Phase", is_missing: |row| missing(&row.phase), needed: true },
    Filled {
        label: "Projet interministériel",
        is_missing: |row| row.inter_ministerial.is_none(),
        needed: false,
    },
    Filled {
        label: "Zone fonctionnelle",
        is_missing: |row| row.functional_zone.is_none(),
        needed: false,
    },
    Filled { label: "Programme", is_missing: |row| row.programme.is_none(), needed: false },
];

/// What is withheld is known, and no hole in the file.
fn missing<T>(figure: &Reported<T>) -> bool {
    matches!(figure, Reported::Missing)
}

pub(super) fn placed(row: &Snapshot, figure: &str) -> String {
    format!("{} (ligne {}), {figure}", row.name, row.row)
}

/// The first places, and how many others there are.
pub(super) fn listing(mut places: Vec<String>) -> String {
    let others = places.len().saturating_sub(NAMED);
    places.truncate(NAMED);
    if others > 0 {
        places.push(format!("et {}", counted(others, "autre projet", "autres projets")));
    }
    places.join(" ; ")
}

pub(super) fn size(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
