//! What to ask a project for first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{MinistryCode, ProjectId, RuleId};

/// The answers to ask a project for first.
///
/// What they settle is counted by judging the project with quiet answers, those of a project that is well. A worrying
/// answer may settle less, when the rule then asks for more, or more, when it fires at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WantedAnswers {
    pub project: ProjectId,
    /// As the edition in force says.
    pub name: String,
    pub ministry: MinistryCode,
    /// Verdicts on the project that its data does not allow.
    pub unknown: u64,
    /// Three at most; fewer when more would settle nothing more.
    pub answers: Vec<WantedAnswer>,
    /// Rules that could then judge the project.
    pub settles: Vec<RuleId>,
    /// Verdicts that would still be unknown.
    pub left: u64,
    /// Of the unknown verdicts, those that no answer to the questionnaire settles: they need other data as well, or an
    /// answer that the project keeps back.
    pub other_data: u64,
}

/// A question of the questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WantedAnswer {
    pub field: String,
    /// What people read, in French.
    pub label: String,
}
