//! Hides an alert while another says the same, and shows it again afterwards.

use std::collections::BTreeMap;

use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::rule::RuleTerms;

/// Levels of the open alerts on each subject, by rule.
type Open = BTreeMap<Subject, BTreeMap<RuleId, Level>>;

/// Decides which alerts are hidden, once the verdicts have changed them. A hidden alert still
/// exists, is listed and hides others; it is just not sent.
pub(super) fn inhibit(changes: &mut [AlertChange], terms: &BTreeMap<RuleId, RuleTerms>) {
    if terms.values().all(|terms| terms.inhibits.is_empty()) {
        let is_hidden = |change: &AlertChange| change.alert.hidden_by.is_some();
        if !changes.iter().any(is_hidden) {
            return;
        }
    }
    let mut open = Open::new();
    for AlertChange { alert, .. } in changes.iter() {
        if alert.state == AlertState::Open {
            let levels = open.entry(alert.subject.clone()).or_default();
            levels.insert(alert.rule.clone(), alert.level);
        }
    }
    for change in changes {
        let now = hidden_by(&change.alert, &open, terms);
        let was = change.alert.hidden_by.take();
        change.alert.hidden_by.clone_from(&now);
        match (was, now) {
            (None, Some(by)) => is_hidden(change, &by, &open),
            (Some(by), None) if change.alert.state == AlertState::Open => is_released(change, &by),
            (Some(_) | None, Some(_) | None) => {}
        }
    }
}

fn hidden_by(alert: &Alert, open: &Open, terms: &BTreeMap<RuleId, RuleTerms>) -> Option<RuleId> {
    if alert.state != AlertState::Open {
        return None;
    }
    let others = open.get(&alert.subject)?;
    let hides = |(rule, level): &(&RuleId, &Level)| {
        terms.get(*rule).is_some_and(|terms| {
            terms.inhibits.iter().any(|inhibition| {
                inhibition.rule == alert.rule
                    && **level >= inhibition.from
                    && alert.level <= inhibition.up_to
            })
        })
    };
    // The most serious one; of several, the first by id.
    let more_telling =
        |a: &(&RuleId, &Level), b: &(&RuleId, &Level)| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0));
    others.iter().filter(hides).max_by(more_telling).map(|(rule, _)| rule.clone())
}

fn is_hidden(change: &mut AlertChange, by: &RuleId, open: &Open) {
    let level = open.get(&change.alert.subject).and_then(|levels| levels.get(by));
    let label = level.map_or("", |level| level.label());
    let words = format!("L’alerte de {by}, « {label} », le dit déjà.");
    if change.kind == AlertChangeKind::Persisted {
        change.kind = AlertChangeKind::Hidden;
        change.reason = words;
    } else {
        change.reason = format!("{} {words}", change.reason);
    }
}

fn is_released(change: &mut AlertChange, by: &RuleId) {
    let words = format!("L’alerte de {by} ne la masque plus.");
    let reason = match change.kind {
        AlertChangeKind::Persisted => words,
        // It was not sent while it was hidden: its easing is not news, its presence is.
        AlertChangeKind::Eased => format!("{words} {}", change.reason),
        AlertChangeKind::Pending
        | AlertChangeKind::Raised
        | AlertChangeKind::Reopened
        | AlertChangeKind::Worsened
        | AlertChangeKind::NewFact
        | AlertChangeKind::Hidden
        | AlertChangeKind::Released
        | AlertChangeKind::Dormant
        | AlertChangeKind::Woken
        | AlertChangeKind::Dropped
        | AlertChangeKind::Resolved
        | AlertChangeKind::Retired
        | AlertChangeKind::Moved
        | AlertChangeKind::Voided => {
            change.reason = format!("{} {words}", change.reason);
            return;
        }
    };
    change.kind = AlertChangeKind::Released;
    change.reason = reason;
}
