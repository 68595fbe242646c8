//! A dispute: the right of reply of a project's team on the figures behind an alert.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{AlertId, DisputeNumber, ImportNumber, ProjectId};
use crate::domain::words::words;

/// It puts the import in question, never the rule: the alert holds as long as its verdict does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dispute {
    pub number: DisputeNumber,
    /// The alert on whose account the team replies.
    pub alert: AlertId,
    pub project: ProjectId,
    /// The latest import that said one of the fields, when one did.
    pub import: Option<ImportNumber>,
    /// Of the dictionary, or the datasets of lists.
    pub fields: Vec<String>,
    pub statement: String,
    /// Of the project's team, by name or address.
    pub author: String,
    pub at: DateTime<Utc>,
    pub state: DisputeState,
    pub answer: Option<RecordedAnswer>,
    /// The import that corrected one of the fields.
    pub settled_by: Option<ImportNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedAnswer {
    pub by: Actor,
    pub at: DateTime<Utc>,
    pub words: String,
}

impl Dispute {
    /// It waits for an answer, or was upheld and waits for the corrected import.
    pub fn is_pending(&self) -> bool {
        match self.state {
            DisputeState::Open => true,
            DisputeState::Upheld => self.settled_by.is_none(),
            DisputeState::Rejected | DisputeState::Settled => false,
        }
    }
}

words! {
    pub enum DisputeState, "a dispute's state" {
        Open = "open" => "ouverte",
        /// The team is right: the data are to be corrected.
        Upheld = "upheld" => "admise",
        Rejected = "rejected" => "rejetée",
        /// A corrected import came before any answer.
        Settled = "settled" => "close par une correction",
    }
}
