//! How many verdicts a cycle gave, at which levels, and which missing fields prevented the others.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::application::publishing::catalogue;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{CycleNumber, MinistryCode, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::operation::cycle::CycleSummary;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::{RuleVerdicts, Verdicts};
use crate::domain::rules::verdict::{Absence, Verdict};
use crate::frame::dictionary::Dictionary;
use crate::store::KnownUpTo;

/// Most fields that the report of a cycle names.
const COSTLIEST: usize = 5;

/// The coverage of one committed cycle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Coverage {
    #[serde(flatten)]
    pub cycle: CycleSummary,
    pub by_rule: Vec<RuleCoverage>,
    /// Verdicts on the projects of each ministry and on the ministry itself.
    pub by_ministry: Vec<MinistryCoverage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleCoverage {
    pub rule: RuleId,
    #[serde(flatten)]
    pub tally: Tally,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MinistryCoverage {
    pub ministry: MinistryCode,
    #[serde(flatten)]
    pub tally: Tally,
}

/// Counts of verdicts given and not given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    pub judged: u64,
    pub unknown: u64,
    pub failed: u64,
    /// Fields whose absence costs the most verdicts first.
    pub missing: Vec<FieldCost>,
}

/// A field, and the verdicts that its absence cost. A verdict is counted for the first field it
/// lacks: once that one is known, another may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldCost {
    pub field: String,
    /// Label of the field, in French.
    pub label: String,
    /// Verdicts lost, including those lost to withheld values.
    pub verdicts: u64,
    /// Verdicts lost because the value is deliberately withheld.
    pub withheld: u64,
}

/// The coverage of a cycle, by default the last one; `None` when there is none yet.
pub async fn coverage(
    services: &Services,
    number: Option<CycleNumber>,
) -> Result<Option<Coverage>, ApplicationError> {
    let cycle = match number {
        Some(number) => {
            let found = services.store.cycle(number).await?;
            found.ok_or(ApplicationError::NoSuchCycle(number))?
        }
        None => match services.store.last_cycle().await? {
            Some(last) => last,
            None => return Ok(None),
        },
    };
    let inputs = &cycle.inputs;
    let upto = KnownUpTo {
        last_import: inputs.last_import,
        last_link: inputs.last_link,
        last_review: inputs.last_review,
        last_confirmation: inputs.last_confirmation,
        last_exit: inputs.last_exit,
        last_succession: inputs.last_succession,
        last_campaign: inputs.last_campaign,
    };
    let portfolio = services.store.portfolio(&upto, inputs.as_of).await?;
    let verdicts = services.store.verdicts(cycle.number).await?;
    let ministries = ministries(&portfolio, inputs.edition);
    let dictionary = catalogue::dictionary(services).await?;
    let by_ministry = by_ministry(&verdicts, &ministries, &dictionary);
    Ok(Some(Coverage { cycle, by_rule: by_rule(&verdicts, &dictionary), by_ministry }))
}

/// The fields whose absence costs a cycle the most verdicts.
pub(in crate::application) fn costliest(
    verdicts: &Verdicts,
    dictionary: &Dictionary,
) -> Vec<FieldCost> {
    let mut counting = Counting::default();
    for (verdict, count) in verdicts.rules().iter().flat_map(RuleVerdicts::counted) {
        counting.add(verdict, count);
    }
    let mut costs = counting.tally(dictionary).missing;
    costs.truncate(COSTLIEST);
    costs
}

fn by_rule(verdicts: &Verdicts, dictionary: &Dictionary) -> Vec<RuleCoverage> {
    let mut counts: BTreeMap<&RuleId, Counting<'_>> = BTreeMap::new();
    for rule in verdicts.rules() {
        let counting = counts.entry(rule.rule()).or_default();
        rule.counted().for_each(|(verdict, count)| counting.add(verdict, count));
    }
    let covered = |(rule, counting): (&RuleId, Counting<'_>)| RuleCoverage {
        rule: rule.clone(),
        tally: counting.tally(dictionary),
    };
    counts.into_iter().map(covered).collect()
}

/// Verdicts on the projects of each ministry and on the ministry itself.
pub(in crate::application) fn by_ministry(
    verdicts: &Verdicts,
    ministries: &BTreeMap<ProjectId, MinistryCode>,
    dictionary: &Dictionary,
) -> Vec<MinistryCoverage> {
    let mut counts: BTreeMap<&MinistryCode, Counting<'_>> = BTreeMap::new();
    for judgement in verdicts.iter() {
        let ministry = match judgement.subject {
            Subject::Project(project) => ministries.get(project),
            Subject::Ministry(ministry) => Some(ministry),
            Subject::Portfolio => None,
        };
        if let Some(ministry) = ministry {
            counts.entry(ministry).or_default().add(judgement.verdict, 1);
        }
    }
    let covered = |(ministry, counting): (&MinistryCode, Counting<'_>)| MinistryCoverage {
        ministry: ministry.clone(),
        tally: counting.tally(dictionary),
    };
    counts.into_iter().map(covered).collect()
}

/// The ministry of each project, according to the latest edition up to `edition` that lists it.
pub(in crate::application) fn ministries(
    portfolio: &Portfolio,
    edition: EditionId,
) -> BTreeMap<ProjectId, MinistryCode> {
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

/// Counts verdicts while they are read.
#[derive(Default)]
struct Counting<'v> {
    tally: Tally,
    costs: BTreeMap<&'v str, FieldCost>,
}

impl<'v> Counting<'v> {
    /// Counts a verdict that `count` subjects were given.
    fn add(&mut self, verdict: &'v Verdict, count: u64) {
        match verdict {
            Verdict::Level { .. } => self.tally.judged += count,
            Verdict::Failed { .. } => self.tally.failed += count,
            Verdict::Unknown { missing } => {
                self.tally.unknown += count;
                for lacked in missing {
                    let cost = self
                        .costs
                        .entry(&lacked.field)
                        .or_insert_with(|| FieldCost::nothing(&lacked.field));
                    cost.verdicts += count;
                    cost.withheld += if lacked.why == Absence::Withheld { count } else { 0 };
                }
            }
        }
    }

    fn tally(self, dictionary: &Dictionary) -> Tally {
        let labelled = |cost: FieldCost| {
            let label = dictionary.label(&cost.field).unwrap_or(&cost.field).to_owned();
            FieldCost { label, ..cost }
        };
        let mut missing: Vec<FieldCost> = self.costs.into_values().map(labelled).collect();
        // The sort is stable: fields with the same cost stay in the order of their names.
        missing.sort_by_key(|cost| std::cmp::Reverse(cost.verdicts));
        Tally { missing, ..self.tally }
    }
}

impl FieldCost {
    fn nothing(field: &str) -> Self {
        Self { field: field.to_owned(), label: String::new(), verdicts: 0, withheld: 0 }
    }
}

/// What the rules found in one cycle, on the subjects that the caller sees.
#[derive(Clone, Debug, Serialize)]
pub struct CycleFindings {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub rules: BTreeMap<RuleId, RuleFindings>,
}

/// What one rule found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleFindings {
    /// Subjects at each level, from the highest; levels at which there is none are left out.
    pub levels: Vec<LevelCount>,
    pub judged: u64,
    pub unknown: u64,
    pub failed: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelCount {
    pub level: Level,
    /// In French.
    pub label: &'static str,
    pub count: u64,
}

/// The findings of the last cycles that count, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn findings(
    services: &Services,
    cycles: u32,
) -> Result<Vec<CycleFindings>, ApplicationError> {
    let mut found = Vec::new();
    for cycle in services.store.cycles(cycles).await? {
        if cycle.voided.is_some() {
            continue;
        }
        let verdicts = services.store.verdicts(cycle.number).await?;
        let mut rules: BTreeMap<RuleId, Counted> = BTreeMap::new();
        for rule in verdicts.rules() {
            rules.entry(rule.rule().clone()).or_default().add(rule);
        }
        let rules = rules.into_iter().map(|(rule, counted)| (rule, counted.findings())).collect();
        found.push(CycleFindings { cycle: cycle.number, as_of: cycle.inputs.as_of, rules });
    }
    Ok(found)
}

#[derive(Default)]
struct Counted {
    levels: BTreeMap<Level, u64>,
    unknown: u64,
    failed: u64,
}

impl Counted {
    fn add(&mut self, verdicts: &RuleVerdicts) {
        for (verdict, count) in verdicts.counted() {
            match verdict {
                Verdict::Level { level } => *self.levels.entry(*level).or_default() += count,
                Verdict::Unknown { .. } => self.unknown += count,
                Verdict::Failed { .. } => self.failed += count,
            }
        }
    }

    fn findings(self) -> RuleFindings {
        let judged = self.levels.values().sum();
        let levels = self.levels.into_iter().rev();
        let levels = levels.map(|(level, count)| LevelCount { level, label: level.label(), count });
        RuleFindings {
            levels: levels.collect(),
            judged,
            unknown: self.unknown,
            failed: self.failed,
        }
    }
}
