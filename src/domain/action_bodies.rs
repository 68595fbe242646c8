//! What people ask to be done: each act is one type, which the command line builds, the API reads and the decision
//! takes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::accounts::access::{Role, Scope};
use super::accounts::mail_address::MailAddress;
use super::bounded_text::{OptionalText, RequiredText, SingleLine};
use super::portfolio::exit::ExitReason;

/// The reason for an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Shown with the result of the action.
    pub reason: RequiredText,
}

/// The reason for an action, which may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionalReason {
    #[serde(default)]
    pub reason: OptionalText,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    pub text: RequiredText,
}

/// Acknowledges an alert as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcknowledgement {
    /// Remark on the alert; may be empty.
    pub reason: OptionalText,
}

/// Assigns an alert to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Person to assign the alert to, by name or mail address.
    pub to: SingleLine,
    #[serde(default)]
    pub reason: OptionalText,
}

/// Disputes figures behind an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contestation {
    /// Disputed fields, by their names in the data dictionary.
    #[schema(min_items = 1)]
    pub fields: Vec<SingleLine>,
    /// Member of the project's team who disputes them.
    pub author: SingleLine,
    /// The team's statement.
    pub text: RequiredText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeVerdict {
    /// The team is right: the data will be corrected.
    Upheld,
    Rejected,
}

/// Answers a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeAnswer {
    pub verdict: DisputeVerdict,
    /// Answer to the team.
    pub reason: RequiredText,
}

/// A new silence: on one alert, or on the alerts that match all of `rule`, `project` and `ministry` that are given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// Id of one alert, or a beginning of it that only one alert has.
    pub alert: Option<SingleLine>,
    pub rule: Option<SingleLine>,
    /// By id, or by any name it went by.
    pub project: Option<SingleLine>,
    /// Code of a ministry.
    pub ministry: Option<SingleLine>,
    /// Last day of the silence, in Paris.
    pub until: NaiveDate,
    pub reason: RequiredText,
}

/// Links a project to the one that it is part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// By id, or by any name it went by.
    pub into: SingleLine,
    pub reason: RequiredText,
}

/// Why a project left the panorama.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExitExplanation {
    pub exit_reason: ExitReason,
    /// The evaluation date from which cycles count it; today by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub known_on: Option<NaiveDate>,
    /// In words: the source, the decision.
    pub reason: RequiredText,
}

/// When the campaign of an edition asks project teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignDates {
    /// The day on which the questions are sent.
    pub opens_on: NaiveDate,
    /// The last day on which an answer is on time.
    pub closes_on: NaiveDate,
    /// In words: why these dates.
    pub reason: RequiredText,
}

/// The editable fields of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    pub name: SingleLine,
    #[schema(value_type = Vec<Role>)]
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    /// Mail address of its person, for invitations and sign-in links; null for none. A change that leaves it out keeps
    /// the one there is.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MailAddress>)]
    pub mail_address: Option<Option<MailAddress>>,
    /// The reason, for the audit trail.
    #[serde(default)]
    pub reason: OptionalText,
}

/// A new invitation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationBody {
    /// Whether to show the link rather than send it by mail. It is always shown when it cannot be sent.
    #[serde(default)]
    pub show: bool,
    /// The reason, for the audit trail.
    #[serde(default)]
    pub reason: OptionalText,
}

/// A new token. Roles and scope that are left out are those of the account, or of the token used for the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// Label that helps people recognize the token.
    pub label: SingleLine,
    /// Roles of the token, among those of the account.
    #[schema(value_type = Option<Vec<Role>>)]
    pub roles: Option<BTreeSet<Role>>,
    /// Ministries visible with the token, within the scope of the account.
    pub scope: Option<Scope>,
    /// Lifetime in days: 90 by default, at most 366.
    #[schema(minimum = 1, maximum = 366)]
    pub days: Option<u16>,
}

/// Tells a value that is null from one that was left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}
