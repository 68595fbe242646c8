//! Jobs: what the service does by itself, their runs, and running one now.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::tabs::{AdministrationTab, heading, tabs};
use crate::api::resources::operation::jobs::list_runs;
use crate::api::resources::operation::runs::{RunView, find_run};
use crate::api::{Page, Problem};
use crate::application::{Enqueued, JobQueue, JobRequest};
use crate::domain::operation::job::{JobName, JobRun, JobStanding};
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::administration::{JOBS as LIST, RUNS};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

const JOBS: (&str, &str) = ("Tâches", "/administration");

#[derive(Debug, Serialize)]
struct JobsView {
    query: PageQuery,
    tabs: Vec<AdministrationTab>,
    jobs: Vec<JobStanding>,
}

/// Lists the jobs, with their last and next runs.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let jobs = context.store.jobs().await?;
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), jobs, Vec::new()).await;
    }
    let view = JobsView { query, tabs: tabs(&context, JOBS.1), jobs };
    context.page("pages/jobs.html", &Heading::of("Administration", "taches"), &view)
}

#[derive(Debug, Serialize)]
struct JobView {
    tabs: Vec<AdministrationTab>,
    job: JobName,
    query: PageQuery,
    runs: Page<JobRun>,
}

/// Lists the runs of one job, newest first.
///
/// # Errors
/// If there is no such job, or the data cannot be read.
pub(super) async fn show(
    context: PageContext,
    job: web::Path<String>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let name = named(&job)?;
    let runs = list_runs(context.request(), job, query.listing(&[])?).await?;
    if let Some(format) = query.format {
        return list_file(&context, (&RUNS, format), runs.into_parts().0, Vec::new()).await;
    }
    let view = JobView { tabs: tabs(&context, JOBS.1), job: name, query, runs };
    let title = format!("Tâche : {}", name.label());
    context.page("pages/job.html", &heading(&title, "taches", None), &view)
}

#[derive(Debug, Serialize)]
struct JobRunView {
    tabs: Vec<AdministrationTab>,
    #[serde(flatten)]
    run: RunView,
}

/// Shows one run: its progress, then its result.
///
/// # Errors
/// If there is no such run, or the data cannot be read.
pub(super) async fn show_run(
    context: PageContext,
    run: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    let title = format!("Exécution n°\u{a0}{run}");
    let run = find_run(context.request(), run).await?.into_inner();
    let view = JobRunView { tabs: tabs(&context, JOBS.1), run };
    context.page("pages/job_run.html", &heading(&title, "taches", Some(JOBS)), &view)
}

/// A form of one button.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunForm {}

/// Runs a job now, and shows the run.
///
/// # Errors
/// If there is no such job, or it is running.
pub(super) async fn run(
    context: PageContext,
    queue: web::Data<JobQueue>,
    job: web::Path<String>,
    _: web::Form<RunForm>,
) -> Result<HttpResponse, Problem> {
    start(&context, &queue, JobRequest::Job(named(&job)?)).await
}

/// Starts the work and leads to its run.
///
/// # Errors
/// If the same job is running, or too many requests wait.
pub(super) async fn start(
    context: &PageContext,
    queue: &JobQueue,
    request: JobRequest,
) -> Result<HttpResponse, Problem> {
    let actor = context.caller().name.clone();
    match queue.place(request, actor).await? {
        Enqueued::Begun(run) => {
            let address = format!("/administration/executions/{run}");
            Ok(context.done(Confirmation::RunStarted, &address))
        }
        Enqueued::Busy(run) => {
            let run = run.map(|run| format!("/administration/executions/{run}"));
            Err(Problem::UnderWay { job: request.job().as_str(), run })
        }
    }
}

fn named(job: &str) -> Result<JobName, Problem> {
    job.parse().map_err(|_| Problem::NotFound { kind: "job", id: job.to_owned() })
}
