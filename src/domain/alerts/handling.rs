//! What people do about an alert: they see it, give it to someone, say something of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::{AlertId, CycleNumber};
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

/// The state in which acts leave an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Handling {
    /// Of the alert as it is: it lapses when the alert worsens or reopens.
    pub acknowledged: Option<Acknowledgement>,
    pub assigned_to: Option<String>,
}

impl Handling {
    /// What a person has read who decides on an alert: another text means that a cycle or somebody else changed it in a way
    /// that may change the decision. A cycle that found the same leaves it as it was.
    pub fn revision(&self, alert: &Alert) -> String {
        let fact = alert.facts.last();
        let acknowledged = self.acknowledged.as_ref();
        let parts = [
            alert.state.as_str().to_owned(),
            alert.level.as_str().to_owned(),
            alert.since.to_string(),
            fact.map_or_else(String::new, |fact| format!("{} {}", fact.cycle, fact.field)),
            acknowledged.map_or_else(String::new, |seen| format!("{} {}", seen.at, seen.by)),
            self.assigned_to.clone().unwrap_or_default(),
        ];
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Fingerprint::of_parts(&parts).short().to_owned()
    }
}

/// An alert that somebody acts on. An act on what has changed since it was read is refused.
#[derive(Clone, Copy, Debug)]
pub struct SeenAlert<'a> {
    pub id: &'a AlertId,
    /// As `Handling::revision` gives it; `None` to act on the alert whatever became of it.
    pub revision: Option<&'a str>,
}

impl<'a> From<&'a AlertId> for SeenAlert<'a> {
    fn from(id: &'a AlertId) -> Self {
        Self { id, revision: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledgement {
    pub by: Actor,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertAct {
    pub number: i64,
    pub alert: AlertId,
    pub kind: AlertActKind,
    pub actor: Actor,
    pub at: DateTime<Utc>,
    /// The last cycle by then, when there was one.
    pub after_cycle: Option<CycleNumber>,
    /// The comment, or the reason; may be empty.
    pub words: String,
    pub whom: Option<String>,
}

words! {
    pub enum AlertActKind, "an act on an alert" {
        Acknowledged = "acknowledged" => "prise en compte",
        /// By Vigie: what was acknowledged is no longer what there is.
        Lapsed = "lapsed" => "à revoir",
        Assigned = "assigned" => "confiée",
        Commented = "commented" => "commentée",
        /// The project's team contests a figure.
        Disputed = "disputed" => "contestée",
        DisputeUpheld = "dispute_upheld" => "contestation admise",
        DisputeRejected = "dispute_rejected" => "contestation rejetée",
        /// An import corrected what was contested.
        DisputeSettled = "dispute_settled" => "contestation close par une correction",
        /// By Vigie: what had lapsed because of a cycle that was made void holds again.
        Reinstated = "reinstated" => "de nouveau prise en compte, cycle annulé",
    }
}
