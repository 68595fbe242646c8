//! A running job: holds its lock, records its progress, does its work, then records the result.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tracing::{Instrument as _, debug, error, info, info_span, warn};

use super::job_work;
use super::runner::{JobStart, Runner, RunningJob};
use super::timetable::JobTimetable;
use crate::application::{CycleProgress, JobRequest, notices_of};
use crate::domain::accounts::audit::Actor;
use crate::domain::messages::notice::Notice;
use crate::domain::operation::cycle::CyclePhase;
use crate::domain::operation::job::{Call, Done, JobName, JobRun, JobTrigger, RunOutcome};
use crate::notify::DomainEvent;
use crate::store::{Ending, StoreError};

/// Time between two renewals of the job's lock.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Most firings that are counted as skipped while a job ran.
const SKIPPED_COUNTED: usize = 1_000;

impl Runner {
    /// Runs a job that has begun, to the end. When the service stops, the job finishes, or stops
    /// where it can.
    async fn finish(
        &self,
        under_way: RunningJob,
        stop: &watch::Receiver<bool>,
    ) -> Result<JobRun, StoreError> {
        let (job, run) = (under_way.job_request.job(), under_way.run);
        let span = info_span!("job", job.name = job.as_str(), job.run = run);
        async {
            debug!("Job {} begins", job.as_str());
            let missed = under_way.call.missed;
            if missed > 0 {
                info!(job.missed = missed, "Job {} catches up {missed}", job.as_str());
            }
            let done = Box::pin(self.carry_out(&under_way, stop)).await;
            self.conclude(under_way, done).await
        }
        .instrument(span)
        .await
    }

    /// The same, and writes the documents once a cycle has ended.
    pub(super) async fn finish_and_follow(
        &self,
        under_way: RunningJob,
        stop: &watch::Receiver<bool>,
    ) -> Result<JobRun, StoreError> {
        let is_dry = matches!(under_way.job_request, JobRequest::Cycle(request) if request.dry_run);
        let ran = self.finish(under_way, stop).await?;
        let ended = matches!(ran.outcome, RunOutcome::Success | RunOutcome::PartialFailure);
        let follows = ran.job == JobName::Cycle && ended && !is_dry;
        if follows && self.work.has_any(JobName::Documents) && !*stop.borrow() {
            let job = JobName::Documents;
            self.work.services.store.job(job, self.work.services.clock.now()).await?;
            let call = Call::of(Actor::vigie());
            if let JobStart::Granted(next) = self.begin(JobRequest::Job(job), &call).await? {
                self.finish(next, stop).await?;
            }
        }
        Ok(ran)
    }

    /// Does the work, while the lock is renewed and the progress recorded.
    async fn carry_out(&self, under_way: &RunningJob, stop: &watch::Receiver<bool>) -> Done {
        let job = under_way.job_request.job();
        let (progress, phases) = CycleProgress::followed();
        let work = job_work::run(&self.work, under_way.job_request, &progress, stop);
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => done,
            () = self.follow(under_way.run, phases) => work.await,
            () = self.hold_until_lost(job) => {
                warn!(job.name = job.as_str(), "Job {} was taken over by another service", job.as_str());
                work.await
            }
        }
    }

    /// Records each phase that is entered.
    async fn follow(&self, run: i64, mut phases: watch::Receiver<Option<CyclePhase>>) {
        while phases.changed().await.is_ok() {
            let entered = *phases.borrow_and_update();
            let Some(phase) = entered else { continue };
            // If it fails, the next phase is recorded all the same.
            if let Err(fault) = self.work.services.store.set_run_phase(run, phase).await {
                let cause: &dyn std::error::Error = &fault;
                warn!(
                    error = cause,
                    "The phase of run {run} cannot be recorded: {}",
                    phase.as_str()
                );
            }
        }
    }

    /// Ends when another service took the job, which it may do when this one has not renewed its
    /// lock for long.
    async fn hold_until_lost(&self, job: JobName) {
        let mut is_ours = true;
        while is_ours {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            let hold = self.hold(self.work.services.clock.now());
            // A renewal that failed is tried again next time.
            is_ours = self.work.services.store.hold_on(job, hold).await.unwrap_or(true);
        }
    }

    async fn conclude(&self, under_way: RunningJob, done: Done) -> Result<JobRun, StoreError> {
        let RunningJob { job_request, run, call, began } = under_way;
        let (job, now) = (job_request.job(), self.work.services.clock.now());
        let timetable = self.timetables.get(&job);
        let stays_due = call.occasion == JobTrigger::Person || done.outcome == RunOutcome::Stopped;
        let settled = (!stays_due).then(|| self.settled(job, &call, now));
        let skipped = timetable.filter(|_| !stays_due).map_or(0, |one| firings(one, began, now));
        if skipped > 0 {
            warn!(
                job.skipped = skipped,
                "Job {} skipped {skipped} firings while it was running",
                job.as_str()
            );
        }
        log(job, &done, (now - began).num_milliseconds());
        let ran = JobRun {
            number: run,
            job,
            occasion: call.occasion,
            firing: call.firing,
            missed: call.missed,
            actor: call.actor,
            started_at: began,
            ended_at: Some(now),
            phase: None,
            outcome: done.outcome,
            detail: done.detail.clone(),
        };
        let counts = !matches!(job_request, JobRequest::Cycle(request) if request.dry_run);
        let ending =
            Ending { done, at: now, settled, counts, notices: self.failure_notices(&ran).await };
        self.work.services.store.end_run((job, run), &self.holder, &ending).await?;
        Ok(ran)
    }

    /// Webhook notices of a run that failed. If they cannot be composed, the run ends without them.
    async fn failure_notices(&self, run: &JobRun) -> Vec<Notice> {
        if run.outcome != RunOutcome::Failure {
            return vec![];
        }
        let notices = notices_of(&self.work.services, DomainEvent::RunFailed { run }).await;
        notices.unwrap_or_else(|fault| {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "No webhook is notified that job {} failed", run.job.as_str());
            vec![]
        })
    }
}

/// The cause of a failure is logged where it is known, not here.
fn log(job: JobName, done: &Done, duration_ms: i64) {
    let (outcome, detail) = (done.outcome.as_str(), done.detail.as_str());
    match done.outcome {
        RunOutcome::Failure => {}
        RunOutcome::PartialFailure => {
            warn!(job.outcome = outcome, duration_ms, "Job {}: {detail}", job.as_str());
        }
        RunOutcome::Success
        | RunOutcome::Stopped
        | RunOutcome::Processing
        | RunOutcome::Interrupted => {
            info!(job.outcome = outcome, duration_ms, "Job {}: {detail}", job.as_str());
        }
    }
}

/// Number of firings while a run went on: they are skipped, not missed.
fn firings(timetable: &JobTimetable, began: DateTime<Utc>, ended: DateTime<Utc>) -> usize {
    std::iter::successors(timetable.next_after(began), |firing| timetable.next_after(*firing))
        .take_while(|firing| *firing <= ended)
        .take(SKIPPED_COUNTED)
        .count()
}
