//! An alert: one problem that lasts across cycles.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::alerts::new_fact::{FactReference, NewFact};
use crate::domain::ids::{AlertId, CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::Evidence;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    pub id: AlertId,
    pub rule: RuleId,
    pub subject: Subject,
    pub state: AlertState,
    /// The last level that a verdict gave; unchanged while the verdict is unknown.
    pub level: Level,
    /// The evaluation date at which the alert first fired, of this opening.
    pub since: NaiveDate,
    pub updated_at: DateTime<Utc>,
    /// Evaluations in a row that fired (pending) or were clear (open).
    pub streak: u32,
    /// The last cycle could not judge it: it rests on older data.
    pub stale: bool,
    /// The cycle whose verdict it rests on: its evidence and explanation are that verdict's.
    #[serde(default)]
    pub judged_in: Option<CycleNumber>,
    pub evidence: Option<Evidence>,
    /// In French, for people.
    pub explanation: Option<String>,
    /// The rule whose alert on the same subject says it already, so that nobody is notified of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hidden_by: Option<RuleId>,
    /// What new facts are measured from, by field: set when the alert opens, moved by new facts only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, FactReference>,
    /// The new facts since it opened, oldest first; the last twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<NewFact>,
}

impl Alert {
    /// Without evidence and explanation when they are stored with its verdict.
    #[must_use]
    pub fn bare(&self) -> Self {
        match self.judged_in {
            Some(_) => Self { evidence: None, explanation: None, ..self.clone() },
            None => self.clone(),
        }
    }

    /// The new facts that a cycle found.
    pub fn facts_of(&self, cycle: CycleNumber) -> impl Iterator<Item = &NewFact> {
        self.facts.iter().filter(move |fact| fact.cycle == cycle)
    }

    /// Identity is the rule and the subject only: the same problem after a restart, the same alert.
    pub fn id_of(rule: &RuleId, subject: &Subject) -> AlertId {
        let fingerprint = Fingerprint::of_parts(&["alert", rule.as_str(), &subject.to_string()]);
        AlertId::new(fingerprint.short())
    }
}

words! {
    pub enum AlertState, "an alert's state" {
        /// Fired, but not yet for as many evaluations in a row as its rule asks.
        Pending = "pending" => "en attente",
        Open = "open" => "ouverte",
        /// Its project left the panorama and nobody has said why: it is no longer judged, and comes back with
        /// the project.
        Dormant = "dormant" => "en sommeil",
        Resolved = "resolved" => "close",
    }
}

/// What a cycle did to one alert. `alert` is its state afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertChange {
    pub alert: Alert,
    pub kind: AlertChangeKind,
    /// The level before, `None` when there was no alert.
    pub from: Option<Level>,
    pub reason: String,
    /// Where projects turn out to be one, or two: the alert that goes on in place of this one, when it
    /// is `Moved`; else the alert that this one goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<AlertId>,
}

words! {
    pub enum AlertChangeKind, "a kind of change" {
        /// Fired for the first time, and waits for its rule's `for`.
        Pending = "pending" => "en attente",
        Raised = "raised" => "ouverte",
        Reopened = "reopened" => "rouverte",
        Worsened = "worsened" => "aggravée",
        Eased = "eased" => "atténuée",
        Persisted = "persisted" => "inchangée",
        /// It keeps its level, and what it rests on has become worse.
        NewFact = "new_fact" => "fait nouveau",
        /// It is still open, and another alert now says it already.
        Hidden = "hidden" => "masquée par une autre",
        /// What hid it is gone, and it is still open.
        Released = "released" => "de nouveau visible",
        /// Its project left the panorama and nobody has said why.
        Dormant = "dormant" => "mise en sommeil",
        /// Its project is listed again, and the problem is still there or not judged yet.
        Woken = "woken" => "de retour avec le projet",
        /// A pending alert that did not last long enough to open.
        Dropped = "dropped" => "abandonnée",
        Resolved = "resolved" => "close",
        /// Closed because its rule is no longer in use: the problem may well remain.
        Retired = "retired" => "close, règle retirée",
        /// Closed here because it goes on under another project's id.
        Moved = "moved" => "reprise sous un autre projet",
        /// As it was before a cycle that was made void, or closed when that cycle had opened it.
        Voided = "voided" => "remise en l’état, cycle annulé",
    }
}

impl AlertChangeKind {
    /// What was acknowledged is no longer what there is.
    pub fn asks_for_another_look(self) -> bool {
        matches!(self, Self::Raised | Self::Reopened | Self::Worsened | Self::NewFact)
    }
}
