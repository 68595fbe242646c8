//! Restores alerts when the cycle that changed them is voided. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::alerts::undo::AlertEffect;

/// Why the cycle is voided, when, and on which day in Paris.
#[derive(Clone, Copy, Debug)]
pub struct Undoing<'a> {
    /// In French: which cycle is voided, and why.
    pub reason: &'a str,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
}

/// Restores each alert to its state before the cycle, and closes those that the cycle opened. One
/// that the cycle opened and that people have acted on stays open for the next cycle to judge.
pub fn undo(effects: &[AlertEffect], undoing: Undoing<'_>) -> Vec<AlertChange> {
    effects.iter().filter_map(|effect| undone(effect, undoing)).collect()
}

fn undone(effect: &AlertEffect, undoing: Undoing<'_>) -> Option<AlertChange> {
    let AlertEffect { now, before, acted_on } = effect;
    let was_open = before.as_ref().is_some_and(|before| before.state == AlertState::Open);
    if *acted_on && now.state == AlertState::Open && !was_open {
        return keep_open(now, undoing);
    }
    let alert = match before {
        Some(before) => Alert { updated_at: undoing.now, ..before.clone() },
        None => Alert {
            state: AlertState::Resolved,
            // An alert cannot date from a day that has not come.
            since: now.since.min(undoing.today),
            updated_at: undoing.now,
            streak: 0,
            stale: false,
            hidden_by: None,
            references: BTreeMap::new(),
            ..now.clone()
        },
    };
    let is_as_it_was = Alert { updated_at: now.updated_at, ..alert.clone() } == *now;
    (!is_as_it_was).then(|| AlertChange {
        alert,
        kind: AlertChangeKind::Voided,
        from: Some(now.level),
        reason: undoing.reason.to_owned(),
        counterpart: None,
    })
}

/// Keeps the alert open, since today at the latest.
fn keep_open(now: &Alert, undoing: Undoing<'_>) -> Option<AlertChange> {
    (now.since > undoing.today).then(|| AlertChange {
        alert: Alert { since: undoing.today, updated_at: undoing.now, ..now.clone() },
        kind: AlertChangeKind::Persisted,
        from: Some(now.level),
        reason: format!("{} Gardée, puisque quelqu’un s’en est saisi.", undoing.reason),
        counterpart: None,
    })
}
