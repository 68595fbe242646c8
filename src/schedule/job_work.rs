//! Does the work of each job, and says what came of it.

use tokio::sync::watch;
use tracing::error;

use super::error::{JobError, with_causes};
use super::work::Work;
use super::{backup, import};
use crate::application;
use crate::application::{
    ApplicationError, CycleBrief, CycleOutcome, CycleProgress, CycleReport, CycleRequest,
    JobRequest, Services, WrittenDocuments,
};
use crate::domain::operation::job::{Done, JobName, RunOutcome};
use crate::intake::{Aliases, SourceError};
use crate::support::french::counted;

/// Does the work of a job. The result says whether it was done completely, not at all, or in
/// part.
pub(super) async fn run(
    work: &Work,
    job_request: JobRequest,
    progress: &CycleProgress,
    stop: &watch::Receiver<bool>,
) -> Done {
    let done = match job_request {
        JobRequest::Job(JobName::Import) => import::run(work, stop).await,
        JobRequest::Job(JobName::Cycle) => run_cycle(work, CycleRequest::default(), progress).await,
        JobRequest::Cycle(request) => run_cycle(work, request, progress).await,
        JobRequest::Job(JobName::Reviews) => plan_reviews(&work.services).await,
        JobRequest::Job(JobName::Documents) => write_documents(&work.services).await,
        JobRequest::Job(JobName::Digest) => tell(&work.services).await,
        JobRequest::Job(JobName::Reminders) => remind(&work.services).await,
        JobRequest::Job(JobName::Housekeeping) => tidy(work).await,
        JobRequest::Job(JobName::Backup) => backup::run(work).await,
    };
    let job = job_request.job();
    done.unwrap_or_else(|fault| {
        let cause: &dyn std::error::Error = &fault;
        error!(error = cause, "Job {} failed", job.as_str());
        Done::of(RunOutcome::Failure, with_causes(&fault))
    })
}

async fn run_cycle(
    work: &Work,
    request: CycleRequest,
    progress: &CycleProgress,
) -> Result<Done, JobError> {
    let services = &work.services;
    let unread = if request.dry_run { None } else { follow_ministries(work).await?.err() };
    let report = application::run_followed(services, request, progress).await?;
    let faults = report.rule_faults.len();
    let mut detail = cycle_in_words(&report);
    if let Some(fault) = &unread {
        detail.push_str("\u{a0}; successions de ministères inchangées, la table des alias ne se lit pas\u{a0}: ");
        detail.push_str(&fault.to_string());
    }
    if faults > 0 {
        detail.push_str("\u{a0}; ");
        detail.push_str(&counted(faults, "faute de règle", "fautes de règles"));
    }
    let is_partial = faults > 0 || unread.is_some();
    let outcome = if is_partial { RunOutcome::PartialFailure } else { RunOutcome::Success };
    let brief =
        serde_json::to_string(&CycleBrief::of(&report)).map_err(ApplicationError::Record)?;
    Ok(Done { outcome, detail, report: Some(brief) })
}

/// What the table of aliases says now of ministries that merged or split; the fault, when it cannot be read.
async fn follow_ministries(work: &Work) -> Result<Result<bool, SourceError>, JobError> {
    let path = work.aliases.clone();
    Ok(match tokio::task::spawn_blocking(move || Aliases::read(&path)).await? {
        Ok(aliases) => Ok(application::record_successions(&work.services, &aliases).await?),
        Err(fault) => Err(fault),
    })
}

async fn plan_reviews(services: &Services) -> Result<Done, JobError> {
    let changes = application::plan_reviews(services, None, false).await?;
    let detail =
        counted(changes.len(), "revue planifiée ou annulée", "revues planifiées ou annulées");
    Ok(Done::of(RunOutcome::Success, detail))
}

async fn write_documents(services: &Services) -> Result<Done, JobError> {
    let WrittenDocuments { written, unchanged } = application::write_documents(services).await?;
    let written = counted(written, "document écrit", "documents écrits");
    let unchanged = counted(unchanged, "inchangé", "inchangés");
    Ok(Done::of(RunOutcome::Success, format!("{written}, {unchanged}")))
}

async fn tell(services: &Services) -> Result<Done, JobError> {
    let notices = application::digest(services).await?;
    let detail = counted(notices, "message écrit", "messages écrits");
    Ok(Done::of(RunOutcome::Success, detail))
}

/// Writes reminders and the messages of campaigns, also on a day without news. Those of a day are written once.
async fn remind(services: &Services) -> Result<Done, JobError> {
    let reminders = application::remind(services).await?;
    let questions = application::write_campaign_messages(services).await?;
    let mut detail = counted(small(reminders), "rappel écrit", "rappels écrits");
    if questions > 0 {
        let words = ("message de questionnaire écrit", "messages de questionnaire écrits");
        detail = format!("{detail}, {}", counted(small(questions), words.0, words.1));
    }
    Ok(Done::of(RunOutcome::Success, detail))
}

async fn tidy(work: &Work) -> Result<Done, JobError> {
    let keep = chrono::Days::new(u64::from(work.housekeeping.keep_days));
    let now = work.services.clock.now();
    let before = now.checked_sub_days(keep).unwrap_or(now);
    let tidied = work.services.store.tidy(before).await?;
    let removed =
        counted(small(tidied.runs), "ancienne exécution retirée", "anciennes exécutions retirées");
    let forgotten = work.services.store.forget_notices(before).await?;
    let forgotten = counted(small(forgotten), "ancien message oublié", "anciens messages oubliés");
    let folded = if tidied.log_folded { "replié" } else { "encore lu, à replier plus tard" };
    let detail = format!("{removed}, {forgotten}\u{a0}; journal d’écriture {folded}");
    Ok(Done::of(RunOutcome::Success, detail))
}

fn small(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn cycle_in_words(report: &CycleReport) -> String {
    let number = report.cycle;
    match report.outcome {
        CycleOutcome::Unchanged => format!("rien de nouveau depuis le cycle {number}"),
        CycleOutcome::Committed | CycleOutcome::DryRun => {
            let tried = if report.outcome == CycleOutcome::DryRun { " à blanc" } else { "" };
            let alerts =
                counted(report.alert_changes.len(), "changement d’alerte", "changements d’alertes");
            let missions = counted(
                report.mission_changes.len(),
                "changement de mission",
                "changements de missions",
            );
            format!("cycle {number}{tried}\u{a0}: {alerts}, {missions}")
        }
    }
}
