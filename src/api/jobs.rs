//! What runs by itself: each job, its runs, and what the import job found where.

use actix_web::web;

use super::List;
use super::error::Problem;
use crate::cycle::Parts;
use crate::domain::job::ImportSource;
use crate::domain::job::JobName;
use crate::domain::job::JobRun;
use crate::domain::job::JobStanding;

/// The latest ones.
const RUNS: u32 = 200;

pub(super) async fn list_jobs(
    parts: web::Data<Parts>,
) -> Result<web::Json<List<JobStanding>>, Problem> {
    Ok(List::of(parts.store.jobs().await?))
}

pub(super) async fn list_runs(
    parts: web::Data<Parts>,
    job: web::Path<String>,
) -> Result<web::Json<List<JobRun>>, Problem> {
    let unknown = || Problem::NotFound { kind: "job", id: job.to_string() };
    let name = JobName::from_word(&job).ok_or_else(unknown)?;
    Ok(List::of(parts.store.job_runs(name, RUNS).await?))
}

pub(super) async fn list_sources(
    parts: web::Data<Parts>,
) -> Result<web::Json<List<ImportSource>>, Problem> {
    Ok(List::of(parts.store.import_sources().await?))
}
