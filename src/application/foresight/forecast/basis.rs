//! What futures start from: the projects that an edition lists, as they were known at its end.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{IntoLazy, col, lit};
use serde_json::Value as Json;

use crate::application::ApplicationError;
use crate::application::queries::table_rows;
use crate::application::queries::table_rows::TableRow;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::Fact;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;
use crate::foresight::{BaselinedFigure, StartingProject, Supposed};
use crate::frame;

/// Fields of the history that futures start from.
const READ: [&str; 9] = [
    "project_id",
    "name",
    "ministry",
    "ministry_label",
    "phase",
    "cost_initial",
    "cost_current",
    "duration_initial",
    "duration_current",
];

/// The fact that says when a project is to leave.
const EXPECTED_EXIT: &str = "expected_exit_on";

/// The projects of an edition.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) edition: EditionId,
    /// By id.
    pub(super) projects: Vec<StartingProject>,
    pub(super) names: BTreeMap<ProjectId, String>,
    pub(super) ministries: BTreeMap<MinistryCode, String>,
    /// The end of the year after the edition's, until which the panorama announces departures.
    pub(super) leaving_by: NaiveDate,
}

impl Listing {
    /// What an edition lists, as known at a date, of the history as of that date.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub(super) fn of(
        portfolio: &Portfolio,
        history: DataFrame,
        (edition, as_of): (EditionId, NaiveDate),
    ) -> Result<Self, ApplicationError> {
        let exits = expected_exits(portfolio, as_of);
        let listed = history.lazy().filter(col("edition").eq(lit(edition.to_string())));
        let listed = listed.select(READ.map(col)).collect().map_err(ApplicationError::Table)?;
        let (mut projects, mut names) = (Vec::new(), BTreeMap::new());
        let mut ministries: BTreeMap<MinistryCode, String> = BTreeMap::new();
        for row in table_rows::rows(&listed)? {
            let Some(project) = starting(&row, &exits) else { continue };
            let label = text(&row, "ministry_label").unwrap_or(project.ministry.as_str());
            let known = ministries.entry(project.ministry.clone());
            known
                .and_modify(|first| *first = first.as_str().min(label).to_owned())
                .or_insert_with(|| label.to_owned());
            let name = text(&row, "name").unwrap_or(project.project.as_str());
            names.insert(project.project.clone(), name.to_owned());
            projects.push(project);
        }
        let leaving_by = frame::leaving_by(edition);
        Ok(Self { edition, projects, names, ministries, leaving_by })
    }

    /// The day until which departures are known: where the edition announces some, that of all its announcements.
    pub(super) fn departures_until(&self) -> Option<NaiveDate> {
        let is_announced = |one: &StartingProject| {
            one.leaves_on.is_some_and(|day| self.edition.as_of() <= day && day <= self.leaving_by)
        };
        self.projects.iter().any(is_announced).then_some(self.leaving_by)
    }

    /// Whether a project is not due to leave.
    pub(super) fn stays(&self, project: &StartingProject) -> bool {
        project.leaves_on.is_none_or(|day| day > self.leaving_by)
    }
}

/// `None` for a row without a project or a ministry, which no edition has.
fn starting(row: &TableRow, exits: &BTreeMap<&ProjectId, NaiveDate>) -> Option<StartingProject> {
    let figure = |field: &str| row.get(field).and_then(Json::as_f64);
    let project = ProjectId::new(text(row, "project_id")?);
    Some(StartingProject {
        leaves_on: exits.get(&project).copied(),
        project,
        ministry: MinistryCode::new(text(row, "ministry")?),
        phase: text(row, "phase").and_then(|phase| phase.parse().ok()),
        cost: BaselinedFigure::of(figure("cost_initial"), figure("cost_current")),
        duration: BaselinedFigure::of(figure("duration_initial"), figure("duration_current")),
        supposed: Supposed::default(),
    })
}

/// When each project is to leave, as last reported by a date.
fn expected_exits(portfolio: &Portfolio, as_of: NaiveDate) -> BTreeMap<&ProjectId, NaiveDate> {
    let is_read = |fact: &&Fact| fact.field == EXPECTED_EXIT && fact.reported_on <= as_of;
    let mut reported: Vec<&Fact> = portfolio.facts.iter().filter(is_read).collect();
    // Stable: of two facts of one day, the one imported later comes later.
    reported.sort_by_key(|fact| fact.reported_on);
    let mut exits = BTreeMap::new();
    for fact in reported {
        match fact.answer.value() {
            Some(Value::Date(day)) => drop(exits.insert(&fact.project, *day)),
            _ => drop(exits.remove(&fact.project)),
        }
    }
    exits
}

fn text<'row>(row: &'row TableRow, field: &str) -> Option<&'row str> {
    row.get(field).and_then(Json::as_str)
}
