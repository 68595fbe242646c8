//! What people ask to be done: each act is one type, which the command line builds, the API reads and the decision
//! takes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::access::{Role, Scope};
use super::bounded_text::{OptionalText, RequiredText, SingleLine};

/// Why, for acts that say nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Everybody who sees what is decided reads it.
    pub reason: RequiredText,
}

/// Why, for acts that say nothing else and may be done without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionalReason {
    #[serde(default)]
    pub reason: OptionalText,
}

/// What is said about something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    pub text: RequiredText,
}

/// Says that somebody has seen an alert as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcknowledgement {
    /// What they make of it; may be empty.
    pub reason: OptionalText,
}

/// Gives an alert to someone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// To whom, by name or address.
    pub to: SingleLine,
    #[serde(default)]
    pub reason: OptionalText,
}

/// Contests figures behind an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contestation {
    /// Figures that are contested, as the dictionary names them.
    #[schema(min_items = 1)]
    pub fields: Vec<SingleLine>,
    /// Who of the project's team says so.
    pub author: SingleLine,
    /// What the team says.
    pub text: RequiredText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeVerdict {
    /// The team is right: the data are to be corrected.
    Upheld,
    Rejected,
}

/// Answers a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeAnswer {
    pub verdict: DisputeVerdict,
    /// What is answered to the team.
    pub reason: RequiredText,
}

/// Silences one alert, or what is given of rule, project and ministry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// Id of one alert, or the beginning of it that no other alert's id has.
    pub alert: Option<SingleLine>,
    pub rule: Option<SingleLine>,
    /// By id, or by any name it went by.
    pub project: Option<SingleLine>,
    /// By code.
    pub ministry: Option<SingleLine>,
    /// It still holds on that day, in Paris.
    pub until: NaiveDate,
    pub reason: RequiredText,
}

/// Says that a project is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// By id, or by any name it went by.
    pub into: SingleLine,
    pub reason: RequiredText,
}

/// All that an account may become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    pub name: SingleLine,
    #[schema(value_type = Vec<Role>)]
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    /// Why, for those who come after.
    #[serde(default)]
    pub reason: OptionalText,
}

/// What a token is for; what is left out is as broad as may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// For people, to know it again.
    pub label: SingleLine,
    /// Of the account's roles, those that it lends.
    #[schema(value_type = Option<Vec<Role>>)]
    pub roles: Option<BTreeSet<Role>>,
    /// Of what the account sees, what it shows.
    pub scope: Option<Scope>,
    /// Until it is worth nothing: 90 when left out, 366 at most.
    #[schema(minimum = 1, maximum = 366)]
    pub days: Option<u16>,
}
