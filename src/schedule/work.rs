//! The work of each job, and the result it reports.

use std::path::PathBuf;

use tokio::sync::watch;
use tracing::error;

use super::JobError;
use super::backup;
use super::counted;
use super::import;
use super::settings::BackupSettings;
use super::settings::HousekeepingSettings;
use super::settings::ImportSettings;
use super::with_causes;
use crate::cycle;
use crate::cycle::CycleBrief;
use crate::cycle::CycleError;
use crate::cycle::CycleProgress;
use crate::cycle::CycleReport;
use crate::cycle::CycleRequest;
use crate::cycle::Errand;
use crate::cycle::Outcome;
use crate::cycle::Parts;
use crate::domain::job::Done;
use crate::domain::job::JobName;
use crate::domain::job::RunOutcome;

/// The services that jobs use.
#[derive(Clone, Debug)]
pub struct Work {
    pub parts: Parts,
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
        errand: Errand,
        progress: &CycleProgress,
        stop: &watch::Receiver<bool>,
    ) -> Done {
        let done = match errand {
            Errand::Job(JobName::Import) => import::run(self, stop).await,
            Errand::Job(JobName::Cycle) => self.run_cycle(CycleRequest::default(), progress).await,
            Errand::Cycle(request) => self.run_cycle(request, progress).await,
            Errand::Job(JobName::Reviews) => self.plan_reviews().await,
            Errand::Job(JobName::Digest) => self.tell().await,
            Errand::Job(JobName::Reminders) => self.remind().await,
            Errand::Job(JobName::Housekeeping) => self.tidy().await,
            Errand::Job(JobName::Backup) => backup::run(self).await,
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
        let report = cycle::run_followed(&self.parts, request, progress).await?;
        let faults = report.rule_faults.len();
        let mut detail = cycle_in_words(&report);
        if faults > 0 {
            detail.push_str("\u{a0}; ");
            detail.push_str(&counted(faults, "faute de règle", "fautes de règles"));
        }
        let outcome = if faults > 0 { RunOutcome::PartialFailure } else { RunOutcome::Success };
        let brief = serde_json::to_string(&CycleBrief::of(&report)).map_err(CycleError::Record)?;
        Ok(Done { outcome, detail, report: Some(brief) })
    }

    async fn plan_reviews(&self) -> Result<Done, JobError> {
        let changes = cycle::plan_reviews(&self.parts, None, false).await?;
        let detail =
            counted(changes.len(), "revue planifiée ou annulée", "revues planifiées ou annulées");
        Ok(Done::of(RunOutcome::Success, detail))
    }

    async fn tell(&self) -> Result<Done, JobError> {
        let notices = cycle::digest(&self.parts).await?;
        let detail = counted(notices, "message écrit", "messages écrits");
        Ok(Done::of(RunOutcome::Success, detail))
    }

    /// Writes reminders, also on a day without news. Those of a day are written once.
    async fn remind(&self) -> Result<Done, JobError> {
        let reminders = cycle::remind(&self.parts).await?;
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
        Outcome::Unchanged => format!("rien de nouveau depuis le cycle {number}"),
        Outcome::Committed | Outcome::DryRun => {
            let tried = if report.outcome == Outcome::DryRun { " à blanc" } else { "" };
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
