//! Compares current alerts with the verdicts of a cycle. Pure: decides, changes nothing.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::context::EvaluationContext;
use super::follow::Followed;
use super::inhibit::inhibit;
use super::{facts, lost, reasons};
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::ids::AlertId;
use crate::domain::level::Level;
use crate::domain::rules::rule::{RuleStatus, RuleTerms};
use crate::domain::rules::verdict::{Judgement, Verdict};

/// Gives every open or pending alert exactly one change, possibly `Persisted`. `known` are all
/// alerts ever raised, including resolved ones, since a problem that returns is the same alert.
///
/// Only a level can close an alert: an unknown or failed verdict, or none at all, leaves it open
/// and marks it stale. A project that leaves the panorama without a known reason takes its open alerts
/// with it: they are dormant until it is listed again, or until its exit is explained.
pub fn reconcile(
    known: &Followed,
    judgements: &[Judgement],
    occasion: EvaluationContext<'_>,
) -> Vec<AlertChange> {
    let mut unjudged: BTreeMap<&AlertId, &Alert> =
        known.alerts.iter().map(|alert| (&alert.id, alert)).collect();
    let mut changes = Vec::new();
    for judgement in judgements {
        let id = Alert::id_of(&judgement.rule, &judgement.subject);
        let alert = unjudged.remove(&id);
        changes.extend(change(alert, judgement, occasion));
    }
    changes.extend(unjudged.into_values().filter_map(|alert| without_verdict(alert, occasion)));
    for change in &mut changes {
        if let Some((from, words)) = known.origins.get(&change.alert.id) {
            change.reason = format!("{words} {}", change.reason);
            change.counterpart = Some(from.clone());
        }
    }
    changes.extend(known.moved.iter().cloned());
    inhibit(&mut changes, occasion.terms);
    facts::pass_on(&mut changes, occasion);
    changes
        .sort_by(|a, b| (&a.alert.rule, &a.alert.subject).cmp(&(&b.alert.rule, &b.alert.subject)));
    changes
}

fn change(
    alert: Option<&Alert>,
    judgement: &Judgement,
    occasion: EvaluationContext<'_>,
) -> Option<AlertChange> {
    let terms = occasion.terms.get(&judgement.rule)?;
    let standing = alert.filter(|alert| alert.state != AlertState::Resolved);
    if terms.status == RuleStatus::Deprecated {
        return standing.map(|standing| retires(standing, terms, occasion));
    }
    if let Some(dormant) = standing.filter(|one| one.state == AlertState::Dormant) {
        return wakes(dormant, judgement, occasion);
    }
    match (&judgement.verdict, standing) {
        (Verdict::Level { level }, Some(standing)) if level.is_alerting() => {
            Some(still_fires(standing, judgement, *level, terms, occasion))
        }
        (Verdict::Level { level }, None) if level.is_alerting() => terms
            .status
            .opens_alerts()
            .then(|| first_fires(alert, judgement, *level, terms, occasion)),
        (Verdict::Level { level }, Some(standing)) => {
            Some(no_longer_fires(standing, *level, terms, occasion))
        }
        (Verdict::Unknown { missing }, Some(standing)) => {
            Some(goes_stale(standing, reasons::unknown(missing, occasion.label), occasion))
        }
        (Verdict::Failed { fault }, Some(standing)) => {
            let reason = format!("La règle est en défaut : {}.", fault.message);
            Some(goes_stale(standing, reason, occasion))
        }
        (Verdict::Level { .. } | Verdict::Unknown { .. } | Verdict::Failed { .. }, None) => None,
    }
}

fn first_fires(
    resolved: Option<&Alert>,
    judgement: &Judgement,
    level: Level,
    terms: &RuleTerms,
    occasion: EvaluationContext<'_>,
) -> AlertChange {
    let opens = terms.for_evaluations <= 1;
    let (kind, reason) = match (opens, resolved) {
        (true, None) => (AlertChangeKind::Raised, "Première constatation.".to_owned()),
        (true, Some(_)) => {
            (AlertChangeKind::Reopened, "Le problème, résolu, est de retour.".to_owned())
        }
        (false, _) => (AlertChangeKind::Pending, reasons::waiting(1, terms.for_evaluations)),
    };
    let other_changes = occasion.other_changes(&judgement.rule, &judgement.subject);
    let reason = format!("{reason}{other_changes}");
    let mut alert = Alert {
        id: Alert::id_of(&judgement.rule, &judgement.subject),
        rule: judgement.rule.clone(),
        subject: judgement.subject.clone(),
        state: if opens { AlertState::Open } else { AlertState::Pending },
        level,
        since: occasion.as_of,
        updated_at: occasion.now,
        streak: u32::from(!opens),
        stale: false,
        judged_in: Some(occasion.cycle),
        evidence: judgement.evidence.clone(),
        explanation: judgement.explanation.clone(),
        hidden_by: None,
        references: BTreeMap::new(),
        facts: vec![],
    };
    if opens {
        alert.references = facts::references(&alert, terms, occasion);
    }
    AlertChange { alert, kind, from: None, reason, counterpart: None }
}

fn still_fires(
    standing: &Alert,
    judgement: &Judgement,
    level: Level,
    terms: &RuleTerms,
    occasion: EvaluationContext<'_>,
) -> AlertChange {
    let mut alert = Alert {
        level,
        updated_at: occasion.now,
        stale: false,
        judged_in: Some(occasion.cycle),
        evidence: judgement.evidence.clone(),
        explanation: judgement.explanation.clone(),
        ..standing.clone()
    };
    let from = Some(standing.level);
    if standing.state == AlertState::Pending {
        alert.streak = standing.streak.saturating_add(1);
        if alert.streak < terms.for_evaluations {
            let reason = reasons::waiting(alert.streak, terms.for_evaluations);
            let kind = AlertChangeKind::Pending;
            return AlertChange { alert, kind, from, reason, counterpart: None };
        }
        let reason = format!("Constaté {} fois.", alert.streak);
        alert.state = AlertState::Open;
        alert.streak = 0;
        alert.references = facts::references(&alert, terms, occasion);
        let kind = AlertChangeKind::Raised;
        return AlertChange { alert, kind, from: None, reason, counterpart: None };
    }
    let lost = lost::lost(standing, judgement);
    if level < standing.level && !lost.is_empty() {
        return goes_stale(standing, reasons::kept(&lost), occasion);
    }
    alert.streak = 0;
    facts::find(&mut alert, terms, occasion);
    let facts = facts::said(&alert, occasion);
    let (kind, reason) = match level.cmp(&standing.level) {
        Ordering::Greater => (AlertChangeKind::Worsened, moved(standing, level, &facts, occasion)),
        Ordering::Less => (AlertChangeKind::Eased, moved(standing, level, &facts, occasion)),
        Ordering::Equal if !facts.is_empty() => (AlertChangeKind::NewFact, facts),
        Ordering::Equal if standing.stale => {
            (AlertChangeKind::Persisted, "De nouveau évaluable, inchangé.".to_owned())
        }
        Ordering::Equal => (AlertChangeKind::Persisted, "Inchangé.".to_owned()),
    };
    AlertChange { alert, kind, from, reason, counterpart: None }
}

fn moved(standing: &Alert, level: Level, facts: &str, occasion: EvaluationContext<'_>) -> String {
    let other_changes = occasion.other_changes(&standing.rule, &standing.subject);
    let moved = format!("{}{other_changes}", reasons::moved(standing.level, level));
    if facts.is_empty() { moved } else { format!("{moved} {facts}") }
}

fn no_longer_fires(
    standing: &Alert,
    level: Level,
    terms: &RuleTerms,
    occasion: EvaluationContext<'_>,
) -> AlertChange {
    let mut alert = Alert { updated_at: occasion.now, stale: false, ..standing.clone() };
    let from = Some(standing.level);
    let other_changes = occasion.other_changes(&standing.rule, &standing.subject);
    if standing.state == AlertState::Pending {
        alert.state = AlertState::Resolved;
        alert.level = level;
        alert.streak = 0;
        let reason = format!("N’a pas duré assez pour ouvrir une alerte.{other_changes}");
        let kind = AlertChangeKind::Dropped;
        return AlertChange { alert, kind, from, reason, counterpart: None };
    }
    alert.streak = standing.streak.saturating_add(1);
    if alert.streak < terms.clear_for {
        let reason = format!("{}{other_changes}", reasons::clearing(alert.streak, terms.clear_for));
        let kind = AlertChangeKind::Persisted;
        return AlertChange { alert, kind, from, reason, counterpart: None };
    }
    alert.state = AlertState::Resolved;
    alert.level = level;
    alert.streak = 0;
    alert.references.clear();
    let reason = format!("{}{other_changes}", reasons::resolved(level));
    let kind = AlertChangeKind::Resolved;
    AlertChange { alert, kind, from, reason, counterpart: None }
}

fn without_verdict(alert: &Alert, occasion: EvaluationContext<'_>) -> Option<AlertChange> {
    if alert.state == AlertState::Resolved {
        return None;
    }
    let terms = occasion.terms.get(&alert.rule);
    if let Some(retired) = terms.filter(|terms| terms.status == RuleStatus::Deprecated) {
        return Some(retires(alert, retired, occasion));
    }
    let exits = &occasion.circumstances.explained_exits;
    if let Some(explanation) = alert.subject.project().and_then(|project| exits.get(project)) {
        let reason = format!("Le projet a quitté le panorama : {explanation}.");
        return Some(closes(alert, AlertChangeKind::Resolved, reason, occasion));
    }
    let is_listed = |project| occasion.circumstances.present.contains(project);
    let is_back = terms.is_some_and(|terms| terms.on_departed)
        && alert.subject.project().is_some_and(is_listed);
    if is_back {
        let reason = "Le projet est de nouveau dans le panorama.".to_owned();
        return Some(closes(alert, AlertChangeKind::Resolved, reason, occasion));
    }
    if alert.state == AlertState::Dormant {
        return None;
    }
    let has_left = alert.subject.project().is_some_and(|project| !is_listed(project));
    if terms.is_some() && has_left && alert.state == AlertState::Open {
        return Some(becomes_dormant(alert, occasion));
    }
    let reason = if terms.is_some() {
        "Plus évalué : le sujet n’est plus dans le panorama et son départ n’est pas expliqué."
    } else {
        "Plus évalué : la règle n’est plus au catalogue, ou y est en défaut. La retirer avec son \
         motif (`deprecated`) clôt ses alertes."
    };
    Some(goes_stale(alert, reason.to_owned(), occasion))
}

/// Its project left: it is out of what is open, keeps its level, its references and what people did.
fn becomes_dormant(standing: &Alert, occasion: EvaluationContext<'_>) -> AlertChange {
    let alert = Alert {
        state: AlertState::Dormant,
        updated_at: occasion.now,
        streak: 0,
        stale: true,
        ..standing.clone()
    };
    let reason = format!(
        "Le projet n’est plus dans l’édition {} et son départ n’est pas expliqué : l’alerte est mise en \
         sommeil jusqu’à son retour ou à l’explication de sa sortie.",
        occasion.edition
    );
    let (kind, from) = (AlertChangeKind::Dormant, Some(standing.level));
    AlertChange { alert, kind, from, reason, counterpart: None }
}

/// Its project is listed again: it is open as it was, and then what the verdict makes of it.
fn wakes(
    dormant: &Alert,
    judgement: &Judgement,
    occasion: EvaluationContext<'_>,
) -> Option<AlertChange> {
    let open = Alert { state: AlertState::Open, stale: false, ..dormant.clone() };
    let mut change = change(Some(&open), judgement, occasion)?;
    change.reason = format!("Le projet est de nouveau dans le panorama. {}", change.reason);
    if matches!(change.kind, AlertChangeKind::Persisted | AlertChangeKind::Eased) {
        change.kind = AlertChangeKind::Woken;
    }
    Some(change)
}

fn retires(standing: &Alert, terms: &RuleTerms, occasion: EvaluationContext<'_>) -> AlertChange {
    let kind = match standing.state {
        AlertState::Pending => AlertChangeKind::Dropped,
        AlertState::Open | AlertState::Dormant | AlertState::Resolved => AlertChangeKind::Retired,
    };
    closes(standing, kind, reasons::retired(terms), occasion)
}

/// Closes an alert without a verdict: it keeps its last known level.
fn closes(
    standing: &Alert,
    kind: AlertChangeKind,
    reason: String,
    occasion: EvaluationContext<'_>,
) -> AlertChange {
    let from = Some(standing.level);
    let alert = Alert {
        state: AlertState::Resolved,
        updated_at: occasion.now,
        streak: 0,
        stale: false,
        references: BTreeMap::new(),
        ..standing.clone()
    };
    AlertChange { alert, kind, from, reason, counterpart: None }
}

fn goes_stale(standing: &Alert, reason: String, occasion: EvaluationContext<'_>) -> AlertChange {
    let mut alert = Alert { stale: true, updated_at: occasion.now, ..standing.clone() };
    let kind = match standing.state {
        AlertState::Pending => AlertChangeKind::Pending,
        // What was not known is not one of the times in a row that close the alert.
        AlertState::Open | AlertState::Dormant | AlertState::Resolved => {
            alert.streak = 0;
            AlertChangeKind::Persisted
        }
    };
    AlertChange { alert, kind, from: Some(standing.level), reason, counterpart: None }
}
