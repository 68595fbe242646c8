//! Compares the alerts that stand with the verdicts of a cycle. Pure: decides, changes nothing.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertChangeKind;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::rule::RuleStatus;
use crate::domain::rule::RuleTerms;
use crate::domain::verdict::Absence;
use crate::domain::verdict::Judgement;
use crate::domain::verdict::MissingField;
use crate::domain::verdict::Verdict;

/// When and in what circumstances verdicts are compared with the alerts that stand.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub now: DateTime<Utc>,
    /// The rules in force, by id.
    pub terms: &'a BTreeMap<RuleId, RuleTerms>,
    /// Projects that left the panorama for a reason that is known, with that reason in French.
    pub explained_exits: &'a BTreeMap<ProjectId, String>,
}

/// Every alert that stands gets exactly one change, be it `Persisted`. `known` are all alerts ever
/// raised, the resolved ones included, since a problem that returns is the same alert.
///
/// Only a level can close an alert: a verdict that is unknown or failed, or none at all, leaves it
/// standing and marks it stale.
pub fn reconcile(
    known: &[Alert],
    judgements: &[Judgement],
    occasion: Occasion<'_>,
) -> Vec<AlertChange> {
    let mut unjudged: BTreeMap<&AlertId, &Alert> =
        known.iter().map(|alert| (&alert.id, alert)).collect();
    let mut changes = Vec::new();
    for judgement in judgements {
        let id = Alert::id_of(&judgement.rule, &judgement.subject);
        let alert = unjudged.remove(&id);
        changes.extend(change(alert, judgement, occasion));
    }
    changes.extend(unjudged.into_values().filter_map(|alert| without_verdict(alert, occasion)));
    changes
        .sort_by(|a, b| (&a.alert.rule, &a.alert.subject).cmp(&(&b.alert.rule, &b.alert.subject)));
    changes
}

fn change(
    alert: Option<&Alert>,
    judgement: &Judgement,
    occasion: Occasion<'_>,
) -> Option<AlertChange> {
    let terms = occasion.terms.get(&judgement.rule)?;
    let standing = alert.filter(|alert| alert.state != AlertState::Resolved);
    match (&judgement.verdict, standing) {
        (Verdict::Level { level }, Some(standing)) if level.is_alerting() => {
            Some(still_fires(standing, judgement, *level, terms, occasion))
        }
        (Verdict::Level { level }, None) if level.is_alerting() => (terms.status
            == RuleStatus::Stable)
            .then(|| first_fires(alert, judgement, *level, terms, occasion)),
        (Verdict::Level { level }, Some(standing)) => {
            Some(no_longer_fires(standing, *level, terms, occasion))
        }
        (Verdict::Unknown { missing }, Some(standing)) => {
            let reason = format!("Non évaluable, faute de données : {}.", absences(missing));
            Some(goes_stale(standing, reason, occasion))
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
    occasion: Occasion<'_>,
) -> AlertChange {
    let opens = terms.for_evaluations <= 1;
    let (kind, reason) = match (opens, resolved) {
        (true, None) => (AlertChangeKind::Raised, "Première constatation.".to_owned()),
        (true, Some(_)) => {
            (AlertChangeKind::Reopened, "Le problème, résolu, est de retour.".to_owned())
        }
        (false, _) => (AlertChangeKind::Pending, waiting(1, terms.for_evaluations)),
    };
    let alert = Alert {
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
    };
    AlertChange { alert, kind, from: None, reason }
}

fn still_fires(
    standing: &Alert,
    judgement: &Judgement,
    level: Level,
    terms: &RuleTerms,
    occasion: Occasion<'_>,
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
            let reason = waiting(alert.streak, terms.for_evaluations);
            return AlertChange { alert, kind: AlertChangeKind::Pending, from, reason };
        }
        let reason = format!("Constaté {} fois de suite.", alert.streak);
        alert.state = AlertState::Open;
        alert.streak = 0;
        return AlertChange { alert, kind: AlertChangeKind::Raised, from: None, reason };
    }
    alert.streak = 0;
    let (kind, reason) = match level.cmp(&standing.level) {
        std::cmp::Ordering::Greater => (AlertChangeKind::Worsened, moved(standing.level, level)),
        std::cmp::Ordering::Less => (AlertChangeKind::Eased, moved(standing.level, level)),
        std::cmp::Ordering::Equal if standing.stale => {
            (AlertChangeKind::Persisted, "De nouveau évaluable, inchangé.".to_owned())
        }
        std::cmp::Ordering::Equal => (AlertChangeKind::Persisted, "Inchangé.".to_owned()),
    };
    AlertChange { alert, kind, from, reason }
}

fn no_longer_fires(
    standing: &Alert,
    level: Level,
    terms: &RuleTerms,
    occasion: Occasion<'_>,
) -> AlertChange {
    let mut alert = Alert { updated_at: occasion.now, stale: false, ..standing.clone() };
    let from = Some(standing.level);
    if standing.state == AlertState::Pending {
        alert.state = AlertState::Resolved;
        alert.level = level;
        alert.streak = 0;
        let reason = "N’a pas duré assez pour ouvrir une alerte.".to_owned();
        return AlertChange { alert, kind: AlertChangeKind::Dropped, from, reason };
    }
    alert.streak = standing.streak.saturating_add(1);
    if alert.streak < terms.clear_for {
        let reason = format!(
            "Sous le seuil, {} évaluation sur les {} qui closent l’alerte.",
            alert.streak, terms.clear_for
        );
        return AlertChange { alert, kind: AlertChangeKind::Persisted, from, reason };
    }
    alert.state = AlertState::Resolved;
    alert.level = level;
    alert.streak = 0;
    let reason = format!("Clos : le niveau est « {} ».", level.label());
    AlertChange { alert, kind: AlertChangeKind::Resolved, from, reason }
}

fn without_verdict(alert: &Alert, occasion: Occasion<'_>) -> Option<AlertChange> {
    if alert.state == AlertState::Resolved {
        return None;
    }
    let exit = alert.subject.project().and_then(|project| occasion.explained_exits.get(project));
    if let Some(explanation) = exit {
        let resolved = Alert {
            state: AlertState::Resolved,
            updated_at: occasion.now,
            streak: 0,
            stale: false,
            ..alert.clone()
        };
        let reason = format!("Le projet a quitté le panorama : {explanation}.");
        let from = Some(alert.level);
        return Some(AlertChange {
            alert: resolved,
            kind: AlertChangeKind::Resolved,
            from,
            reason,
        });
    }
    let reason = if occasion.terms.contains_key(&alert.rule) {
        "Plus évalué : le sujet n’est plus dans le panorama et son départ n’est pas expliqué."
    } else {
        "Plus évalué : la règle n’est plus au catalogue."
    };
    Some(goes_stale(alert, reason.to_owned(), occasion))
}

fn goes_stale(standing: &Alert, reason: String, occasion: Occasion<'_>) -> AlertChange {
    let alert = Alert { stale: true, updated_at: occasion.now, ..standing.clone() };
    let kind = match standing.state {
        AlertState::Pending => AlertChangeKind::Pending,
        AlertState::Open | AlertState::Resolved => AlertChangeKind::Persisted,
    };
    AlertChange { alert, kind, from: Some(standing.level), reason }
}

fn moved(from: Level, to: Level) -> String {
    format!("De « {} » à « {} ».", from.label(), to.label())
}

fn waiting(seen: u32, asked: u32) -> String {
    format!("Constaté {seen} fois sur les {asked} de suite qui ouvrent l’alerte.")
}

fn absences(missing: &[MissingField]) -> String {
    let words = missing.iter().map(|missing| match missing.why {
        Absence::Missing => missing.field.clone(),
        Absence::Withheld => format!("{} (non publié à dessein)", missing.field),
    });
    words.collect::<Vec<_>>().join(", ")
}
