//! What people ask of a review: the bodies that the command line sends and the API reads, as they are decided on.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::action_bodies::Reason;
use crate::domain::bounded_text::{OptionalText, RequiredText, SingleLine};

/// One act on a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewAct {
    Hold(ReviewMinutes),
    Move(ReviewMove),
    Cancel(Reason),
    /// On the action of that number in the minutes, from 1.
    Tick(usize, ActionTick),
}

/// Plans the next review of each listed project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPlanning {
    /// Today by default.
    pub as_of: Option<NaiveDate>,
    /// Say what would be planned, and write nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Records the minutes of a review that was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewMinutes {
    pub held_on: NaiveDate,
    /// Who was there.
    #[schema(min_items = 1)]
    pub present: Vec<SingleLine>,
    pub findings: RequiredText,
    #[serde(default)]
    pub decisions: Vec<RequiredText>,
    #[serde(default)]
    pub actions: Vec<NewAction>,
    /// The day agreed for the next one; by default, after the list's cadence.
    pub next_on: Option<NaiveDate>,
}

/// Something that the minutes leave to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    pub what: RequiredText,
    pub owner: SingleLine,
    pub due_on: NaiveDate,
}

/// Moves a planned review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewMove {
    /// Another working day.
    pub to: NaiveDate,
    /// In Paris; the same hour by default.
    #[schema(value_type = Option<String>, example = "14:30:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
    pub at: Option<NaiveTime>,
    pub reason: RequiredText,
}

/// Says that an action of the minutes is done, or is not after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionTick {
    /// Whether it is done, or is not after all.
    pub done: bool,
    /// How it was done, or why it is not: then it must be said.
    #[serde(default)]
    pub reason: OptionalText,
}
