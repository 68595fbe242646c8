//! What speaks for one project under two names besides the names: the same ministry, the same start and figures that
//! fit, when one leaves the panorama as the other enters it. A reason to ask a person, never a reason to link them.

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::Aliases;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::import::{Sighting, SightingKind};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::Reported;

/// A cost may have changed by this much from one edition to the next, and still be that of the same project.
const COSTS: f64 = 1.25;

/// A forecast moves more than a cost does.
const DURATIONS: f64 = 1.5;

/// How much ministry and start alone are worth; a cost that fits makes it certain enough to come first.
const START: f64 = 0.8;
const START_AND_COST: f64 = 0.9;

/// Proposes, for each project that is new in an edition, the one project that left it and shares its ministry and start.
pub fn propose_renamings(
    sightings: &mut [Sighting],
    rows: &[Snapshot],
    before: &[Snapshot],
    aliases: &Aliases,
) {
    let present: BTreeSet<&ProjectId> = rows.iter().map(|row| &row.project).collect();
    let gone: Vec<&Snapshot> =
        before.iter().filter(|row| !present.contains(&row.project)).collect();
    let rows: BTreeMap<&ProjectId, &Snapshot> =
        rows.iter().map(|row| (&row.project, row)).collect();
    for sighting in sightings {
        let is_new = !matches!(sighting.kind, SightingKind::Known);
        let Some(row) = rows.get(&sighting.project).filter(|_| is_new) else { continue };
        let mut fitting = gone.iter().filter(|former| {
            is_same(former, row) && !aliases.are_apart(&former.project, &row.project)
        });
        // Two that fit equally well are no evidence for either.
        let (Some(former), None) = (fitting.next(), fitting.next()) else { continue };
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

fn is_same(former: &Snapshot, now: &Snapshot) -> bool {
    former.ministry == now.ministry
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
