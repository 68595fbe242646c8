//! How a mission is conducted: what people decided, planned, noted and concluded.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::words::words;

/// All that people add to a mission. Empty while nobody has touched it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct MissionProgress {
    /// Who leads it; as long as nobody is named, as the playbook says.
    pub lead: Option<String>,
    pub decision: Option<Decision>,
    pub started_on: Option<NaiveDate>,
    /// In the order in which they were set.
    #[schema(required = true)]
    pub milestones: Vec<MissionMilestone>,
    /// Oldest first.
    #[schema(required = true)]
    pub notes: Vec<Note>,
    /// What the vendors said, or that they said nothing; oldest first.
    #[schema(required = true)]
    pub vendor_replies: Vec<VendorReply>,
    /// Decisions to name a vendor in public; oldest first.
    #[schema(required = true)]
    pub namings: Vec<PublicNaming>,
    pub closing: Option<Closing>,
}

/// The answer to a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    pub accepted: bool,
    pub by: Actor,
    pub on: NaiveDate,
    pub reason: String,
}

/// A step of a mission, not to be confused with a milestone of its project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissionMilestone {
    pub label: String,
    pub due_on: NaiveDate,
    pub done_on: Option<NaiveDate>,
}

impl MissionMilestone {
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.done_on.is_none() && self.due_on < today
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    pub by: Actor,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// What a vendor answered to what is held against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VendorReply {
    pub vendor: String,
    /// When its reply was requested.
    pub asked_on: Option<NaiveDate>,
    /// When it replied, or up to when its reply was waited for in vain.
    pub on: NaiveDate,
    /// `None`: it did not reply.
    pub text: Option<String>,
    pub recorded_by: Actor,
}

/// A decision to name a vendor in public. It needs the vendor's reply, and the director.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicNaming {
    pub vendor: String,
    pub tone: NamingTone,
    pub by: Actor,
    pub on: NaiveDate,
    pub reason: String,
}

words! {
    pub enum NamingTone, "a tone" {
        Success = "success" => "succès",
        Failure = "failure" => "échec",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Closing {
    pub outcome: MissionOutcome,
    pub by: Actor,
    pub on: NaiveDate,
    pub reason: String,
}

words! {
    /// What a mission found of the problem that called for it: what its rules are judged by later.
    pub enum MissionOutcome, "an outcome" {
        /// The problem was real, and had its effect.
        Confirmed = "confirmed" => "confirmée",
        /// The problem was real, and the mission prevented its effect.
        Averted = "averted" => "évitée",
        /// There was no problem.
        FalseAlarm = "false_alarm" => "fausse alerte",
        /// Overtaken by events before anything was done: tells nothing of the problem.
        NoAction = "no_action" => "sans suite",
    }
}
