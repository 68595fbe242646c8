//! Runs jobs when they are due, one at a time, or at a person's request.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tracing::error;

use super::due::{Due, TimetableState, due};
use super::error::JobError;
use super::runner::{JobStart, Runner};
use crate::application::JobRequest;
use crate::domain::accounts::audit::Actor;
use crate::domain::operation::job::{Call, JobName, JobRun};
use crate::store::StoreError;

/// Time before a job that cannot run now is checked again. The clock is checked as often, since a
/// machine may sleep and its clock may be set.
const ANOTHER_LOOK: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

impl Runner {
    /// Runs jobs until `stop` is true. A job that is running then finishes, or stops where it can.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let wake = self.tick(&stop).await;
            let now = self.work.services.clock.now();
            let wait = wake.and_then(|at| (at - now).to_std().ok()).unwrap_or(LONGEST_WAIT);
            let stopped = stop.wait_for(|stopped| *stopped);
            if tokio::time::timeout(wait.min(LONGEST_WAIT), stopped).await.is_ok() {
                return;
            }
        }
    }

    /// Runs what is due now, and returns the time of the next check. A job that fails does not
    /// prevent the others.
    pub async fn tick(&self, stop: &watch::Receiver<bool>) -> Option<DateTime<Utc>> {
        let mut wake = None;
        for job in JobName::ALL {
            if *stop.borrow() {
                return wake;
            }
            let next = self.attend(job, stop).await.unwrap_or_else(|fault| {
                let cause: &dyn std::error::Error = &fault;
                error!(
                    error = cause,
                    job.name = job.as_str(),
                    "Job {} cannot be checked",
                    job.as_str()
                );
                Some(self.work.services.clock.now() + ANOTHER_LOOK)
            });
            wake = wake.into_iter().chain(next).min();
        }
        wake
    }

    /// Runs a job at a person's request, whatever its timetable.
    pub async fn run_now(
        &self,
        job: JobName,
        actor: Actor,
        stop: &watch::Receiver<bool>,
    ) -> Result<JobRun, JobError> {
        let store = &self.work.services.store;
        store.job(job, self.work.services.clock.now()).await?;
        match self.answer(job, &Call::of(actor), stop).await? {
            Answered::Ran(run) => Ok(*run),
            Answered::Held(until) => Err(JobError::Held { job: job.as_str(), until }),
            // Only happens to firings.
            Answered::Already => Err(JobError::GivenUp { job: job.as_str() }),
        }
    }

    async fn attend(
        &self,
        job: JobName,
        stop: &watch::Receiver<bool>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let (store, now) = (&self.work.services.store, self.work.services.clock.now());
        let standing = store.job(job, now).await?;
        let Some(timetable) = self.timetables.get(&job) else {
            if standing.next_at.is_some() {
                store.set_next_firing(job, None).await?;
            }
            return Ok(None);
        };
        match due(timetable, self.moment(job, standing.settled_to, now)) {
            Due::Never => Ok(None),
            Due::Later(at) => {
                let next_at = timetable.next_after(now);
                if standing.next_at != next_at {
                    store.set_next_firing(job, next_at).await?;
                }
                Ok(Some(at))
            }
            Due::Now(call) => match self.answer(job, &call, stop).await? {
                Answered::Ran(_) | Answered::Already => {
                    let after = self.work.services.clock.now();
                    Ok(match due(timetable, self.moment(job, after, after)) {
                        Due::Never => None,
                        Due::Later(at) => Some(at),
                        Due::Now(_) => Some(after),
                    })
                }
                Answered::Held(_) => Ok(Some(now + ANOTHER_LOOK)),
            },
        }
    }

    fn moment(
        &self,
        job: JobName,
        settled_to: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> TimetableState {
        TimetableState { job, settled_to, now, jitter: self.jitter }
    }

    async fn answer(
        &self,
        job: JobName,
        call: &Call,
        stop: &watch::Receiver<bool>,
    ) -> Result<Answered, StoreError> {
        match self.begin(JobRequest::Job(job), call).await? {
            JobStart::Granted(under_way) => {
                self.finish_and_follow(under_way, stop).await.map(Box::new).map(Answered::Ran)
            }
            JobStart::Held { until, .. } => Ok(Answered::Held(until)),
            JobStart::Already => Ok(Answered::Already),
        }
    }
}

enum Answered {
    Ran(Box<JobRun>),
    Held(DateTime<Utc>),
    /// Another service handled the firing, or it was given up.
    Already,
}
