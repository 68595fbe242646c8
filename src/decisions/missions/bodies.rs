//! What people ask of a mission: the bodies that the command line sends and the API reads, as they are decided on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::action_bodies::Comment;
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::missions::progress::{MissionOutcome, NamingTone};

/// An action on a mission; serialized as its body alone.
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
    /// Person who leads the mission. Only when it is accepted.
    pub lead: Option<SingleLine>,
}

/// Records that an open mission has started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissionStart {
    /// Date of the event; today by default.
    pub on: Option<NaiveDate>,
    pub lead: Option<SingleLine>,
    /// Planned end; by default, after the delay given by the playbook.
    pub until: Option<NaiveDate>,
}

/// Adds a milestone to an open mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMilestone {
    /// Name of the milestone, unique in the mission.
    pub label: SingleLine,
    pub due_on: NaiveDate,
}

/// Records that a milestone was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MilestoneReached {
    /// Name of the milestone.
    pub label: SingleLine,
    /// Date of the event; today by default.
    pub on: Option<NaiveDate>,
}

/// Records a vendor's reply to an escalation, or that there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVendorReply {
    pub vendor: SingleLine,
    /// Date of the reply, or the date until which it was awaited.
    pub on: NaiveDate,
    pub asked_on: Option<NaiveDate>,
    /// The reply; `null` if the vendor did not reply.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    pub text: Option<RequiredText>,
}

/// Decides to name a vendor in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorNaming {
    pub vendor: SingleLine,
    /// Whether the vendor is named for a success or for a failure.
    pub tone: NamingTone,
    pub reason: RequiredText,
}

/// Closes an open mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissionClosing {
    /// What the mission found.
    pub outcome: MissionOutcome,
    pub reason: RequiredText,
    /// Date of the event; today by default.
    pub on: Option<NaiveDate>,
}
