//! What is reported of a campaign.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wanted_answers::WantedAnswer;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::campaign::{Campaign, CampaignState};

/// A campaign, and what came of it by a date.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CampaignReport {
    #[serde(flatten)]
    pub campaign: Campaign,
    pub as_of: NaiveDate,
    pub state: CampaignState,
    /// Questions that each project is asked.
    pub questions: u64,
    /// Projects that are asked.
    pub asked: u64,
    /// Those that answered at least one question.
    pub answered: u64,
    /// Of these, those whose first answer came after the last day.
    pub late: u64,
    /// By name.
    pub projects: Vec<ProjectAnswers>,
    pub ministries: Vec<CampaignCoverage>,
}

/// What one project answered since the campaign opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectAnswers {
    pub project: ProjectId,
    pub name: String,
    pub ministry: MinistryCode,
    /// The day of its first answer; `null` while there is none.
    pub answered_on: Option<NaiveDate>,
    pub is_late: bool,
    /// Questions answered with a value, and without one for each reason.
    pub given: u64,
    pub unknown: u64,
    pub withheld: u64,
    /// Questions that were left blank.
    pub unanswered: u64,
    /// The answers to ask for first: those that settle the most verdicts.
    pub wanted: Vec<WantedAnswer>,
    /// Verdicts that they would settle.
    pub settles: u64,
}

/// How many verdicts on a ministry and its projects can be given, without what was answered since the campaign opened and
/// with it. Both are judged as of the same day, by the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignCoverage {
    pub ministry: MinistryCode,
    pub asked: u64,
    pub answered: u64,
    pub before: VerdictCount,
    pub after: VerdictCount,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictCount {
    pub judged: u64,
    pub unknown: u64,
    pub failed: u64,
}
