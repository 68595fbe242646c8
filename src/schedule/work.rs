//! The work of each job, and the result it reports.

use std::path::PathBuf;

use tokio::sync::watch;
use tracing::error;

use super::settings::{BackupSettings, HousekeepingSettings, ImportSettings};
use super::{JobError, backup, counted, import, with_causes};
use crate::application;
use crate::application::{
    ApplicationError, CycleBrief, CycleOutcome, CycleProgress, CycleReport, CycleRequest,
    JobRequest, Services,
};
use crate::domain::operation::job::{Done, JobName, RunOutcome};

/// The services that jobs use.
#[derive(Clone, Debug)]
pub struct Work {
    pub parts: Services,
    pub profiles: PathBuf,
    pub aliases: PathBuf,
    pub import: ImportSettings,
    pub backup: BackupSettings,
    pub housekeeping: HousekeepingSettings,
}

impl Work {
    /// Whether the settings give the job anything to do.
    pub(super) fn has_any(&self, job: JobName) -> bool {
        match job {
            JobName::Import => {
                !self.import.folder.as_os_str().is_empty() || !self.import.urls.is_empty()
            }
            JobName::Backup => !self.backup.folder.as_os_str().is_empty(),
            JobName::Cycle
            | JobName::Reviews
            | JobName::Digest
            | JobName::Reminders
            | JobName::Housekeeping => true,
        }
    }

    /// Does the work of a job. The result says whether it was done completely, not at all, or in
    /// part.
    pub(super) async fn run(
        &self,
        errand: JobRequest,
        progress: &CycleProgress,
        stop: &watch::Receiver<bool>,
    ) -> Done {
        let done = match errand {
            JobRequest::Job(JobName::Import) => import::run(self, stop).await,
            JobRequest::Job(JobName::Cycle) => {
                self.run_cycle(CycleRequest::default(), progress).await
            }
            JobRequest::Cycle(request) => self.run_cycle(request, progress).await,
            JobRequest::Job(JobName::Reviews) => self.plan_reviews().await,
            JobRequest::Job(JobName::Digest) => self.tell().await,
            JobRequest::Job(JobName::Reminders) => self.remind().await,
            JobRequest::Job(JobName::Housekeeping) => self.tidy().await,
            JobRequest::Job(JobName::Backup) => backup::run(self).await,
        };
        let job = errand.job();
        done.unwrap_or_else(|fault| {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "Job {} failed", job.as_str());
            Done::of(RunOutcome::Failure, with_causes(&fault))
        })
    }

    async fn run_cycle(
        &self,
        request: CycleRequest,
        progress: &CycleProgress,
    ) -> Result<Done, JobError> {
        let report = application::run_followed(&self.parts, request, progress).await?;
        let faults = report.rule_faults.len();
        let mut detail = cycle_in_words(&report);
        if faults > 0 {
            detail.push_str("\u{a0}; ");
            detail.push_str(&counted(faults, "faute de règle", "fautes de règles"));
        }
        let outcome = if faults > 0 { RunOutcome::PartialFailure } else { RunOutcome::Success };
        let brief =
            serde_json::to_string(&CycleBrief::of(&report)).map_err(ApplicationError::Record)?;
        Ok(Done { outcome, detail, report: Some(brief) })
    }

    async fn plan_reviews(&self) -> Result<Done, JobError> {
        let changes = application::plan_reviews(&self.parts, None, false).await?;
        let detail =
            counted(changes.len(), "revue planifiée ou annulée", "revues planifiées ou annulées");
        Ok(Done::of(RunOutcome::Success, detail))
    }

    async fn tell(&self) -> Result<Done, JobError> {
        let notices = application::digest(&self.parts).await?;
        let detail = counted(notices, "message écrit", "messages écrits");
        Ok(Done::of(RunOutcome::Success, detail))
    }

    /// Writes reminders, also on a day without news. Those of a day are written once.
    async fn remind(&self) -> Result<Done, JobError> {
        let reminders = application::remind(&self.parts).await?;
        let detail = counted(small(reminders), "rappel écrit", "rappels écrits");
        Ok(Done::of(RunOutcome::Success, detail))
    }

    async fn tidy(&self) -> Result<Done, JobError> {
        let keep = chrono::Days::new(u64::from(self.housekeeping.keep_days));
        let now = self.parts.clock.now();
        let before = now.checked_sub_days(keep).unwrap_or(now);
        let tidied = self.parts.store.tidy(before).await?;
        let removed = counted(
            small(tidied.runs),
            "ancienne exécution retirée",
            "anciennes exécutions retirées",
        );
        let forgotten = self.parts.store.forget_notices(before).await?;
        let forgotten =
            counted(small(forgotten), "ancien message oublié", "anciens messages oubliés");
        let folded = if tidied.log_folded { "replié" } else { "encore lu, à replier plus tard" };
        let detail = format!("{removed}, {forgotten}\u{a0}; journal d’écriture {folded}");
        Ok(Done::of(RunOutcome::Success, detail))
    }
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
