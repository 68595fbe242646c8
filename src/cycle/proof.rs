//! Whether a catalogue may be put in force: no fault, every case passes, and nothing is left unproved.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::beside;
use super::cases;
use crate::domain::ids::RuleId;
use crate::rules;
use crate::rules::Budget;
use crate::rules::CaseOutcome;
use crate::rules::Catalogue;
use crate::rules::Limits;
use crate::rules::OverBudget;
use crate::rules::RuleFault;

/// On the subjects of this file no rule may fire.
const BASELINE: &str = "cases/baseline.toml";

/// Of each kind, those that a message tells.
const TOLD: usize = 5;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proof {
    /// Of rules, thresholds, playbook, timetable and terms.
    pub faults: Vec<RuleFault>,
    /// Cases that ran.
    pub cases: usize,
    /// Those that did not end as they say.
    pub failed: Vec<CaseOutcome>,
    /// What no case proves: a level, an absence, a wait, a healthy subject.
    pub missing: Vec<String>,
}

impl Proof {
    pub fn holds(&self) -> bool {
        self.faults.is_empty() && self.failed.is_empty() && self.missing.is_empty()
    }
}

/// Compiles the texts and runs all their cases.
///
/// # Errors
/// When the budget does not cover it.
pub(super) fn prove(
    texts: &BTreeMap<String, String>,
    limits: &Limits,
    budget: &Budget,
) -> Result<Proof, OverBudget> {
    let (catalogue, mut faults) = rules::compile_within(texts, limits, budget);
    faults.extend(beside::faults(texts, &catalogue));
    let outcomes = cases::run_cases(&catalogue, texts, &|_| true)?;
    let mut missing = rules::missing_cases(&catalogue, texts);
    missing.extend(without_a_healthy_subject(&catalogue, &outcomes));
    let cases = outcomes.len();
    let failed = outcomes.into_iter().filter(|outcome| !outcome.passed()).collect();
    Ok(Proof { faults, cases, failed, missing })
}

fn without_a_healthy_subject(catalogue: &Catalogue, outcomes: &[CaseOutcome]) -> Vec<String> {
    let healthy = outcomes.iter().filter(|outcome| outcome.file == BASELINE);
    let asked: BTreeSet<&RuleId> = healthy.filter_map(|outcome| outcome.rule.as_ref()).collect();
    let unasked = catalogue.rules().filter(|rule| !asked.contains(&rule.id));
    unasked.map(|rule| format!("{}: no healthy subject in {BASELINE}", rule.id)).collect()
}

/// What keeps it from holding; the first ones of each kind.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, failed, missing, .. } = self;
        write!(
            f,
            "not proved: {} faults, {} cases that fail, {} cases missing",
            faults.len(),
            failed.len(),
            missing.len()
        )?;
        for fault in faults.iter().take(TOLD) {
            write!(f, "\n  {fault}")?;
        }
        for outcome in failed.iter().take(TOLD) {
            let difference = outcome.difference.as_deref().unwrap_or_default();
            write!(f, "\n  {} « {} »: {difference}", outcome.file, outcome.name)?;
        }
        for words in missing.iter().take(TOLD) {
            write!(f, "\n  {words}")?;
        }
        Ok(())
    }
}
