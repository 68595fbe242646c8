//! Checks the inhibitions of a rule: the alerts it hides must be possible on its subjects, and must
//! not hide it in turn. Two rules may hide each other only at levels that cannot both be: a critical alert of each hides a
//! high one of the other.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::Rule;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::rules::rule::Inhibition;

pub(in crate::rules) fn faults(rule: &Rule, known: &BTreeMap<RuleId, Rule>) -> Vec<String> {
    let mut faults = Vec::new();
    for inhibition in &rule.inhibits {
        let hidden = &inhibition.rule;
        match known.get(hidden) {
            Some(other) if other.scope != rule.scope => {
                faults.push(format!("`inhibits`: {hidden} judges other subjects than {}", rule.id));
            }
            Some(_) if comes_back(rule, inhibition, known) => {
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

/// Whether an alert of the rule can be hidden, directly or through others, by one that it hides this way, all at levels that
/// they can have at once.
fn comes_back(rule: &Rule, hides: &Inhibition, known: &BTreeMap<RuleId, Rule>) -> bool {
    let mut seen: BTreeSet<(&RuleId, Level)> = BTreeSet::new();
    let mut waiting = vec![hides];
    while let Some(inhibition) = waiting.pop() {
        if !seen.insert((&inhibition.rule, inhibition.up_to)) {
            continue;
        }
        let hidden = known.get(&inhibition.rule);
        let next = hidden.into_iter().flat_map(|hidden| &hidden.inhibits);
        // The hidden alert is at `up_to` at most, and hides others only from a level on.
        for further in next.filter(|further| further.from <= inhibition.up_to) {
            if further.rule == rule.id && hides.from <= further.up_to {
                return true;
            }
            waiting.push(further);
        }
    }
    false
}
