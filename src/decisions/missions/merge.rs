//! Merges two missions of one kind whose projects are found to be the same.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::missions::mission::{
    Mission, MissionChange, MissionChangeKind, MissionKind, MissionState,
};
use crate::domain::portfolio::subject::Subject;

#[derive(Debug)]
pub(super) struct Merged {
    /// The missions, with at most one live mission per subject and kind.
    pub(super) known: Vec<Mission>,
    /// Missions that were merged into another.
    pub(super) folded: Vec<MissionChange>,
    /// Missions that took over the alerts of others.
    pub(super) planned: BTreeMap<(Subject, MissionKind), MissionChange>,
}

/// Of each pair the mission that is furthest on continues (under way, then decided, then proposed),
/// and of equals the oldest.
pub(super) fn merge_duplicates(known: &[Mission]) -> Merged {
    let mut live: BTreeMap<(&Subject, MissionKind), Vec<&Mission>> = BTreeMap::new();
    for mission in known.iter().filter(|mission| mission.state.is_live()) {
        live.entry((&mission.subject, mission.kind)).or_default().push(mission);
    }
    let mut merged = Merged { known: known.to_vec(), folded: Vec::new(), planned: BTreeMap::new() };
    for mut missions in live.into_values().filter(|missions| missions.len() > 1) {
        missions.sort_by_key(|mission| {
            let decided = mission.state == MissionState::Open;
            (Reverse((mission.is_under_way(), decided)), mission.opened_in, &mission.id)
        });
        let Some((survivor, others)) = missions.split_first() else { continue };
        let mut survivor = Mission::clone(survivor);
        for other in others {
            fold(other, &mut survivor);
            merged.folded.push(folded(other, &survivor));
        }
        for mission in &mut merged.known {
            if mission.id == survivor.id {
                *mission = survivor.clone();
            } else if others.iter().any(|other| other.id == mission.id) {
                mission.state = MissionState::Withdrawn;
            }
        }
        let reason = format!(
            "Deux projets n’en font qu’un : reprend les alertes et les notes de {}.",
            others.iter().map(|other| other.id.as_str()).collect::<Vec<_>>().join(", ")
        );
        let key = (survivor.subject.clone(), survivor.kind);
        let kind = MissionChangeKind::Gathered;
        merged.planned.insert(key, MissionChange { mission: survivor, kind, reason, by: None });
    }
    merged
}

fn folded(other: &Mission, survivor: &Mission) -> MissionChange {
    MissionChange {
        mission: Mission { state: MissionState::Withdrawn, ..other.clone() },
        kind: MissionChangeKind::Merged,
        reason: format!("Deux projets n’en font qu’un : la mission {} continue.", survivor.id),
        by: None,
    }
}

fn fold(other: &Mission, survivor: &mut Mission) {
    for alert in &other.alerts {
        if !survivor.alerts.contains(alert) {
            survivor.alerts.push(alert.clone());
        }
    }
    for reason in &other.reasons {
        if !survivor.reasons.contains(reason) {
            survivor.reasons.push(reason.clone());
        }
    }
    let (from, into) = (&other.conduct, &mut survivor.conduct);
    into.milestones.extend(from.milestones.iter().cloned());
    into.notes.extend(from.notes.iter().cloned());
    into.notes.sort_by_key(|note| note.at);
    into.vendor_replies.extend(from.vendor_replies.iter().cloned());
    into.namings.extend(from.namings.iter().cloned());
    if into.lead.is_none() {
        into.lead.clone_from(&from.lead);
    }
}
