//! Checks whether a catalogue may be put in force: no faults, every case passes, and nothing is
//! left untested.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::{cases, companion_files};
use crate::domain::ids::RuleId;
use crate::rules;
use crate::rules::{Budget, CaseOutcome, Catalogue, OverBudget, RuleFault, ScriptLimits};

/// No rule may fire on the subjects of this file.
const BASELINE: &str = "cases/baseline.toml";

/// Most items of each kind that a message lists.
const LISTED: usize = 5;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proof {
    /// Faults of the rules, thresholds, playbook, timetable and message terms.
    pub faults: Vec<RuleFault>,
    /// Cases that ran.
    pub cases: usize,
    /// Cases that did not give what they expect.
    pub failed: Vec<CaseOutcome>,
    /// What no case tests: a level, a missing value, a wait, a healthy subject.
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
/// When the budget does not cover them.
pub(in crate::application) fn prove(
    texts: &BTreeMap<String, String>,
    limits: &ScriptLimits,
    budget: &Budget,
) -> Result<Proof, OverBudget> {
    let (catalogue, faults) = rules::compile_within(texts, limits, budget);
    Ok(prove_compiled(&catalogue, faults, texts)?.0)
}

/// Runs all cases of a catalogue that is compiled, `faults` being those of its compilation. Returns what they gave too.
///
/// # Errors
/// When the catalogue's budget does not cover them.
pub(in crate::application) fn prove_compiled(
    catalogue: &Catalogue,
    mut faults: Vec<RuleFault>,
    texts: &BTreeMap<String, String>,
) -> Result<(Proof, Vec<CaseOutcome>), OverBudget> {
    faults.extend(companion_files::faults(texts, catalogue));
    faults.extend(rules::to_complete(texts));
    let outcomes = cases::run_cases(catalogue, texts, &|_| true)?;
    let mut missing = rules::missing_cases(catalogue, texts);
    missing.extend(without_a_healthy_subject(catalogue, &outcomes));
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).cloned().collect();
    Ok((Proof { faults, cases: outcomes.len(), failed, missing }, outcomes))
}

fn without_a_healthy_subject(catalogue: &Catalogue, outcomes: &[CaseOutcome]) -> Vec<String> {
    let healthy = outcomes.iter().filter(|outcome| outcome.file == BASELINE);
    let tested: BTreeSet<&RuleId> = healthy.filter_map(|outcome| outcome.rule.as_ref()).collect();
    let untested = catalogue.rules().filter(|rule| !tested.contains(&rule.id));
    untested.map(|rule| format!("{}: no healthy subject in {BASELINE}", rule.id)).collect()
}

/// Why the catalogue may not be put in force, with the first items of each kind.
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
        for fault in faults.iter().take(LISTED) {
            write!(f, "\n  {fault}")?;
        }
        for outcome in failed.iter().take(LISTED) {
            let difference = outcome.difference.as_deref().unwrap_or_default();
            write!(f, "\n  {} « {} »: {difference}", outcome.file, outcome.name)?;
        }
        for words in missing.iter().take(LISTED) {
            write!(f, "\n  {words}")?;
        }
        Ok(())
    }
}
