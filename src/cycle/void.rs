//! A committed cycle that was wrong is made void: what it did is undone, and those it told are told so.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use super::CycleError;
use super::Parts;
use super::catalogue;
use super::people;
use super::view;
use crate::alerts;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::audit::Act;
use crate::domain::cycle::CycleSummary;
use crate::domain::french;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MissionId;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::notice::Memory;
use crate::domain::notice::Outgoing;
use crate::domain::notice::Receiver;
use crate::domain::subject::Subject;
use crate::missions;
use crate::notify;
use crate::notify::Correction;
use crate::notify::Directory;
use crate::notify::Facts;
use crate::notify::Occasion;
use crate::notify::Terms;
use crate::store::CycleEffects;
use crate::store::CycleUndo;
use crate::store::MissionFilter;
use crate::store::StoreError;

/// How often it is tried anew when somebody acts or a message leaves in between.
const ATTEMPTS: usize = 10;

/// What making a cycle void came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VoidReport {
    /// As it is kept, marked.
    pub cycle: CycleSummary,
    /// Alerts put back as they were before it, or closed when it had opened them.
    pub alerts: usize,
    /// Missions put back as they were before it, or withdrawn when it had proposed them.
    pub missions: usize,
    /// Those who were told of it, and are sent a correction.
    #[schema(value_type = Vec<Receiver>)]
    pub corrected: Vec<Receiver>,
}

/// Only the last cycle that stands can be made void. What people did since stays: an alert that the cycle
/// opened and that somebody acted on stays open, a mission that somebody decided stays as decided.
pub async fn void(parts: &Parts, number: CycleNumber, act: &Act) -> Result<VoidReport, CycleError> {
    parts.store.check_whole("making a cycle void")?;
    for _ in 0..ATTEMPTS {
        let effects = parts.store.cycle_effects(number, act).await?;
        let cycle = parts.store.cycle(number).await?.ok_or(CycleError::NoSuchCycle(number))?;
        let undo = decide(parts, &cycle, effects, act).await?;
        if parts.store.void_cycle(number, &undo, act).await? {
            info!(
                cycle.number = %number,
                "Cycle {number} is void, by {}: {} alerts and {} missions are as they were before it",
                act.actor, undo.alert_changes.len(), undo.mission_changes.len()
            );
            let marked = parts.store.cycle(number).await?.ok_or(CycleError::NoSuchCycle(number))?;
            let told = undo.outgoing.notices.iter().map(|notice| notice.receiver.clone());
            let told: BTreeSet<Receiver> = told.collect();
            return Ok(VoidReport {
                cycle: marked,
                alerts: undo.alert_changes.len(),
                missions: undo.mission_changes.len(),
                corrected: told.into_iter().collect(),
            });
        }
    }
    Err(StoreError::Unsettled { number }.into())
}

async fn decide(
    parts: &Parts,
    cycle: &CycleSummary,
    effects: CycleEffects,
    act: &Act,
) -> Result<CycleUndo, CycleError> {
    let date = french::date(cycle.inputs.as_of);
    let reason = format!("Le cycle {}, au {date}, est annulé : {}", cycle.number, act.reason);
    let undoing = alerts::Undoing { reason: &reason, now: act.at, today: view::today(act.at) };
    let alert_changes = alerts::undo(&effects.alerts, undoing);
    let mission_changes = missions::undo(&effects.missions, &act.actor, &reason);
    let changes = (alert_changes.as_slice(), mission_changes.as_slice());
    let outgoing = correction(parts, (cycle, act), &effects, changes).await?;
    Ok(CycleUndo { effects, alert_changes, mission_changes, outgoing })
}

/// As a digest between two cycles is: on what stands once the cycle is undone.
async fn correction(
    parts: &Parts,
    (cycle, act): (&CycleSummary, &Act),
    effects: &CycleEffects,
    (alert_changes, mission_changes): (&[AlertChange], &[MissionChange]),
) -> Result<Outgoing, CycleError> {
    if notify::lanes(&parts.notify).is_empty() || effects.told.is_empty() {
        return Ok(Outgoing::default());
    }
    let now = act.at;
    let before = parts.store.cycles_before(cycle.number, u32::MAX).await?;
    let last = before.into_iter().find(|former| former.voided.is_none());
    let as_of = last.map_or_else(|| view::today(now), |last| last.inputs.as_of);
    let (as_of, portfolio, catalogue) = view::known(parts, Some(as_of)).await?;
    let terms = Terms::parse(catalogue::read_rules(parts).await?.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&portfolio, &catalogue.terms(), as_of);
    let standing = parts.store.standing_alerts().await?;
    let missions = parts.store.missions(&MissionFilter::default()).await?;
    let changed = alert_changes.iter().map(|change| (&change.alert.id, &change.alert));
    let alerts: BTreeMap<&AlertId, &Alert> =
        standing.iter().map(|alert| (&alert.id, alert)).chain(changed).collect();
    let moved = mission_changes.iter().map(|change| (&change.mission.id, &change.mission));
    let missions: BTreeMap<&MissionId, &Mission> =
        missions.iter().map(|mission| (&mission.id, mission)).chain(moved).collect();
    let shown: Vec<&Alert> = alerts.values().copied().collect();
    let quiet = people::quiet(parts, &shown, &[], now).await?;
    let facts = Facts {
        alerts,
        changes: alert_changes.iter().map(|change| (&change.alert.id, change)).collect(),
        missions,
        quiet: &quiet,
        stale: notify::stale(&parts.store.last_imports(now).await?, &terms, now),
    };
    let told: BTreeMap<(Receiver, Subject), Memory> = parts.store.notification_memory().await?;
    let occasion = Occasion {
        cycle: cycle.number,
        as_of,
        now,
        facts: &facts,
        directory: &directory,
        terms: &terms,
        settings: &parts.notify,
        told: &told,
        lanes: &parts.store.lanes().await?,
        silences: &[],
        announce: false,
        correction: None,
    };
    let correction =
        Correction { number: cycle.number, as_of: cycle.inputs.as_of, act, told: &effects.told };
    Ok(notify::correct(occasion, correction)?)
}
