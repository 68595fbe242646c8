//! Outages of channels: times in which what carries notices took none, through no fault of theirs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::channel::Channel;
use crate::domain::ids::NoticeId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outage {
    #[schema(value_type = String, example = "mail")]
    pub lane: Channel,
    pub since: DateTime<Utc>,
    /// Why the last attempt failed, in the words of the metrics.
    pub reason: String,
    /// The same, as the server or the system said it, without addresses of people or secrets.
    pub error: String,
    /// Attempts that came to nothing since it began.
    pub failures: u32,
    pub last_attempt_at: DateTime<Utc>,
    /// When the service tries again.
    pub next_attempt_at: DateTime<Utc>,
    /// `null` while it lasts.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An attempt that failed through the channel's fault: it begins an outage, or makes it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelFailure {
    pub reason: &'static str,
    pub error: String,
    /// In this outage, this one included.
    pub failures: u32,
    /// Whose attempt it was, if it may be to blame; none when those of several failed.
    pub notice: Option<NoticeId>,
    pub next_attempt_at: DateTime<Utc>,
}

/// What is still to be reported of an outage to the risk team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageNews {
    pub outage: Outage,
    pub turn: OutageTurn,
    /// Notices that wait for the channel.
    pub waiting: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutageTurn {
    /// It lasts, and was not reported yet.
    Lasts,
    /// It was reported, and has ended since.
    Ended,
}
