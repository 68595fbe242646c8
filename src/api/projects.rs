//! Projects, one's history, and what the last cycle judged of it.

use actix_web::get;
use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::panorama::AsOf;
use super::query::Asked;
use crate::cycle;
use crate::cycle::HistoryRow;
use crate::cycle::ProjectRow;
use crate::cycle::ProjectView;
use crate::cycle::Row;
use crate::domain::verdict::Judgement;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ProjectQuery {
    as_of: Option<NaiveDate>,
    ministry: Option<String>,
    phase: Option<String>,
}

/// List the projects of the edition in force, and those that have just left.
#[utoipa::path(
    tag = "projects",
    params(ProjectQuery),
    responses((status = 200, description = "As asked", body = List<ProjectRow>), NoData)
)]
#[get("/api/v1/projects")]
pub(super) async fn list_projects(
    desk: Desk,
    query: Asked<ProjectQuery>,
) -> Result<web::Json<List<Row>>, Problem> {
    let mut rows = cycle::projects(&desk, query.as_of).await?;
    let matches = |row: &Row, field: &str, wanted: &Option<String>| {
        wanted.as_deref().is_none_or(|wanted| row.get(field).is_some_and(|value| value == wanted))
    };
    rows.retain(|row| {
        matches(row, "ministry", &query.ministry) && matches(row, "phase", &query.phase)
    });
    Ok(List::of(rows))
}

/// Find one project by id, or by any name it went by.
#[utoipa::path(
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents"), AsOf),
    responses((status = 200, description = "As asked", body = ProjectView), NoData)
)]
#[get("/api/v1/projects/{project}")]
pub(super) async fn find_project(
    desk: Desk,
    project: web::Path<String>,
    query: Asked<AsOf>,
) -> Result<web::Json<ProjectView>, Problem> {
    Ok(web::Json(cycle::project(&desk, &project, query.as_of).await?))
}

/// List what each edition said of a project.
#[utoipa::path(
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents"), AsOf),
    responses((status = 200, description = "As asked", body = List<HistoryRow>), NoData)
)]
#[get("/api/v1/projects/{project}/history")]
pub(super) async fn list_history(
    desk: Desk,
    project: web::Path<String>,
    query: Asked<AsOf>,
) -> Result<web::Json<List<Row>>, Problem> {
    Ok(List::of(cycle::project(&desk, &project, query.as_of).await?.history))
}

/// List what the last cycle judged of a project, with evidence and explanation.
#[utoipa::path(
    tag = "projects",
    params(("project" = String, Path, description = "Id of the project, or any name it went by, whatever its case and accents")),
    responses((status = 200, description = "As asked", body = List<Judgement>))
)]
#[get("/api/v1/projects/{project}/verdicts")]
pub(super) async fn list_verdicts(
    desk: Desk,
    project: web::Path<String>,
) -> Result<web::Json<List<Judgement>>, Problem> {
    Ok(List::of(cycle::verdicts(&desk, &project).await?))
}
