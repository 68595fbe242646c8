//! Restores missions when the cycle that changed them is voided. Pure.

use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::undo::MissionEffect;
use crate::domain::missions::mission::{Mission, MissionChange, MissionChangeKind, MissionState};

/// Withdraws the missions that the cycle began, and restores the others to their state before it.
/// Missions that people have acted on since are left as they are.
pub fn undo(effects: &[MissionEffect], by: &Actor, reason: &str) -> Vec<MissionChange> {
    let untouched = effects.iter().filter(|effect| !effect.acted_on);
    untouched
        .map(|MissionEffect { now, before, .. }| {
            let (state, kind) = if let Some(before) = before {
                (before.clone(), MissionChangeKind::Restored)
            } else {
                let state = MissionState::Withdrawn;
                // It keeps no alert: these may call for a mission again.
                let withdrawn = Mission { state, alerts: vec![], ..now.clone() };
                (withdrawn, MissionChangeKind::Withdrawn)
            };
            let revision = now.revision.saturating_add(1);
            MissionChange {
                mission: Mission { revision, subject: now.subject.clone(), ..state },
                kind,
                reason: reason.to_owned(),
                by: Some(by.clone()),
            }
        })
        .collect()
}
