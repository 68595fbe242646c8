//! The outcomes of the missions that each rule called for, which show in the long run how good the
//! rule is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{AlertId, RuleId};
use crate::domain::missions::mission::{Mission, MissionState};
use crate::domain::missions::progress::MissionOutcome;

/// How many missions of a rule had each outcome. A mission counts once for each rule behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleOutcomes {
    pub rule: RuleId,
    pub confirmed: u32,
    pub averted: u32,
    pub false_alarm: u32,
    pub no_action: u32,
    pub declined: u32,
    pub withdrawn: u32,
    /// Missions that are proposed or open, whose outcome is not known yet.
    pub live: u32,
    /// Among the missions that reached a finding, the share that found a true problem, from 0 to 1;
    /// `None` when there are none.
    pub precision: Option<f64>,
}

/// Outcomes by rule. `rules` gives the rule that raised each alert.
pub fn outcomes(missions: &[Mission], rules: &BTreeMap<AlertId, RuleId>) -> Vec<RuleOutcomes> {
    let mut tallies: BTreeMap<&RuleId, RuleOutcomes> = BTreeMap::new();
    for mission in missions {
        let behind: BTreeSet<&RuleId> =
            mission.alerts.iter().filter_map(|alert| rules.get(alert)).collect();
        for rule in behind {
            let tally = tallies.entry(rule).or_insert_with(|| none_of(rule));
            *counter(tally, mission) += 1;
        }
    }
    let mut all: Vec<RuleOutcomes> = tallies.into_values().collect();
    for tally in &mut all {
        let right = tally.confirmed + tally.averted;
        let known = right + tally.false_alarm;
        tally.precision = (known > 0).then(|| f64::from(right) / f64::from(known));
    }
    all
}

fn none_of(rule: &RuleId) -> RuleOutcomes {
    RuleOutcomes {
        rule: rule.clone(),
        confirmed: 0,
        averted: 0,
        false_alarm: 0,
        no_action: 0,
        declined: 0,
        withdrawn: 0,
        live: 0,
        precision: None,
    }
}

fn counter<'a>(tally: &'a mut RuleOutcomes, mission: &Mission) -> &'a mut u32 {
    let outcome = mission.conduct.closing.as_ref().map(|closing| closing.outcome);
    match (mission.state, outcome) {
        (MissionState::Proposed | MissionState::Open, _) => &mut tally.live,
        (MissionState::Declined, _) => &mut tally.declined,
        (MissionState::Withdrawn, _) => &mut tally.withdrawn,
        (MissionState::Closed, Some(MissionOutcome::Confirmed)) => &mut tally.confirmed,
        (MissionState::Closed, Some(MissionOutcome::Averted)) => &mut tally.averted,
        (MissionState::Closed, Some(MissionOutcome::FalseAlarm)) => &mut tally.false_alarm,
        (MissionState::Closed, Some(MissionOutcome::NoAction) | None) => &mut tally.no_action,
    }
}
