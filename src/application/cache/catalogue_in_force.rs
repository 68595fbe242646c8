//! The rules in force, compiled.

use std::collections::BTreeMap;

use crate::application::publishing::companion_files;
use crate::rules;
use crate::rules::{Budget, Catalogue, RuleFault, ScriptLimits};

#[derive(Debug)]
pub struct CatalogueInForce {
    pub catalogue: Catalogue,
    /// Faults of the rules left out, and of the files that ship with the rules.
    pub faults: Vec<RuleFault>,
    /// Keyed by path.
    pub texts: BTreeMap<String, String>,
}

impl CatalogueInForce {
    /// All faults, those of the files of cases included, which no cycle reads.
    pub fn faults_with_cases(&self) -> Vec<RuleFault> {
        let cases = rules::case_faults(&self.texts);
        self.faults.iter().cloned().chain(cases).collect()
    }

    /// Faults of the rules left out.
    pub(in crate::application) fn rule_faults(&self) -> impl Iterator<Item = &RuleFault> {
        self.faults.iter().filter(|fault| !companion_files::is_companion(&fault.file))
    }

    /// Compiles a catalogue. What it evaluates later is charged to `budget` too.
    pub fn compile(
        texts: BTreeMap<String, String>,
        limits: &ScriptLimits,
        budget: &Budget,
    ) -> Self {
        let (catalogue, mut faults) = rules::compile_within(&texts, limits, budget);
        faults.extend(companion_files::faults(&texts, &catalogue));
        Self { catalogue, faults, texts }
    }
}
