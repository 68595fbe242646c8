//! The filters `project` and `ministry` of lists: on a project by id or name, on a ministry and its projects.

use std::collections::{BTreeMap, BTreeSet};

use super::query::QueryFault;
use crate::api::context::RequestContext;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::ApplicationError;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::subject::Subject;

/// The subjects that a list is limited to.
pub(crate) struct SubjectFilter<'q> {
    /// `None` for all.
    projects: Option<BTreeSet<ProjectId>>,
    ministries: &'q [MinistryCode],
    ministry_of: BTreeMap<ProjectId, MinistryCode>,
}

impl<'q> SubjectFilter<'q> {
    /// # Errors
    /// When no visible project is called so, or none is of such a ministry: a list that is empty for a misspelt name
    /// would mislead.
    pub(crate) async fn of(
        context: &RequestContext,
        projects: &[SingleLine],
        ministries: &'q [MinistryCode],
    ) -> Result<Self, Problem> {
        let mut found = BTreeSet::new();
        for called in projects {
            match application::find_project(context, called.as_str()).await {
                Ok(known) => found.extend([known.project]),
                Err(error @ ApplicationError::NoSuchProject { .. }) => {
                    return Err(QueryFault::of("project", error.to_string()).into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        let ministry_of = match ministries {
            [] => BTreeMap::new(),
            _ => application::ministries(context).await?,
        };
        let known: BTreeSet<&str> = ministry_of.values().map(MinistryCode::as_str).collect();
        match ministries.iter().find(|code| !known.contains(code.as_str())) {
            Some(code) => Err(QueryFault::unknown_value("ministry", code.as_str(), known).into()),
            None => Ok(Self {
                projects: (!projects.is_empty()).then_some(found),
                ministries,
                ministry_of,
            }),
        }
    }

    pub(crate) fn fits(&self, subject: &Subject) -> bool {
        let project = subject.project();
        let ministry = subject.ministry().or_else(|| self.ministry_of.get(project?));
        let on_project =
            |wanted: &BTreeSet<ProjectId>| project.is_some_and(|one| wanted.contains(one));
        self.projects.as_ref().is_none_or(on_project)
            && (self.ministries.is_empty()
                || ministry.is_some_and(|code| self.ministries.contains(code)))
    }
}
