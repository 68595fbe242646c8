//! Two missions of one kind whose projects are found to be one: one of them goes on for both.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::mission::MissionChangeKind;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::domain::subject::Subject;

#[derive(Debug)]
pub(super) struct Merged {
    /// With one live mission per subject and kind at most.
    pub(super) known: Vec<Mission>,
    /// Those that are no more.
    pub(super) folded: Vec<MissionChange>,
    /// Those that go on for them, with what they gathered.
    pub(super) planned: BTreeMap<(Subject, MissionKind), MissionChange>,
}

/// The one furthest on goes on, then the oldest: under way, decided, proposed.
pub(super) fn twins(known: &[Mission]) -> Merged {
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
        let Some((keeper, others)) = missions.split_first() else { continue };
        let mut keeper = Mission::clone(keeper);
        for other in others {
            fold(other, &mut keeper);
            merged.folded.push(folded(other, &keeper));
        }
        for mission in &mut merged.known {
            if mission.id == keeper.id {
                *mission = keeper.clone();
            } else if others.iter().any(|other| other.id == mission.id) {
                mission.state = MissionState::Withdrawn;
            }
        }
        let reason = format!(
            "Deux projets n’en font qu’un : reprend les alertes et les notes de {}.",
            others.iter().map(|other| other.id.as_str()).collect::<Vec<_>>().join(", ")
        );
        let key = (keeper.subject.clone(), keeper.kind);
        let kind = MissionChangeKind::Gathered;
        merged.planned.insert(key, MissionChange { mission: keeper, kind, reason, by: None });
    }
    merged
}

fn folded(other: &Mission, keeper: &Mission) -> MissionChange {
    MissionChange {
        mission: Mission { state: MissionState::Withdrawn, ..other.clone() },
        kind: MissionChangeKind::Merged,
        reason: format!("Deux projets n’en font qu’un : la mission {} continue.", keeper.id),
        by: None,
    }
}

fn fold(other: &Mission, keeper: &mut Mission) {
    for alert in &other.alerts {
        if !keeper.alerts.contains(alert) {
            keeper.alerts.push(alert.clone());
        }
    }
    for reason in &other.reasons {
        if !keeper.reasons.contains(reason) {
            keeper.reasons.push(reason.clone());
        }
    }
    let (from, into) = (&other.conduct, &mut keeper.conduct);
    into.milestones.extend(from.milestones.iter().cloned());
    into.notes.extend(from.notes.iter().cloned());
    into.notes.sort_by_key(|note| note.at);
    into.vendor_replies.extend(from.vendor_replies.iter().cloned());
    into.namings.extend(from.namings.iter().cloned());
    if into.lead.is_none() {
        into.lead.clone_from(&from.lead);
    }
}
