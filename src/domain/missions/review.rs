//! A review: a planned meeting on a listed project, and the minutes of one that was held.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{MinistryCode, ProjectId, ReviewId};
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    pub id: ReviewId,
    pub project: ProjectId,
    pub ministry: MinistryCode,
    /// By when the cadence of its list wants it, whenever it is planned.
    pub due_on: NaiveDate,
    pub planned_on: NaiveDate,
    /// In Paris.
    #[schema(value_type = String, pattern = "^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$", example = "10:00:00")]
    pub starts_at: NaiveTime,
    pub length_minutes: u32,
    pub state: ReviewState,
    /// How many times its place in the calendar changed, as RFC 5545 counts.
    pub sequence: u32,
    /// How many times it changed, its planning included.
    pub revision: u32,
    /// In French: why then, or why not.
    pub reason: String,
    pub minutes: Option<Minutes>,
    /// Called off by a person: it is still due. Else its project is no longer listed.
    pub cancelled_by: Option<Actor>,
}

impl Review {
    /// `rank` is from 0, among all the reviews of its project.
    pub fn id_of(project: &ProjectId, rank: usize) -> ReviewId {
        let parts = ["review", project.as_str(), &rank.to_string()];
        ReviewId::new(Fingerprint::of_parts(&parts).short())
    }

    /// Planned, and not held by the day its cadence wanted it.
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.state == ReviewState::Planned && self.due_on < today
    }
}

words! {
    pub enum ReviewState, "a review's state" {
        Planned = "planned" => "prévue",
        Held = "held" => "tenue",
        Cancelled = "cancelled" => "annulée",
    }
}

/// What is recorded of a review that was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Minutes {
    pub held_on: NaiveDate,
    pub present: Vec<String>,
    pub findings: String,
    pub decisions: Vec<String>,
    /// When those present want the next one; else the cadence says.
    pub next_on: Option<NaiveDate>,
    pub actions: Vec<ReviewAction>,
    pub recorded_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewAction {
    pub what: String,
    pub owner: String,
    pub due_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub done: Option<ActionDone>,
}

/// Someone said that it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionDone {
    /// The day in Paris.
    pub on: NaiveDate,
    pub by: Actor,
}

impl ReviewAction {
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.done.is_none() && self.due_on < today
    }
}

/// What the calendar or a person did to one review. `review` is its state afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewChange {
    pub review: Review,
    pub kind: ReviewChangeKind,
    /// In French.
    pub reason: String,
    /// `None` when the calendar did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub by: Option<Actor>,
}

words! {
    pub enum ReviewChangeKind, "a kind of change" {
        Planned = "planned" => "prévue",
        Moved = "moved" => "déplacée",
        Held = "held" => "tenue",
        Cancelled = "cancelled" => "annulée",
        /// An action of its minutes is done.
        ActionDone = "action_done" => "action faite",
        /// One that was said done is not.
        ActionReopened = "action_reopened" => "action rouverte",
    }
}

/// A review as rules see it: dates alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewStanding {
    pub project: ProjectId,
    pub state: ReviewState,
    pub due_on: NaiveDate,
    pub planned_on: NaiveDate,
    pub held_on: Option<NaiveDate>,
}
