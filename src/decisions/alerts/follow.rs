//! Moves alerts with their projects when these are renamed, merged or split, and with the ministries that are merged, so
//! that no alert is lost.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::context::Circumstances;
use super::reasons::sentence;
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::ids::AlertId;
use crate::domain::portfolio::subject::Subject;

/// All alerts ever raised, each under the current id of its project.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    pub alerts: Vec<Alert>,
    /// Alerts closed because another alert continues them.
    pub(super) moved: Vec<AlertChange>,
    /// For each alert that continues another: the other one, and why.
    pub(super) origins: BTreeMap<AlertId, (AlertId, String)>,
}

impl From<Vec<Alert>> for Followed {
    /// When no project changed its id.
    fn from(alerts: Vec<Alert>) -> Self {
        Self { alerts, ..Self::default() }
    }
}

/// Moves alerts before verdicts are compared. An alert on an id that became another project's
/// continues there, and so does one on a ministry that another took over. When two ids turn out not to be the same project, and the one that has the
/// alerts is no longer listed, they continue under the other.
pub fn follow(known: Vec<Alert>, circumstances: &Circumstances, now: DateTime<Utc>) -> Followed {
    let (standing, resolved): (Vec<Alert>, Vec<Alert>) =
        known.into_iter().partition(|alert| alert.state != AlertState::Resolved);
    let mut followed = Followed::default();
    let mut staying: BTreeMap<AlertId, Alert> = BTreeMap::new();
    let mut leaving = Vec::new();
    for alert in standing {
        match destination(&alert, circumstances) {
            Some((subject, words)) => leaving.push((alert, subject, words)),
            None => {
                staying.insert(alert.id.clone(), alert);
            }
        }
    }
    for (alert, subject, words) in leaving {
        let id = Alert::id_of(&alert.rule, &subject);
        let reason = format!("L’alerte se poursuit sur `{subject}` : {words}");
        followed.moved.push(closed(&alert, id.clone(), &reason, now));
        let words = format!("Suite de l’alerte de `{}` : {words}", alert.subject);
        followed.origins.insert(id.clone(), (alert.id.clone(), words));
        let goes_on = match staying.remove(&id) {
            Some(already) => united(already, &alert),
            // The evidence is copied as well: no verdict has yet been given under this id.
            None => Alert { id: id.clone(), subject, judged_in: None, ..alert },
        };
        staying.insert(id, goes_on);
    }
    let replaced = |alert: &Alert| staying.contains_key(&alert.id);
    followed.alerts = resolved.into_iter().filter(|alert| !replaced(alert)).collect();
    followed.alerts.extend(staying.into_values());
    followed.alerts.sort_by(|a, b| (&a.rule, &a.subject).cmp(&(&b.rule, &b.subject)));
    followed
}

fn destination(alert: &Alert, circumstances: &Circumstances) -> Option<(Subject, String)> {
    if let Some(ministry) = alert.subject.ministry() {
        let (into, words) = circumstances.succeeded.get(ministry)?;
        return Some((Subject::Ministry(into.clone()), words.clone()));
    }
    let project = alert.subject.project()?;
    if let Some(renaming) = circumstances.became.get(project) {
        let words = format!("c’est un seul et même projet ({}).", renaming.reason.trim());
        return Some((Subject::Project(renaming.into.clone()), words));
    }
    if circumstances.present.contains(project) {
        return None;
    }
    let mut parted = circumstances.parted.iter();
    let (split, renaming) = parted.find(|(split, renaming)| {
        renaming.into == *project && circumstances.present.contains(*split)
    })?;
    let words =
        format!("ce sont deux projets, et c’est lui qui reste listé ({}).", renaming.reason.trim());
    Some((Subject::Project(split.clone()), words))
}

fn closed(alert: &Alert, into: AlertId, reason: &str, now: DateTime<Utc>) -> AlertChange {
    let from = Some(alert.level);
    let alert = Alert {
        state: AlertState::Resolved,
        updated_at: now,
        streak: 0,
        stale: false,
        hidden_by: None,
        references: BTreeMap::new(),
        ..alert.clone()
    };
    let (kind, reason) = (AlertChangeKind::Moved, sentence(reason));
    AlertChange { alert, kind, from, reason, counterpart: Some(into) }
}

/// Merges two alerts found to be one: open if either is, else dormant if either is, and dating from the
/// earlier one.
fn united(already: Alert, other: &Alert) -> Alert {
    let since = already.since.min(other.since);
    let outranks = match other.state {
        AlertState::Open => already.state != AlertState::Open,
        AlertState::Dormant => already.state == AlertState::Pending,
        AlertState::Pending | AlertState::Resolved => false,
    };
    if outranks {
        let (state, level, streak) = (other.state, other.level, other.streak);
        return Alert { state, level, since, streak, ..already };
    }
    Alert { since, ..already }
}
