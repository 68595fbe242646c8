//! Names of files that people recorded as those of a ministry or a project, laid over the table of aliases.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::words::words;

words! {
    /// What a name is the name of.
    pub enum NameKind, "what a name is the name of" {
        Ministry = "ministry" => "ministère",
        Project = "project" => "projet",
    }
}

/// A name of files, and the ministry or the project that it designates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewName {
    pub kind: NameKind,
    /// As files write it. Case, accents and punctuation do not count.
    pub name: SingleLine,
    /// Code or any name of a ministry; id or any name of a project.
    pub designates: SingleLine,
    /// Official name of the ministry, if `designates` is the code of a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub new_ministry: Option<SingleLine>,
}

/// Names to record, all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNames {
    #[schema(min_items = 1, max_items = 100)]
    pub names: Vec<NewName>,
    /// Why they are recorded.
    pub reason: RequiredText,
}

/// A recorded name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedName {
    /// From 1.
    pub number: i64,
    pub kind: NameKind,
    /// As it was written in a file.
    pub name: String,
    /// Code of a ministry, or id of a project.
    pub designates: String,
    /// Official name of the ministry, where this name brought it.
    pub new_ministry: Option<String>,
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
    /// `null` while files are read with it.
    pub withdrawn: Option<NameWithdrawal>,
}

/// Since when a recorded name no longer holds, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NameWithdrawal {
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
}

impl RecordedName {
    /// How many times names were recorded or withdrawn: what people read before they decide on one.
    pub fn revision(all: &[Self]) -> usize {
        all.len().saturating_add(all.iter().filter(|one| one.withdrawn.is_some()).count())
    }
}
