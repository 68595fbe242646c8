//! Runs of jobs: started by a request, and followed at their own address.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::openapi::answers::{Conflict, UnavailableResponse};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{
    ApplicationError, CycleBrief, CycleRequest, Enqueued, JobQueue, JobRequest,
};
use crate::domain::operation::job::{JobName, JobRun, RunOutcome};

/// A run of a job, in progress or finished.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunView {
    #[serde(flatten)]
    job: JobRun,
    /// Report of a cycle that has finished; `null` otherwise.
    report: Option<CycleBrief>,
    /// Why the run did not succeed; `null` otherwise.
    problem: Option<RunProblem>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RunProblem {
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "urn:vigie:problem:run-failed")]
    kind: &'static str,
    title: &'static str,
    detail: String,
}

/// Start a cycle: evaluate every rule as of a date. Its progress is at the address in `Location`.
#[utoipa::path(
    post,
    path = "/api/v1/cycles",
    request_body = CycleRequest,
    responses(
        (status = 202, description = "The cycle has started", body = RunView,
            headers(("Location" = String, description = "Address of the run"))),
        Conflict,
        UnavailableResponse
    )
)]
pub(crate) async fn start_cycle(
    context: RequestContext,
    queue: web::Data<JobQueue>,
    body: web::Json<CycleRequest>,
) -> Result<HttpResponse, Problem> {
    application::may_run(&context, *body).await?;
    start(&context, &queue, JobRequest::Cycle(*body)).await
}

/// An empty object: running a job takes no options.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobRunBody {}

/// Run a job now, outside its schedule. Its progress is at the address in `Location`.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{job}/runs",
    params(("job" = JobName, Path, description = "Name of the job")),
    request_body = JobRunBody,
    responses(
        (status = 202, description = "The run has started", body = RunView,
            headers(("Location" = String, description = "Address of the run"))),
        Conflict,
        UnavailableResponse
    )
)]
pub(crate) async fn run_job(
    context: RequestContext,
    queue: web::Data<JobQueue>,
    job: web::Path<String>,
    _: web::Json<JobRunBody>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::NotFound { kind: "job", id: job.to_string() };
    let name = job.parse::<JobName>().map_err(|_| unknown())?;
    start(&context, &queue, JobRequest::Job(name)).await
}

/// Return one run: its progress, then its result.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{run}",
    params(("run" = i64, Path, description = "Number of the run")),
    responses((status = 200, description = "The run", body = RunView))
)]
pub(crate) async fn find_run(
    context: RequestContext,
    number: web::Path<i64>,
) -> Result<web::Json<RunView>, Problem> {
    Ok(web::Json(find(&context, *number).await?))
}

async fn start(
    context: &RequestContext,
    queue: &JobQueue,
    request: JobRequest,
) -> Result<HttpResponse, Problem> {
    let actor = context.caller().name.clone();
    match queue.place(request, actor).await? {
        Enqueued::Begun(number) => {
            let run = find(context, number).await?;
            let address = address(number);
            Ok(HttpResponse::Accepted().insert_header((LOCATION, address)).json(run))
        }
        Enqueued::Busy(run) => {
            Err(Problem::UnderWay { job: request.job().as_str(), run: run.map(address) })
        }
    }
}

async fn find(context: &RequestContext, number: i64) -> Result<RunView, Problem> {
    let unknown = || Problem::NotFound { kind: "run", id: number.to_string() };
    let (run, report) = context.store.job_run(number).await?.ok_or_else(unknown)?;
    let report = report.map(|report| serde_json::from_str(&report)).transpose();
    let report =
        report.map_err(|fault| Problem::Internal(Arc::new(ApplicationError::Record(fault))))?;
    let problem = RunProblem::of(&run);
    Ok(RunView { job: run, report, problem })
}

fn address(run: i64) -> String {
    format!("/api/v1/runs/{run}")
}

impl RunProblem {
    fn of(run: &JobRun) -> Option<Self> {
        let (kind, title) = match run.outcome {
            RunOutcome::Processing | RunOutcome::Success | RunOutcome::PartialFailure => {
                return None;
            }
            RunOutcome::Failure => ("urn:vigie:problem:run-failed", "The run failed"),
            RunOutcome::Stopped => ("urn:vigie:problem:run-stopped", "The run was stopped"),
            RunOutcome::Interrupted => {
                ("urn:vigie:problem:run-interrupted", "The run was interrupted")
            }
        };
        Some(Self { kind, title, detail: run.detail.clone() })
    }
}
