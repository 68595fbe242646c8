//! What people ask of a review: the bodies that the command line sends and the API reads, as they are decided on.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::action_bodies::Reason;
use crate::domain::bounded_text::{OptionalText, RequiredText, SingleLine};

/// An action on a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewAct {
    Hold(ReviewMinutes),
    Move(ReviewMove),
    Cancel(Reason),
    /// On the action with this number in the minutes, from 1.
    Tick(usize, ActionTick),
}

/// Plans the next review of each watch-listed project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPlanning {
    /// Date from which reviews are planned; today by default.
    pub as_of: Option<NaiveDate>,
    /// Report what would be planned, and write nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Records the minutes of a review that was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewMinutes {
    pub held_on: NaiveDate,
    /// Persons present.
    #[schema(min_items = 1)]
    pub present: Vec<SingleLine>,
    pub findings: RequiredText,
    #[serde(default)]
    pub decisions: Vec<RequiredText>,
    #[serde(default)]
    pub actions: Vec<NewAction>,
    /// Date agreed for the next review; by default, it follows the interval of the project's watch list.
    pub next_on: Option<NaiveDate>,
}

/// An action decided in the minutes.
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
    /// New date, a working day.
    pub to: NaiveDate,
    /// New time in Paris; the same time by default.
    #[schema(value_type = Option<String>, example = "14:30:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
    pub at: Option<NaiveTime>,
    pub reason: RequiredText,
}

/// Marks an action of the minutes as done, or as not done after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionTick {
    /// Whether the action is done.
    pub done: bool,
    /// How the action was done, or why it is not. Required if `done` is `false`.
    #[serde(default)]
    pub reason: OptionalText,
}
