//! Checks the inhibitions of a rule: the alerts it hides must be possible on its subjects, and must
//! not hide it in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::Rule;
use crate::domain::ids::RuleId;

pub(in crate::rules) fn faults(rule: &Rule, known: &BTreeMap<RuleId, Rule>) -> Vec<String> {
    let mut faults = Vec::new();
    for inhibition in &rule.inhibits {
        let hidden = &inhibition.rule;
        match known.get(hidden) {
            Some(other) if other.scope != rule.scope => {
                faults.push(format!("`inhibits`: {hidden} judges other subjects than {}", rule.id));
            }
            Some(_) if reaches(hidden, &rule.id, known) => {
                faults.push(format!("`inhibits`: {hidden} hides {} in turn", rule.id));
            }
            // An unknown rule is reported by the lints: this rule can judge without it.
            Some(_) | None => {}
        }
        if !inhibition.from.is_alerting() || !inhibition.up_to.is_alerting() {
            faults
                .push("`inhibits`: alerts stand from `moderate`, so do `from` and `up_to`".into());
        }
    }
    faults
}

/// Whether the rule `from` hides the rule `to`, directly or through others.
fn reaches(from: &RuleId, to: &RuleId, known: &BTreeMap<RuleId, Rule>) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            let rule = known.get(id);
            let next = rule.into_iter().flat_map(|rule| &rule.inhibits);
            waiting.extend(next.map(|inhibition| &inhibition.rule));
        }
    }
    false
}
