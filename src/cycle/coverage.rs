//! How much could be judged, and for want of which fields the rest could not.

use std::collections::BTreeMap;

use serde::Serialize;

use super::CycleError;
use super::Parts;
use crate::domain::cycle::CycleSummary;
use crate::domain::edition::EditionId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::portfolio::Portfolio;
use crate::domain::subject::Subject;
use crate::domain::verdict::Absence;
use crate::domain::verdict::Judgement;
use crate::domain::verdict::Verdict;
use crate::frame::dictionary;
use crate::store::KnownUpTo;

/// Fields that a cycle's report names.
const COSTLIEST: usize = 5;

/// The coverage of one committed cycle.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    #[serde(flatten)]
    pub cycle: CycleSummary,
    pub by_rule: Vec<RuleCoverage>,
    /// Verdicts on a ministry's projects, and on itself.
    pub by_ministry: Vec<MinistryCoverage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    pub rule: RuleId,
    #[serde(flatten)]
    pub tally: Tally,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MinistryCoverage {
    pub ministry: MinistryCode,
    #[serde(flatten)]
    pub tally: Tally,
}

/// Verdicts that were given, and those that were not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub judged: u64,
    pub unknown: u64,
    pub failed: u64,
    /// Those whose absence costs the most verdicts first.
    pub missing: Vec<FieldCost>,
}

/// A field, and the verdicts that its absence cost. A verdict is lost for the first field that it
/// lacks: once that one is known, another may be wanting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldCost {
    pub field: String,
    /// In French.
    pub label: String,
    /// Verdicts lost, the withheld ones included.
    pub verdicts: u64,
    /// Those lost because the figure is withheld on purpose.
    pub withheld: u64,
}

/// Of a cycle, the last one unless said otherwise; `None` when there is none yet.
pub async fn coverage(
    parts: &Parts,
    number: Option<CycleNumber>,
) -> Result<Option<Coverage>, CycleError> {
    let cycle = match number {
        Some(number) => {
            let found = parts.store.cycle(number).await?;
            found.ok_or(CycleError::NoSuchCycle(number))?
        }
        None => match parts.store.last_cycle().await? {
            Some(last) => last,
            None => return Ok(None),
        },
    };
    let inputs = &cycle.inputs;
    let upto = KnownUpTo { last_import: inputs.last_import, last_link: inputs.last_link };
    let portfolio = parts.store.portfolio(&upto, inputs.as_of).await?;
    let judgements = parts.store.judgements(cycle.number).await?;
    let ministries = ministries(&portfolio, inputs.edition);
    let by_rule = tallied(&judgements, |judgement| Some(judgement.rule.clone()));
    let by_ministry = tallied(&judgements, |judgement| match &judgement.subject {
        Subject::Project(project) => ministries.get(project).cloned(),
        Subject::Ministry(ministry) => Some(ministry.clone()),
        Subject::Portfolio => None,
    });
    Ok(Some(Coverage {
        cycle,
        by_rule: by_rule.into_iter().map(|(rule, tally)| RuleCoverage { rule, tally }).collect(),
        by_ministry: by_ministry
            .into_iter()
            .map(|(ministry, tally)| MinistryCoverage { ministry, tally })
            .collect(),
    }))
}

/// The fields whose absence costs a cycle the most verdicts.
pub(super) fn costliest(judgements: &[Judgement]) -> Vec<FieldCost> {
    let mut costs = tallied(judgements, |_| Some(())).remove(&()).unwrap_or_default().missing;
    costs.truncate(COSTLIEST);
    costs
}

/// Of each project, by the last edition up to this one that lists it.
fn ministries(portfolio: &Portfolio, edition: EditionId) -> BTreeMap<ProjectId, MinistryCode> {
    let mut known: BTreeMap<ProjectId, (EditionId, MinistryCode)> = BTreeMap::new();
    for snapshot in portfolio.snapshots.iter().filter(|one| one.edition <= edition) {
        let latest = known.get(&snapshot.project).is_none_or(|(at, _)| *at <= snapshot.edition);
        if latest {
            let entry = (snapshot.edition, snapshot.ministry.clone());
            known.insert(snapshot.project.clone(), entry);
        }
    }
    known.into_iter().map(|(project, (_, ministry))| (project, ministry)).collect()
}

fn tallied<K: Ord>(
    judgements: &[Judgement],
    key_of: impl Fn(&Judgement) -> Option<K>,
) -> BTreeMap<K, Tally> {
    let mut counts: BTreeMap<K, (Tally, BTreeMap<&str, FieldCost>)> = BTreeMap::new();
    for judgement in judgements {
        let Some(key) = key_of(judgement) else { continue };
        let (tally, costs) = counts.entry(key).or_default();
        match &judgement.verdict {
            Verdict::Level { .. } => tally.judged += 1,
            Verdict::Failed { .. } => tally.failed += 1,
            Verdict::Unknown { missing } => {
                tally.unknown += 1;
                for lacked in missing {
                    let cost = costs
                        .entry(&lacked.field)
                        .or_insert_with(|| FieldCost::nothing(&lacked.field));
                    cost.verdicts += 1;
                    cost.withheld += u64::from(lacked.why == Absence::Withheld);
                }
            }
        }
    }
    counts
        .into_iter()
        .map(|(kept, (tally, costs))| {
            let mut missing: Vec<FieldCost> = costs.into_values().collect();
            // Stable: fields that cost the same stay in the order of their names.
            missing.sort_by_key(|cost| std::cmp::Reverse(cost.verdicts));
            (kept, Tally { missing, ..tally })
        })
        .collect()
}

impl FieldCost {
    fn nothing(field: &str) -> Self {
        let label = dictionary::field(field).map_or(field, |known| known.label);
        Self { field: field.to_owned(), label: label.to_owned(), verdicts: 0, withheld: 0 }
    }
}
