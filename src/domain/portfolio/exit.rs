//! Why a project left the panorama, as a person explains it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::ids::ProjectId;
use crate::domain::words::words;

words! {
    /// Why a project is no longer listed.
    pub enum ExitReason, "a reason for leaving the panorama" {
        Completed = "completed" => "projet terminé",
        Stopped = "stopped" => "projet arrêté",
        Merged = "merged" => "projet fusionné avec un autre",
        BelowThreshold = "below_threshold" => "projet passé sous le seuil de 9 M€",
        Renamed = "renamed" => "projet poursuivi sous un autre nom",
    }
}

/// One entry of the log of exits: the last one on a project holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExitEntry {
    pub number: i64,
    pub project: ProjectId,
    /// Null when the explanation is taken back.
    pub exit_reason: Option<ExitReason>,
    /// The evaluation date from which it counts.
    pub known_on: NaiveDate,
    /// In words: the source, the decision.
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
}
