//! Names for rows that people read: subjects, their ministries, titles of rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::application::publishing::catalogue::rules_in_force;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{MinistryCode, RuleId};
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::distance::VerdictDistance;
use crate::domain::rules::verdict::Judgement;
use crate::notify::Directory;
use crate::rules::Rule;

/// A verdict in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JudgementLine {
    #[serde(flatten)]
    pub judgement: Judgement,
    /// In French.
    pub rule_title: String,
    /// The name of the project as last published, of the ministry, or of the portfolio.
    pub subject_name: String,
    /// Code of the subject's ministry.
    pub ministry: Option<MinistryCode>,
    /// What would change it, one figure at a time. Left out in lists of several subjects, where the rule gives no level, and where
    /// the rules in force would now give another level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub distance: Option<VerdictDistance>,
}

/// The title of each rule in force.
///
/// # Errors
/// When the catalogue cannot be read.
pub async fn rule_titles(
    services: &Services,
) -> Result<BTreeMap<RuleId, String>, ApplicationError> {
    Ok(rules_in_force(services).await?.titles().clone())
}

/// What the front matter of each rule in force says: its title, its family, its guidance.
///
/// # Errors
/// When the catalogue cannot be read.
pub async fn rule_heads(services: &Services) -> Result<BTreeMap<RuleId, Rule>, ApplicationError> {
    Ok(rules_in_force(services).await?.heads().clone())
}

/// The latest names of what the caller sees, and the titles of the rules in force.
pub(in crate::application) async fn directory(
    services: &Services,
) -> Result<Directory, ApplicationError> {
    let titles = rule_titles(services).await?;
    Ok(Directory::of_known(services.store.known_projects().await?, titles))
}

/// The code of a subject's ministry; `None` for the portfolio.
pub(in crate::application) fn ministry_of(
    directory: &Directory,
    subject: &Subject,
) -> Option<MinistryCode> {
    directory.home(subject).ministry().cloned()
}

/// Verdicts with their names.
///
/// # Errors
/// When the names cannot be read.
pub async fn verdict_lines(
    services: &Services,
    judgements: Vec<Judgement>,
) -> Result<Vec<JudgementLine>, ApplicationError> {
    let directory = directory(services).await?;
    let line = |judgement: Judgement| JudgementLine {
        rule_title: directory.rule_title(&judgement.rule),
        subject_name: directory.name(&judgement.subject),
        ministry: ministry_of(&directory, &judgement.subject),
        judgement,
        distance: None,
    };
    Ok(judgements.into_iter().map(line).collect())
}
