//! What people ask to be done: each act is one type, which the command line builds, the API reads and the decision
//! takes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Role;
use super::access::Scope;
use super::bounded_text::Name;
use super::bounded_text::Said;
use super::bounded_text::Words;

/// Why, for acts that say nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Everybody who sees what is decided reads it.
    pub reason: Said,
}

/// Why, for acts that say nothing else and may be done without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionalReason {
    #[serde(default)]
    pub reason: Words,
}

/// What is said about something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    pub text: Said,
}

/// Says that somebody has seen an alert as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcknowledgement {
    /// What they make of it; may be empty.
    pub reason: Words,
}

/// Gives an alert to someone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// To whom, by name or address.
    pub to: Name,
    #[serde(default)]
    pub reason: Words,
}

/// Contests figures behind an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contestation {
    /// Figures that are contested, as the dictionary names them.
    #[schema(min_items = 1)]
    pub fields: Vec<Name>,
    /// Who of the project's team says so.
    pub author: Name,
    /// What the team says.
    pub text: Said,
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
    pub reason: Said,
}

/// Silences one alert, or what is given of rule, project and ministry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// Id of one alert, or the beginning of it that no other alert's id has.
    pub alert: Option<Name>,
    pub rule: Option<Name>,
    /// By id, or by any name it went by.
    pub project: Option<Name>,
    /// By code.
    pub ministry: Option<Name>,
    /// It still holds on that day, in Paris.
    pub until: NaiveDate,
    pub reason: Said,
}

/// Says that a project is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// By id, or by any name it went by.
    pub into: Name,
    pub reason: Said,
}

/// All that an account may become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    pub name: Name,
    #[schema(value_type = Vec<Role>)]
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    /// Why, for those who come after.
    #[serde(default)]
    pub reason: Words,
}

/// What a token is for; what is left out is as broad as may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// For people, to know it again.
    pub label: Name,
    /// Of the account's roles, those that it lends.
    #[schema(value_type = Option<Vec<Role>>)]
    pub roles: Option<BTreeSet<Role>>,
    /// Of what the account sees, what it shows.
    pub scope: Option<Scope>,
    /// Until it is worth nothing: 90 when left out, 366 at most.
    #[schema(minimum = 1, maximum = 366)]
    pub days: Option<u16>,
}
