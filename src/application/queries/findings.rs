//! What each rule found in the last cycles: how many subjects at each level.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::application::{ApplicationError, Services};
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::rules::batch::RuleVerdicts;
use crate::domain::rules::verdict::Verdict;

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
