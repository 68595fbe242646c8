//! Judges a past cycle again from the stored data, and compares the result byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::judge_past;
use crate::application::cycle::deliberation::decide_alerts;
use crate::application::cycle::judged::Judged;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::AlertChange;
use crate::domain::ids::{AlertId, CycleNumber, RuleId};
use crate::domain::operation::cycle::{CycleInputs, CycleSummary, ENGINE, release_of_engine};
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::{JudgementRef, Verdicts};
use crate::domain::rules::verdict::{Evidence, Judgement, Verdict};
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

#[derive(Clone, Debug, Serialize)]
pub struct Replay {
    pub cycle: CycleNumber,
    /// As they are now: the engine is that of this program.
    pub inputs: CycleInputs,
    /// The engine that judged the cycle.
    pub engine: u32,
    /// The last release of that engine, which replays the cycle byte for byte; `None` when it is this one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    pub verdicts: usize,
    /// Whether the verdicts, as one JSON object per line, are the same bytes as the committed ones.
    pub identical: bool,
    /// Fingerprint of the bytes judged again.
    pub fingerprint: Fingerprint,
    /// Number of differences of each kind.
    pub kinds: BTreeMap<ReplayDifferenceKind, usize>,
    pub differences: Vec<ReplayDifference>,
    /// What the cycle decided on alerts and would not decide again, or the reverse, as lines of JSON. `None`
    /// when it is not decided again, because an earlier engine judged it.
    pub decisions: Option<Vec<DecisionDifference>>,
    #[serde(skip)]
    pub lines: Vec<String>,
}

/// One verdict as a line of JSON, as committed and as judged again; none if only the other has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayDifference {
    pub kind: ReplayDifferenceKind,
    pub committed: Option<String>,
    pub replayed: Option<String>,
}

/// One change of an alert as a line of JSON, as committed and as decided again; none if only the other has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionDifference {
    pub committed: Option<String>,
    pub replayed: Option<String>,
}

words! {
    /// What differs between two verdicts of a rule on a subject: the first that applies.
    pub enum ReplayDifferenceKind, "a kind of difference" {
        /// Only one of them exists.
        Subject = "subject" => "sujet évalué d’un seul côté",
        /// The level, or that there is one.
        Level = "level" => "niveau",
        /// The fields whose absence makes it unknown.
        MissingFields = "missing_fields" => "données manquantes",
        /// The values that it rests on.
        Measure = "measure" => "mesure",
        /// The same values in other words.
        Wording = "wording" => "formulation",
    }
}

impl Replay {
    /// An earlier engine judged the cycle: what differs is the engine's work, and no fault.
    pub fn is_of_former_engine(&self) -> bool {
        self.release.is_some()
    }
}

pub async fn replay(services: &Services, number: CycleNumber) -> Result<Replay, ApplicationError> {
    services.store.check_whole("a replay")?;
    let cycle = services.store.cycle(number).await?.ok_or(ApplicationError::NoSuchCycle(number))?;
    let engine = cycle.inputs.engine;
    let judged = judge_past(services, &cycle.inputs).await?;
    let committed = services.store.verdicts(number).await?;
    let differences = differences(&committed, &judged.verdicts)?;
    let lines = lines(&judged.verdicts)?;
    let mut kinds = BTreeMap::new();
    for difference in &differences {
        *kinds.entry(difference.kind).or_insert(0) += 1;
    }
    let decisions =
        if engine == ENGINE { Some(decisions(services, &cycle, &judged).await?) } else { None };
    let same_inputs = CycleInputs { engine, ..judged.inputs.clone() } == cycle.inputs;
    Ok(Replay {
        cycle: number,
        verdicts: lines.len(),
        identical: differences.is_empty()
            && same_inputs
            && decisions.as_ref().is_none_or(Vec::is_empty),
        inputs: judged.inputs,
        engine,
        release: release_of_engine(engine).map(str::to_owned),
        fingerprint: Fingerprint::of(lines.join("\n").as_bytes()),
        kinds,
        differences,
        decisions,
        lines,
    })
}

/// Decides again what a cycle decided on alerts, from the alerts as they were before it.
async fn decisions(
    services: &Services,
    cycle: &CycleSummary,
    judged: &Judged,
) -> Result<Vec<DecisionDifference>, ApplicationError> {
    let last = services.store.last_cycle_before(cycle.number).await?;
    let known = services.store.alerts_before(cycle.number).await?;
    let decided =
        decide_alerts(services, judged, (known, last.as_ref()), (cycle.number, cycle.ran_at()))
            .await?
            .changes;
    let line = |change: &AlertChange| {
        let change = AlertChange { alert: change.alert.bare(), ..change.clone() };
        serde_json::to_string(&change).map_err(ApplicationError::Record)
    };
    let keyed = |changes: &[AlertChange]| -> Result<BTreeMap<AlertId, String>, ApplicationError> {
        changes.iter().map(|change| Ok((change.alert.id.clone(), line(change)?))).collect()
    };
    let committed = keyed(&services.store.decisions_of(cycle.number).await?)?;
    let replayed = keyed(&decided)?;
    let ids: BTreeSet<&AlertId> = committed.keys().chain(replayed.keys()).collect();
    let differ = ids.into_iter().filter(|id| committed.get(*id) != replayed.get(*id));
    Ok(differ
        .map(|id| DecisionDifference {
            committed: committed.get(id).cloned(),
            replayed: replayed.get(id).cloned(),
        })
        .collect())
}

fn lines(verdicts: &Verdicts) -> Result<Vec<String>, ApplicationError> {
    verdicts.iter().map(|judgement| line(&judgement.to_judgement())).collect()
}

fn line(judgement: &Judgement) -> Result<String, ApplicationError> {
    serde_json::to_string(judgement).map_err(ApplicationError::Record)
}

/// By rule, then subject.
fn differences(
    committed: &Verdicts,
    replayed: &Verdicts,
) -> Result<Vec<ReplayDifference>, ApplicationError> {
    let keyed = |verdicts: &Verdicts| -> BTreeMap<(RuleId, Subject), Judgement> {
        let judgements = verdicts.iter().map(JudgementRef::to_judgement);
        judgements.map(|one| ((one.rule.clone(), one.subject.clone()), one)).collect()
    };
    let (committed, replayed) = (keyed(committed), keyed(replayed));
    let mut differences = Vec::new();
    for (key, before) in &committed {
        let after = replayed.get(key);
        if after != Some(before) {
            differences.push(difference(Some(before), after)?);
        }
    }
    for (key, after) in &replayed {
        if !committed.contains_key(key) {
            differences.push(difference(None, Some(after))?);
        }
    }
    Ok(differences)
}

fn difference(
    before: Option<&Judgement>,
    after: Option<&Judgement>,
) -> Result<ReplayDifference, ApplicationError> {
    let kind = match (before, after) {
        (Some(before), Some(after)) => kind(before, after),
        (Some(_) | None, Some(_) | None) => ReplayDifferenceKind::Subject,
    };
    let (committed, replayed) = (before.map(line).transpose()?, after.map(line).transpose()?);
    Ok(ReplayDifference { kind, committed, replayed })
}

fn kind(before: &Judgement, after: &Judgement) -> ReplayDifferenceKind {
    match (&before.verdict, &after.verdict) {
        (Verdict::Unknown { missing: before }, Verdict::Unknown { missing: after })
            if before != after =>
        {
            return ReplayDifferenceKind::MissingFields;
        }
        (before, after) if before.level() != after.level() || before.level().is_none() => {
            return ReplayDifferenceKind::Level;
        }
        (_, _) => {}
    }
    let values = |evidence: &Option<Evidence>| {
        let readings = evidence.iter().flat_map(|evidence| &evidence.readings);
        readings.map(|one| (one.name.clone(), one.value.clone())).collect::<Vec<_>>()
    };
    if values(&before.evidence) == values(&after.evidence) {
        ReplayDifferenceKind::Wording
    } else {
        ReplayDifferenceKind::Measure
    }
}
