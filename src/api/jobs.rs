//! What runs by itself: each job, its runs, and what the import job found where.

use actix_web::get;
use actix_web::web;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::domain::job::ImportSource;
use crate::domain::job::JobName;
use crate::domain::job::JobRun;
use crate::domain::job::JobStanding;

/// The latest ones.
const RUNS: u32 = 200;

/// List each job: next firing, last run and what came of it.
#[utoipa::path(
    tag = "jobs",
    responses((status = 200, description = "As asked", body = List<JobStanding>))
)]
#[get("/api/v1/jobs")]
pub(super) async fn list_jobs(desk: Desk) -> Result<web::Json<List<JobStanding>>, Problem> {
    Ok(List::of(desk.store.jobs().await?))
}

/// List the runs of one job, newest first.
#[utoipa::path(
    tag = "jobs",
    params(("job" = JobName, Path, description = "Name of the job")),
    responses((status = 200, description = "As asked", body = List<JobRun>))
)]
#[get("/api/v1/jobs/{job}/runs")]
pub(super) async fn list_runs(
    desk: Desk,
    job: web::Path<String>,
) -> Result<web::Json<List<JobRun>>, Problem> {
    let unknown = || Problem::NotFound { kind: "job", id: job.to_string() };
    let name = JobName::from_word(&job).ok_or_else(unknown)?;
    Ok(List::of(desk.store.job_runs(name, RUNS).await?))
}

/// List what the import job found at each path and address.
#[utoipa::path(
    tag = "jobs",
    responses((status = 200, description = "As asked", body = List<ImportSource>))
)]
#[get("/api/v1/sources")]
pub(super) async fn list_sources(desk: Desk) -> Result<web::Json<List<ImportSource>>, Problem> {
    Ok(List::of(desk.store.import_sources().await?))
}
