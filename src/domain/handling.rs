//! What people do about an alert: they see it, give it to someone, say something of it.

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audit::Actor;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;

/// The state in which acts leave an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Handling {
    /// Of the alert as it is: it lapses when the alert worsens or reopens.
    pub acknowledged: Option<Acknowledgement>,
    pub assigned_to: Option<String>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertActKind {
    Acknowledged,
    /// By Vigie: what was acknowledged is no longer what there is.
    Lapsed,
    Assigned,
    Commented,
    /// The project's team contests a figure.
    Disputed,
    DisputeUpheld,
    DisputeRejected,
    /// An import corrected what was contested.
    DisputeSettled,
    /// By Vigie: what had lapsed because of a cycle that was made void holds again.
    Reinstated,
}

impl AlertActKind {
    pub const ALL: [Self; 9] = [
        Self::Acknowledged,
        Self::Lapsed,
        Self::Assigned,
        Self::Commented,
        Self::Disputed,
        Self::DisputeUpheld,
        Self::DisputeRejected,
        Self::DisputeSettled,
        Self::Reinstated,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Lapsed => "lapsed",
            Self::Assigned => "assigned",
            Self::Commented => "commented",
            Self::Disputed => "disputed",
            Self::DisputeUpheld => "dispute_upheld",
            Self::DisputeRejected => "dispute_rejected",
            Self::DisputeSettled => "dispute_settled",
            Self::Reinstated => "reinstated",
        }
    }

    /// The words that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Acknowledged => "prise en compte",
            Self::Lapsed => "à revoir",
            Self::Assigned => "confiée",
            Self::Commented => "commentée",
            Self::Disputed => "contestée",
            Self::DisputeUpheld => "contestation admise",
            Self::DisputeRejected => "contestation rejetée",
            Self::DisputeSettled => "contestation close par une correction",
            Self::Reinstated => "de nouveau prise en compte, cycle annulé",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
