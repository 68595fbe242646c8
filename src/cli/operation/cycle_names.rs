//! Names for what a cycle reports by code: projects by their last name, rules by their title.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cli::outcome::CliError;
use vigie::client::ApiClient;
use vigie::domain::ids::{ProjectId, RuleId};
use vigie::domain::portfolio::import::KnownProject;
use vigie::domain::portfolio::subject::Subject;

/// The names of projects, and the titles of rules.
pub(super) struct CycleNames {
    projects: BTreeMap<ProjectId, String>,
    titles: BTreeMap<RuleId, String>,
}

/// What is read of a rule.
#[derive(Deserialize)]
struct TitledRule {
    id: RuleId,
    title: String,
}

impl CycleNames {
    pub(super) async fn read(api: &ApiClient) -> Result<Self, CliError> {
        let known: Vec<KnownProject> = api.all(api.at(&["known-projects"])).await?;
        let rules: Vec<TitledRule> = api.all(api.at(&["rules"])).await?;
        let named = |one: KnownProject| Some((one.project, one.names.into_iter().next_back()?));
        Ok(Self {
            projects: known.into_iter().filter_map(named).collect(),
            titles: rules.into_iter().map(|rule| (rule.id, rule.title)).collect(),
        })
    }

    /// The code where there is no name.
    pub(super) fn subject(&self, subject: &Subject) -> String {
        match subject {
            Subject::Project(project) => {
                self.projects.get(project).map_or_else(|| project.to_string(), String::clone)
            }
            Subject::Ministry(ministry) => format!("Ministère {ministry}"),
            Subject::Portfolio => "Panorama".to_owned(),
        }
    }

    /// The title, with the code that commands call the rule by.
    pub(super) fn rule(&self, rule: &RuleId) -> String {
        self.titles.get(rule).map_or_else(|| rule.to_string(), |title| format!("{title} ({rule})"))
    }
}
