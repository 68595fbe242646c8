//! What speaks for one project under two names besides the names: the same ministry, the same start and figures that
//! fit, when one leaves the panorama as the other enters it. A reason to ask a person, never a reason to link them.

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::Aliases;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::import::{Sighting, SightingKind};
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::value::Reported;

/// A cost may have changed by this much from one edition to the next, and still be that of the same project.
const COSTS: f64 = 1.25;

/// A forecast moves more than a cost does.
const DURATIONS: f64 = 1.5;

/// How much ministry and start alone are worth; a cost that fits makes it certain enough to come first.
const START: f64 = 0.8;
const START_AND_COST: f64 = 0.9;

/// Proposes, for each project that is new in an edition, the one project that left and shares its ministry and start, by
/// the last known figures of each. One that left earlier counts where none left just now; one that ended does not.
/// `editions` are those before, oldest first.
pub fn propose_renamings(
    sightings: &mut [Sighting],
    rows: &[Snapshot],
    editions: &[Vec<Snapshot>],
    aliases: &Aliases,
) {
    let present: BTreeSet<&ProjectId> = rows.iter().map(|row| &row.project).collect();
    let just_before = editions.last().and_then(|last| last.first()).map(|row| row.edition);
    let gone = last_known(editions).into_values();
    let gone = gone.filter(|known| !present.contains(&known.project));
    let (now, earlier): (Vec<Snapshot>, Vec<Snapshot>) =
        gone.partition(|known| Some(known.edition) == just_before);
    let earlier: Vec<Snapshot> = earlier.into_iter().filter(|known| !has_ended(known)).collect();
    let rows: BTreeMap<&ProjectId, &Snapshot> =
        rows.iter().map(|row| (&row.project, row)).collect();
    for sighting in sightings {
        let is_new = !matches!(sighting.kind, SightingKind::Known);
        let Some(row) = rows.get(&sighting.project).filter(|_| is_new) else { continue };
        let fitting = |known: &&Snapshot| {
            is_same(known, row, aliases) && !aliases.are_apart(&known.project, &row.project)
        };
        let mut found: Vec<&Snapshot> = now.iter().filter(fitting).collect();
        if found.is_empty() {
            found = earlier.iter().filter(fitting).collect();
        }
        // Two that fit equally well are no evidence for either.
        let [former] = found.as_slice() else { continue };
        let likeness =
            if both(&former.cost_meur, &row.cost_meur).is_some() { START_AND_COST } else { START };
        let better = match &sighting.kind {
            SightingKind::Resembles { project, likeness: by_name, .. } => {
                *project != former.project && *by_name < likeness
            }
            SightingKind::Known | SightingKind::New => true,
        };
        if better {
            sighting.kind = SightingKind::Resembles {
                project: former.project.clone(),
                name: former.name.clone(),
                likeness,
            };
        }
    }
}

/// Each project as it was last published, with the last figure that any edition gave where that one gave none.
fn last_known(editions: &[Vec<Snapshot>]) -> BTreeMap<&ProjectId, Snapshot> {
    let mut known: BTreeMap<&ProjectId, Snapshot> = BTreeMap::new();
    for row in editions.iter().flatten() {
        let mut next = row.clone();
        if let Some(former) = known.remove(&row.project) {
            let Snapshot { start_on, cost_meur, duration_months, .. } = former;
            keep(&mut next.start_on, start_on);
            keep(&mut next.cost_meur, cost_meur);
            keep(&mut next.duration_months, duration_months);
        }
        known.insert(&row.project, next);
    }
    known
}

fn keep<T>(now: &mut Reported<T>, former: Reported<T>) {
    if now.given().is_none() && former.given().is_some() {
        *now = former;
    }
}

fn has_ended(known: &Snapshot) -> bool {
    matches!(known.phase.given(), Some(Phase::Completed | Phase::Stopped))
}

fn is_same(former: &Snapshot, now: &Snapshot, aliases: &Aliases) -> bool {
    let due = aliases.successions().up_to(now.edition.as_of());
    let moved = due.steps(&former.project, &former.ministry, former.edition).pop();
    moved.map_or(&former.ministry, |step| &step.into) == &now.ministry
        && former.start_on.given().is_some_and(|start| now.start_on.given() == Some(start))
        && fits(&former.cost_meur, &now.cost_meur, COSTS)
        && fits(&former.duration_months, &now.duration_months, DURATIONS)
}

/// A figure that one of them lacks contradicts nothing.
fn fits(former: &Reported<f64>, now: &Reported<f64>, most: f64) -> bool {
    both(former, now).is_none_or(|(before, after)| after <= before * most && before <= after * most)
}

fn both(former: &Reported<f64>, now: &Reported<f64>) -> Option<(f64, f64)> {
    former.given().copied().zip(now.given().copied())
}
