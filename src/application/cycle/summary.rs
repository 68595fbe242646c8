//! A summary of a cycle for the person who requested it, bounded whatever the size of the
//! portfolio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::run::{CycleOutcome, CycleReport};
use crate::domain::alerts::alert::{AlertChange, AlertChangeKind};
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::missions::mission::{MissionChange, MissionKind};
use crate::domain::operation::cycle::{CycleCounts, CycleInputs};
use crate::domain::portfolio::import::HeldImport;
use crate::domain::portfolio::subject::Subject;

/// Most changes and faults listed one by one.
const LISTED: usize = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CycleBrief {
    pub cycle: CycleNumber,
    pub outcome: CycleOutcome,
    #[serde(flatten)]
    pub inputs: CycleInputs,
    pub counts: CycleCounts,
    /// Number of alert changes, by kind.
    pub alert_changes: BTreeMap<String, usize>,
    /// Number of mission changes, by kind.
    pub mission_changes: BTreeMap<String, usize>,
    pub silence_changes: usize,
    /// What would become of the alerts that change, 500 at most. Only for a dry run: after a
    /// committed cycle, the alerts show it themselves.
    pub alerts: Vec<AlertMove>,
    /// What would become of the missions that change, 500 at most. Only for a dry run.
    pub missions: Vec<MissionMove>,
    /// Rules left out because they do not compile, 500 at most.
    pub rule_faults: Vec<String>,
    /// Imports that wait for a person, which the cycle did not use.
    #[serde(default)]
    #[schema(required = true)]
    pub on_hold: Vec<HeldImport>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertMove {
    pub change: AlertChangeKind,
    pub rule: RuleId,
    pub subject: Subject,
    pub from: Option<Level>,
    pub level: Level,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissionMove {
    pub change: String,
    pub kind: MissionKind,
    pub subject: Subject,
    pub reason: String,
}

impl CycleBrief {
    pub fn of(report: &CycleReport) -> Self {
        let listed = if report.outcome == CycleOutcome::DryRun { LISTED } else { 0 };
        let moves = |change: &&AlertChange| change.kind != AlertChangeKind::Persisted;
        let alerts = &report.alert_changes;
        let missions = &report.mission_changes;
        Self {
            cycle: report.cycle,
            outcome: report.outcome,
            inputs: report.inputs.clone(),
            counts: report.counts,
            alert_changes: counted(alerts.iter().map(|change| change.kind.as_str())),
            mission_changes: counted(missions.iter().map(|change| change.kind.as_str())),
            silence_changes: report.silence_changes.len(),
            alerts: alerts.iter().filter(moves).take(listed).map(AlertMove::of).collect(),
            missions: missions.iter().take(listed).map(MissionMove::of).collect(),
            rule_faults: report.rule_faults.iter().take(LISTED).map(ToString::to_string).collect(),
            on_hold: report.on_hold.clone(),
        }
    }
}

impl AlertMove {
    pub fn of(change: &AlertChange) -> Self {
        Self {
            change: change.kind,
            rule: change.alert.rule.clone(),
            subject: change.alert.subject.clone(),
            from: change.from,
            level: change.alert.level,
            reason: change.reason.clone(),
        }
    }
}

impl MissionMove {
    fn of(change: &MissionChange) -> Self {
        Self {
            change: change.kind.as_str().to_owned(),
            kind: change.mission.kind,
            subject: change.mission.subject.clone(),
            reason: change.reason.clone(),
        }
    }
}

fn counted(words: impl Iterator<Item = &'static str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}
