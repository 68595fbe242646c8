//! Projects, one's history, and what the last cycle judged of it.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::panorama::AsOf;
use crate::cycle;
use crate::cycle::ProjectView;
use crate::cycle::Row;
use crate::domain::verdict::Judgement;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectQuery {
    as_of: Option<NaiveDate>,
    ministry: Option<String>,
    phase: Option<String>,
}

pub(super) async fn list_projects(
    desk: Desk,
    query: web::Query<ProjectQuery>,
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

pub(super) async fn find_project(
    desk: Desk,
    project: web::Path<String>,
    query: web::Query<AsOf>,
) -> Result<web::Json<ProjectView>, Problem> {
    Ok(web::Json(cycle::project(&desk, &project, query.as_of).await?))
}

pub(super) async fn list_history(
    desk: Desk,
    project: web::Path<String>,
    query: web::Query<AsOf>,
) -> Result<web::Json<List<Row>>, Problem> {
    Ok(List::of(cycle::project(&desk, &project, query.as_of).await?.history))
}

pub(super) async fn list_verdicts(
    desk: Desk,
    project: web::Path<String>,
) -> Result<web::Json<List<Judgement>>, Problem> {
    Ok(List::of(cycle::verdicts(&desk, &project).await?))
}
