//! What runs by itself: each job, its runs, and what the import job found where.

use actix_web::web;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::query::is_wanted;
use crate::domain::job::ImportSource;
use crate::domain::job::JobName;
use crate::domain::job::JobRun;
use crate::domain::job::JobStanding;
use crate::domain::job::SourceOutcome;

/// List each job: next firing, last run and what came of it.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    tag = "jobs",
    responses((status = 200, description = "As asked", body = Page<JobStanding>))
)]
pub(super) async fn list_jobs(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<JobStanding>, Problem> {
    asked.page(desk.store.jobs().await?, |standing| standing.job)
}

/// List the runs of one job, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{job}/runs",
    tag = "jobs",
    params(("job" = JobName, Path, description = "Name of the job")),
    responses((status = 200, description = "As asked", body = Page<JobRun>))
)]
pub(super) async fn list_runs(
    desk: Desk,
    job: web::Path<String>,
    asked: Listing<NoFilters>,
) -> Result<Page<JobRun>, Problem> {
    let unknown = || Problem::NotFound { kind: "job", id: job.to_string() };
    let name = job.parse::<JobName>().map_err(|_| unknown())?;
    let before = asked.after()?.unwrap_or(i64::MAX);
    let runs = desk.store.job_runs_before(name, before, asked.room()).await?;
    asked.fetched(runs, |run| run.number)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SourceQuery {
    outcome: Vec<SourceOutcome>,
}

/// List what the import job found at each path and address.
#[utoipa::path(
    get,
    path = "/api/v1/sources",
    tag = "jobs",
    params(SourceQuery),
    responses((status = 200, description = "As asked", body = Page<ImportSource>))
)]
pub(super) async fn list_sources(
    desk: Desk,
    asked: Listing<SourceQuery>,
) -> Result<Page<ImportSource>, Problem> {
    let mut sources = desk.store.import_sources().await?;
    sources.retain(|source| is_wanted(&asked.outcome, &source.outcome));
    asked.page(sources, |source| source.source.clone())
}
