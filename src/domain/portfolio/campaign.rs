//! Campaigns: for an edition, DINUM asks project teams what only they know.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::edition::EditionId;
use crate::domain::accounts::audit::Actor;
use crate::domain::words::words;

/// The campaign of an edition: it has at most one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Campaign {
    /// The edition that the answers serve; it is usually published once the campaign is closed.
    pub edition: EditionId,
    /// The day on which the questions are sent.
    pub opens_on: NaiveDate,
    /// The last day on which an answer is on time.
    pub closes_on: NaiveDate,
}

words! {
    pub enum CampaignState, "a state of a campaign" {
        Planned = "planned" => "prévue",
        Open = "open" => "ouverte",
        Closed = "closed" => "close",
    }
}

impl Campaign {
    /// On the evening of a day.
    pub fn state(&self, day: NaiveDate) -> CampaignState {
        if day < self.opens_on {
            CampaignState::Planned
        } else if day <= self.closes_on {
            CampaignState::Open
        } else {
            CampaignState::Closed
        }
    }
}

/// One entry of the log of campaigns: the last one on an edition holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignEntry {
    pub number: i64,
    pub edition: EditionId,
    /// Both dates are null when the campaign is called off.
    pub opens_on: Option<NaiveDate>,
    pub closes_on: Option<NaiveDate>,
    /// In words: why these dates, or why it is called off.
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
}

impl CampaignEntry {
    /// The campaign that it announces; none when it calls one off.
    pub fn campaign(&self) -> Option<Campaign> {
        let (opens_on, closes_on) = self.opens_on.zip(self.closes_on)?;
        Some(Campaign { edition: self.edition, opens_on, closes_on })
    }
}
