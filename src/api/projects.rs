//! Projects, one's history, and what the last cycle judged of it.

use std::collections::BTreeSet;

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value as Json;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::panorama::AsOf;
use super::query::Asked;
use crate::cycle;
use crate::cycle::HistoryRow;
use crate::cycle::ProjectRow;
use crate::cycle::ProjectView;
use crate::cycle::Row;
use crate::cycle::TimelineEvent;
use crate::cycle::TimelineKind;
use crate::domain::follow_up::Watch;
use crate::domain::ids::MinistryCode;
use crate::domain::snapshot::Phase;
use crate::domain::verdict::Judgement;
use crate::sources::name_key;

/// Of the text that is looked for.
const LONGEST: usize = 200;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ProjectQuery {
    as_of: Option<NaiveDate>,
    ministry: Vec<MinistryCode>,
    phase: Vec<Phase>,
    /// On one of these lists.
    watch: Vec<Watch>,
    /// Part of its id or of any name it went by, whatever the case and the accents.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// List the projects of the edition in force, and those that have just left.
#[utoipa::path(
    get,
    path = "/api/v1/projects",
    tag = "projects",
    params(ProjectQuery),
    responses((status = 200, description = "As asked", body = Page<ProjectRow>), NoData)
)]
pub(super) async fn list_projects(
    desk: Desk,
    asked: Listing<ProjectQuery>,
) -> Result<Page<Row>, Problem> {
    let called = asked.called(&desk).await?;
    let mut rows = cycle::projects(&desk, asked.as_of).await?;
    rows.retain(|row| {
        asked.fits(row)
            && called.as_ref().is_none_or(|called| called.contains(text(row, "project_id")))
    });
    asked.page(rows, |row| text(row, "project_id").to_owned())
}

impl ProjectQuery {
    fn fits(&self, row: &Row) -> bool {
        let on_list = |watch: &Watch| {
            row.get(&format!("watch_{}", watch.as_str())).and_then(Json::as_bool) == Some(true)
        };
        let (ministry, phase) = (text(row, "ministry"), text(row, "phase"));
        (self.ministry.is_empty() || self.ministry.iter().any(|one| one.as_str() == ministry))
            && (self.phase.is_empty() || self.phase.iter().any(|one| one.as_str() == phase))
            && (self.watch.is_empty() || self.watch.iter().any(on_list))
    }

    /// Projects with an id or a name like the text that is looked for; `None` when there is no text.
    async fn called(&self, desk: &Desk) -> Result<Option<BTreeSet<String>>, Problem> {
        let Some(q) = &self.q else { return Ok(None) };
        if q.chars().count() > LONGEST {
            let words = format!("parameter `q`: expected at most {LONGEST} characters");
            return Err(Problem::BadParameter(words));
        }
        let wanted = name_key(q);
        let like = |name: &str| name_key(name).contains(&wanted);
        let known = desk.store.known_projects().await?.into_iter().filter(|known| {
            like(known.project.as_str()) || known.names.iter().any(|name| like(name))
        });
        Ok(Some(known.map(|known| known.project.to_string()).collect()))
    }
}

/// Empty when it is not known.
fn text<'row>(row: &'row Row, field: &str) -> &'row str {
    row.get(field).and_then(Json::as_str).unwrap_or_default()
}

/// Find one project by id, or by any name it went by.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}",
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents"), AsOf),
    responses((status = 200, description = "As asked", body = ProjectView), NoData)
)]
pub(super) async fn find_project(
    desk: Desk,
    project: web::Path<String>,
    query: Asked<AsOf>,
) -> Result<web::Json<ProjectView>, Problem> {
    Ok(web::Json(cycle::project(&desk, &project, query.as_of).await?))
}

/// List what each edition said of a project.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/history",
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents"), AsOf),
    responses((status = 200, description = "As asked", body = Page<HistoryRow>), NoData)
)]
pub(super) async fn list_history(
    desk: Desk,
    project: web::Path<String>,
    asked: Listing<AsOf>,
) -> Result<Page<Row>, Problem> {
    let history = cycle::project(&desk, &project, asked.as_of).await?.history;
    asked.page(history, |row| text(row, "edition").to_owned())
}

/// List what the last cycle judged of a project, with evidence and explanation.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/verdicts",
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents")),
    responses((status = 200, description = "As asked", body = Page<Judgement>))
)]
pub(super) async fn list_verdicts(
    desk: Desk,
    project: web::Path<String>,
    asked: Listing<NoFilters>,
) -> Result<Page<Judgement>, Problem> {
    asked.page(cycle::verdicts(&desk, &project).await?, |verdict| verdict.rule.clone())
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineQuery {
    about: Vec<TimelineKind>,
    /// On that day or later.
    since: Option<NaiveDate>,
}

/// List what became of a project, newest first: editions, alerts, missions, reviews, silences.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/timeline",
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents"), TimelineQuery),
    responses((status = 200, description = "As asked", body = Page<TimelineEvent>), NoData)
)]
pub(super) async fn list_timeline(
    desk: Desk,
    project: web::Path<String>,
    asked: Listing<TimelineQuery>,
) -> Result<Page<TimelineEvent>, Problem> {
    let mut events = cycle::timeline(&desk, &project).await?;
    events.retain(|event| {
        (asked.about.is_empty() || asked.about.contains(&event.about))
            && asked.since.is_none_or(|since| since <= event.on)
    });
    asked.page_as_is(events, |event| event.name.clone())
}
