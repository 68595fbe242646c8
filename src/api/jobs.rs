//! What runs by itself: each job, its runs, and what the import job found where.

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

pub(super) async fn list_jobs(desk: Desk) -> Result<web::Json<List<JobStanding>>, Problem> {
    Ok(List::of(desk.store.jobs().await?))
}

pub(super) async fn list_runs(
    desk: Desk,
    job: web::Path<String>,
) -> Result<web::Json<List<JobRun>>, Problem> {
    let unknown = || Problem::NotFound { kind: "job", id: job.to_string() };
    let name = JobName::from_word(&job).ok_or_else(unknown)?;
    Ok(List::of(desk.store.job_runs(name, RUNS).await?))
}

pub(super) async fn list_sources(desk: Desk) -> Result<web::Json<List<ImportSource>>, Problem> {
    Ok(List::of(desk.store.import_sources().await?))
}
