//! Scheduled jobs, their runs, and the sources of the import job.

use actix_web::web;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::is_wanted;
use crate::api::problem::kinds::Problem;
use crate::domain::operation::job::{ImportSource, JobName, JobRun, JobStanding, SourceOutcome};

/// List scheduled jobs, with the next scheduled time and the last run of each.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    responses((status = 200, description = "A page of jobs", body = Page<JobStanding>))
)]
pub(crate) async fn list_jobs(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<JobStanding>, Problem> {
    listing.page(context.store.jobs().await?, |standing| standing.job)
}

/// List the runs of one job, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{job}/runs",
    params(("job" = JobName, Path, description = "Name of the job")),
    responses((status = 200, description = "A page of runs", body = Page<JobRun>))
)]
pub(crate) async fn list_runs(
    context: RequestContext,
    job: web::Path<String>,
    listing: Listing<NoFilters>,
) -> Result<Page<JobRun>, Problem> {
    let unknown = || Problem::NotFound { kind: "job", id: job.to_string() };
    let name = job.parse::<JobName>().map_err(|_| unknown())?;
    let before = listing.after()?.unwrap_or(i64::MAX);
    let runs = context.store.job_runs_before(name, before, listing.fetch_limit()).await?;
    listing.fetched(runs, |run| run.number)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SourceQuery {
    /// Result of the last read.
    outcome: Vec<SourceOutcome>,
}

/// List the result of the import job for each path and address it reads.
#[utoipa::path(
    get,
    path = "/api/v1/sources",
    params(SourceQuery),
    responses((status = 200, description = "A page of sources", body = Page<ImportSource>))
)]
pub(crate) async fn list_sources(
    context: RequestContext,
    listing: Listing<SourceQuery>,
) -> Result<Page<ImportSource>, Problem> {
    let mut sources = context.store.import_sources().await?;
    sources.retain(|source| is_wanted(&listing.outcome, &source.outcome));
    listing.page(sources, |source| source.source.clone())
}
