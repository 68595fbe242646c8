//! New facts: an alert keeps its level, and what it rests on has become worse than when it opened or
//! than its last new fact. Pure.

use std::collections::BTreeMap;

use super::context::EvaluationContext;
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::alerts::new_fact::{FactReference, NewFact, WatchedFigure};
use crate::domain::ids::{AlertId, RuleId};
use crate::domain::rules::rule::RuleTerms;
use crate::support::french;

/// Most facts that an alert holds; the oldest go first.
const MOST: usize = 20;

/// What new facts of an alert that opens are measured from: the values of today.
pub(super) fn references(
    alert: &Alert,
    terms: &RuleTerms,
    occasion: EvaluationContext<'_>,
) -> BTreeMap<String, FactReference> {
    let figures = occasion.figures.get(&alert.subject);
    let known = terms.watched.iter().filter_map(|watched| {
        let figure = figures?.get(&watched.field)?;
        Some((watched.field.clone(), reference(figure, occasion)))
    });
    known.collect()
}

fn reference(figure: &WatchedFigure, occasion: EvaluationContext<'_>) -> FactReference {
    FactReference {
        value: figure.value.clone(),
        words: figure.words.clone(),
        edition: occasion.edition,
        as_of: occasion.as_of,
    }
}

/// Compares the values that an open alert rests on with its references, adds what has become worse to
/// its facts, and moves the references of these alone: a value that is unknown or has eased leaves its
/// reference where it is. A value known for the first time becomes a reference without being a fact.
pub(super) fn find(alert: &mut Alert, terms: &RuleTerms, occasion: EvaluationContext<'_>) {
    let Some(figures) = occasion.figures.get(&alert.subject) else { return };
    for watched in &terms.watched {
        let Some(figure) = figures.get(&watched.field) else { continue };
        let now = reference(figure, occasion);
        match alert.references.get(&watched.field) {
            None => {}
            Some(former) if watched.worsening.reaches(&former.value, &now.value) => {
                alert.facts.push(NewFact {
                    cycle: occasion.cycle,
                    on: occasion.as_of,
                    field: watched.field.clone(),
                    before: former.value.clone(),
                    after: now.value.clone(),
                    from_edition: former.edition,
                    edition: now.edition,
                    text: sentence(&figure.label, former, &now),
                });
            }
            Some(_) => continue,
        }
        alert.references.insert(watched.field.clone(), now);
    }
    forget_oldest(alert);
}

/// For example `Coût actualisé : 61,6 M€ (édition 2021-06), contre 55 M€ (édition 2020-11).`
fn sentence(label: &str, former: &FactReference, now: &FactReference) -> String {
    let dated = |reference: &FactReference| {
        if former.edition == now.edition {
            format!("{} (au {})", reference.words, french::date(reference.as_of))
        } else {
            format!("{} (édition {})", reference.words, reference.edition)
        }
    };
    if (former.edition, former.as_of) == (now.edition, now.as_of) {
        // A correction on the same day.
        return format!("{label} : {}, au lieu de {}.", now.words, former.words);
    }
    format!("{label} : {}, contre {}.", dated(now), dated(former))
}

/// The facts that this cycle found, as one text; empty when there are none.
pub(super) fn said(alert: &Alert, occasion: EvaluationContext<'_>) -> String {
    let facts = alert.facts_of(occasion.cycle).map(|fact| fact.text.as_str());
    facts.collect::<Vec<_>>().join(" ")
}

/// An alert that another one hides is not sent: its new facts are passed on to the one that hides it,
/// so that they are.
pub(super) fn pass_on(changes: &mut [AlertChange], occasion: EvaluationContext<'_>) {
    let mut passed: BTreeMap<AlertId, Vec<NewFact>> = BTreeMap::new();
    for AlertChange { alert, .. } in changes.iter() {
        let Some(by) = &alert.hidden_by else { continue };
        let facts = passed.entry(hiding(alert, by)).or_default();
        facts.extend(alert.facts_of(occasion.cycle).cloned());
    }
    passed.retain(|_, facts| !facts.is_empty());
    for change in changes.iter_mut().filter(|change| change.alert.state == AlertState::Open) {
        let Some(facts) = passed.remove(&change.alert.id) else { continue };
        let mut added = Vec::new();
        for fact in facts {
            let known =
                change.alert.facts_of(occasion.cycle).any(|known| known.field == fact.field);
            if !known {
                added.push(fact.text.clone());
                change.alert.facts.push(fact);
            }
        }
        if added.is_empty() {
            continue;
        }
        let added = added.join(" ");
        if change.kind == AlertChangeKind::Persisted {
            change.kind = AlertChangeKind::NewFact;
            change.reason = added;
        } else {
            change.reason = format!("{} {added}", change.reason);
        }
        forget_oldest(&mut change.alert);
    }
}

fn hiding(hidden: &Alert, by: &RuleId) -> AlertId {
    Alert::id_of(by, &hidden.subject)
}

fn forget_oldest(alert: &mut Alert) {
    let beyond = alert.facts.len().saturating_sub(MOST);
    alert.facts.drain(..beyond);
}
