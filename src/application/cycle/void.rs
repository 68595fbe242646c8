//! Voids a committed cycle that was wrong: undoes what it did, and sends a correction to those who
//! received its messages.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::messages;
use super::messages::{MessageBasis, Situation};
use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::decisions::{alerts, missions};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::alerts::alert::AlertChange;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::{Outgoing, Receiver};
use crate::domain::missions::mission::MissionChange;
use crate::domain::operation::cycle::CycleSummary;
use crate::notify;
use crate::notify::{ComposeContext, Correction};
use crate::store::{CycleEffects, CycleUndo, MissionFilter, StoreError};
use crate::support::clock::today;
use crate::support::french;

/// Most attempts: one fails when somebody acts or a message is sent in between.
const ATTEMPTS: usize = 10;

/// The result of voiding a cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VoidReport {
    /// The cycle as it is stored, marked as void.
    pub cycle: CycleSummary,
    /// Alerts restored to their state before the cycle, or closed if it had opened them.
    pub alerts: usize,
    /// Missions restored to their state before the cycle, or withdrawn if it had proposed them.
    pub missions: usize,
    /// Those who received its messages and are sent a correction.
    #[schema(value_type = Vec<Receiver>)]
    pub corrected: Vec<Receiver>,
}

/// Voids a cycle. Only the last cycle in force can be voided. What people did since remains: an alert
/// that the cycle opened and that somebody acted on stays open, and a mission that somebody decided
/// stays as decided.
pub async fn void(
    services: &Services,
    number: CycleNumber,
    act: &ActionContext,
) -> Result<VoidReport, ApplicationError> {
    services.store.check_whole("making a cycle void")?;
    for _ in 0..ATTEMPTS {
        let effects = services.store.cycle_effects(number, act).await?;
        let cycle =
            services.store.cycle(number).await?.ok_or(ApplicationError::NoSuchCycle(number))?;
        let undo = decide(services, &cycle, effects, act).await?;
        if services.store.void_cycle(number, &undo, act).await? {
            info!(
                cycle.number = %number,
                "Cycle {number} is void, by {}: {} alerts and {} missions are as they were before it",
                act.actor, undo.alert_changes.len(), undo.mission_changes.len()
            );
            let marked =
                services.store.cycle(number).await?.ok_or(ApplicationError::NoSuchCycle(number))?;
            let corrected = undo.outgoing.notices.iter().map(|notice| notice.receiver.clone());
            let corrected: BTreeSet<Receiver> = corrected.collect();
            return Ok(VoidReport {
                cycle: marked,
                alerts: undo.alert_changes.len(),
                missions: undo.mission_changes.len(),
                corrected: corrected.into_iter().collect(),
            });
        }
    }
    Err(StoreError::Unsettled { number }.into())
}

async fn decide(
    services: &Services,
    cycle: &CycleSummary,
    effects: CycleEffects,
    act: &ActionContext,
) -> Result<CycleUndo, ApplicationError> {
    let date = french::date(cycle.inputs.as_of);
    let reason = format!("Le cycle {}, au {date}, est annulé : {}", cycle.number, act.reason);
    let undoing = alerts::Undoing { reason: &reason, now: act.at, today: today(act.at) };
    let alert_changes = alerts::undo(&effects.alerts, undoing);
    let mission_changes = missions::undo(&effects.missions, &act.actor, &reason);
    let changes = (alert_changes.as_slice(), mission_changes.as_slice());
    let outgoing = correction(services, (cycle, act), &effects, changes).await?;
    Ok(CycleUndo { effects, alert_changes, mission_changes, outgoing })
}

/// The messages that correct the cycle, composed like a digest on what remains once it is undone.
async fn correction(
    services: &Services,
    (cycle, act): (&CycleSummary, &ActionContext),
    effects: &CycleEffects,
    (alert_changes, mission_changes): (&[AlertChange], &[MissionChange]),
) -> Result<Outgoing, ApplicationError> {
    if notify::lanes(&services.notify).is_empty() || effects.notified.is_empty() {
        return Ok(Outgoing::default());
    }
    let now = act.at;
    let last = services.store.last_cycle_before(cycle.number).await?;
    let day = last.map_or_else(|| today(now), |last| last.inputs.as_of);
    let known = view::known_data(services, Some(day)).await?;
    let rules = catalogue::rules_in_force(services).await?;
    let alerts = services.store.standing_alerts().await?;
    let missions = services.store.missions(&MissionFilter::default()).await?;
    let stakes = messages::stakes_of(&known.portfolio, known.as_of).await?;
    let (as_of, portfolio) = (known.as_of, &known.portfolio);
    let (stakes, texts) = (&stakes, &rules.texts);
    let basis = MessageBasis { cycle: cycle.number, as_of, now, portfolio, stakes, texts };
    let situation = Situation {
        alerts: &alerts,
        missions: &missions,
        alert_changes,
        mission_changes,
        silence_changes: &[],
    };
    let correction = Correction {
        number: cycle.number,
        as_of: cycle.inputs.as_of,
        act,
        receivers: &effects.notified,
    };
    let compose = |occasion: ComposeContext<'_>| Ok(notify::correct(occasion, correction)?);
    messages::compose(services, basis, situation, compose).await
}
