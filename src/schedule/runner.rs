//! Runs jobs when they are due: one at a time in this service, and each job in one service at a
//! time.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tracing::{error, info};

use super::JobError;
use super::due::{Due, Jitter, TimetableState, due};
use super::running_job::RunningJob;
use super::settings::Schedule;
use super::timetable::{JobTimetable, JobTimetableError};
use super::work::Work;
use crate::application::JobRequest;
use crate::domain::accounts::audit::Actor;
use crate::domain::operation::job::{Call, JobName, JobRun, JobStanding};
use crate::store::{Hold, LockResult, Settled, StoreError};

/// How long a job's lock lasts without renewal: longer than a writer may have to wait for its turn.
const HOLD: TimeDelta = TimeDelta::minutes(3);

/// Time before a job that cannot run now is checked again. The clock is checked as often, since a
/// machine may sleep and its clock may be set.
const ANOTHER_LOOK: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The jobs of one service.
#[derive(Debug)]
pub struct Runner {
    pub(super) work: Work,
    pub(super) timetables: BTreeMap<JobName, JobTimetable>,
    jitter: Jitter,
    pub(super) holder: String,
}

impl Runner {
    /// Creates the runner. `seed` decides the delays of firings; a service draws it at random.
    ///
    /// # Errors
    /// When a timetable is not valid.
    pub fn new(work: Work, schedule: &Schedule, seed: u64) -> Result<Self, JobTimetableError> {
        let jitter = Jitter { most_seconds: schedule.jitter_seconds, seed };
        let holder = format!("{}-{seed:x}", std::process::id());
        let mut timetables = read_timetables(schedule)?;
        timetables.retain(|job, _| work.has_any(*job));
        Ok(Self { work, timetables, jitter, holder })
    }

    /// Checks what the timetables alone show.
    ///
    /// # Errors
    /// When a timetable is not valid.
    pub fn check(schedule: &Schedule) -> Result<(), JobTimetableError> {
        read_timetables(schedule).map(|_| ())
    }

    pub fn timetable(&self, job: JobName) -> Option<&JobTimetable> {
        self.timetables.get(&job)
    }

    /// The state of every job, including those that never ran.
    pub async fn standings(&self) -> Result<Vec<JobStanding>, StoreError> {
        let now = self.work.parts.clock.now();
        let mut known = self.work.parts.store.jobs().await?;
        for job in JobName::ALL {
            if !known.iter().any(|standing| standing.job == job) {
                known.push(JobStanding::unseen(job, now));
            }
        }
        for standing in &mut known {
            let timetable = self.timetables.get(&standing.job);
            standing.next_at = timetable.and_then(|timetable| timetable.next_after(now));
        }
        known.sort_by_key(|standing| standing.job);
        Ok(known)
    }

    /// Logs when every job fires next, before any of them runs.
    pub async fn announce(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.work.parts.store, self.work.parts.clock.now());
        for job in JobName::ALL {
            let standing = store.job(job, now).await?;
            let timetable = self.timetables.get(&job);
            let next_at = timetable.and_then(|timetable| timetable.next_after(now));
            if standing.next_at != next_at {
                store.set_next_firing(job, next_at).await?;
            }
        }
        Ok(())
    }

    /// Runs jobs until `stop` is true. A job that is running then finishes, or stops where it can.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let wake = self.tick(&stop).await;
            let now = self.work.parts.clock.now();
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
                Some(self.work.parts.clock.now() + ANOTHER_LOOK)
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
        let store = &self.work.parts.store;
        store.job(job, self.work.parts.clock.now()).await?;
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
        let (store, now) = (&self.work.parts.store, self.work.parts.clock.now());
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
                    let after = self.work.parts.clock.now();
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
            Beginning::Granted(under_way) => {
                self.finish(under_way, stop).await.map(Box::new).map(Answered::Ran)
            }
            Beginning::Held { until, .. } => Ok(Answered::Held(until)),
            Beginning::Already => Ok(Answered::Already),
        }
    }

    /// Takes the lock of a job, unless it is running already. A caller that gets it must finish the
    /// run.
    pub(super) async fn begin(
        &self,
        errand: JobRequest,
        call: &Call,
    ) -> Result<Beginning, StoreError> {
        let (store, now) = (&self.work.parts.store, self.work.parts.clock.now());
        let job = errand.job();
        match store.begin_run(job, call, self.hold(now), now).await? {
            LockResult::Granted { run } => {
                Ok(Beginning::Granted(RunningJob { errand, run, call: call.clone(), began: now }))
            }
            LockResult::Held { until, run } => {
                info!(
                    job.name = job.as_str(),
                    "Job {} is already running in another service",
                    job.as_str()
                );
                Ok(Beginning::Held { until, run })
            }
            LockResult::Answered => Ok(Beginning::Already),
            LockResult::GivenUp { attempts } => {
                error!(
                    job.name = job.as_str(),
                    job.attempts = attempts,
                    "Job {} died {attempts} times on one firing, which is given up",
                    job.as_str()
                );
                store.settle_job(job, self.settled(job, call, now)).await?;
                Ok(Beginning::Already)
            }
        }
    }

    pub(super) fn settled(&self, job: JobName, call: &Call, now: DateTime<Utc>) -> Settled {
        let next_at = self.timetables.get(&job).and_then(|timetable| timetable.next_after(now));
        Settled { to: now, missed: call.missed, next_at }
    }

    pub(super) fn hold(&self, now: DateTime<Utc>) -> Hold<'_> {
        Hold { holder: &self.holder, until: now + HOLD }
    }
}

enum Answered {
    Ran(Box<JobRun>),
    Held(DateTime<Utc>),
    /// Another service handled the firing, or it was given up.
    Already,
}

/// The result of asking for a job's lock.
pub(super) enum Beginning {
    Granted(RunningJob),
    /// The job is running, as the run with this number.
    Held {
        until: DateTime<Utc>,
        run: Option<i64>,
    },
    /// Another service handled the firing, or it was given up.
    Already,
}

fn read_timetables(
    schedule: &Schedule,
) -> Result<BTreeMap<JobName, JobTimetable>, JobTimetableError> {
    let settings = [
        (JobName::Import, "schedule.import", &schedule.import),
        (JobName::Cycle, "schedule.cycle", &schedule.cycle),
        (JobName::Reviews, "schedule.reviews", &schedule.reviews),
        (JobName::Digest, "schedule.digest", &schedule.digest),
        (JobName::Reminders, "schedule.reminders", &schedule.reminders),
        (JobName::Housekeeping, "schedule.housekeeping", &schedule.housekeeping),
        (JobName::Backup, "schedule.backup", &schedule.backup),
    ];
    let mut timetables = BTreeMap::new();
    for (job, setting, text) in settings {
        if let Some(timetable) = JobTimetable::read(setting, text)? {
            timetables.insert(job, timetable);
        }
    }
    Ok(timetables)
}
