//! What people ask of a mission: the bodies that the command line sends and the API reads, as they are decided on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::action_bodies::Comment;
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::missions::progress::{MissionOutcome, NamingTone};

/// One act on a mission; written as its body alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MissionAct {
    Decide(MissionDecision),
    Start(MissionStart),
    AddMilestone(NewMilestone),
    FinishMilestone(MilestoneReached),
    Note(Comment),
    VendorReply(NewVendorReply),
    NameVendor(VendorNaming),
    Close(MissionClosing),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissionVerdict {
    Accept,
    Decline,
}

/// Accepts or declines a proposed mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissionDecision {
    pub verdict: MissionVerdict,
    pub reason: RequiredText,
    /// Who leads it, when accepted.
    pub lead: Option<SingleLine>,
}

/// Says that an open mission has started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissionStart {
    /// Today by default.
    pub on: Option<NaiveDate>,
    pub lead: Option<SingleLine>,
    /// When it is to end; by default, after the playbook's delay.
    pub until: Option<NaiveDate>,
}

/// Sets a milestone of an open mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMilestone {
    /// What is to be reached; unique in the mission.
    pub label: SingleLine,
    pub due_on: NaiveDate,
}

/// Says that a milestone was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MilestoneReached {
    /// That of the milestone.
    pub label: SingleLine,
    /// Today by default.
    pub on: Option<NaiveDate>,
}

/// Records what a vendor answered to an escalation, or that it did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVendorReply {
    pub vendor: SingleLine,
    /// When it replied, or up to when its reply was waited for.
    pub on: NaiveDate,
    pub asked_on: Option<NaiveDate>,
    /// Its reply; `null` says that it did not reply.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    pub text: Option<RequiredText>,
}

/// Decides to name a vendor in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorNaming {
    pub vendor: SingleLine,
    /// For a success or for a failure.
    pub tone: NamingTone,
    pub reason: RequiredText,
}

/// Ends an open mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissionClosing {
    /// What it found.
    pub outcome: MissionOutcome,
    pub reason: RequiredText,
    /// Today by default.
    pub on: Option<NaiveDate>,
}
