//! The jobs of a service: their timetables, what became of them, and their locks, so that each job runs in one service
//! at a time.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{error, info};

use super::due::Jitter;
use super::settings::Schedule;
use super::timetable::{JobTimetable, JobTimetableError};
use super::work::Work;
use crate::application::JobRequest;
use crate::domain::operation::job::{Call, JobName, JobStanding};
use crate::store::{Hold, LockResult, Settled, StoreError};

/// How long a job's lock lasts without renewal: longer than a writer may have to wait for its turn.
const HOLD: TimeDelta = TimeDelta::minutes(3);

/// The jobs of one service.
#[derive(Debug)]
pub struct Runner {
    pub(super) work: Work,
    pub(super) timetables: BTreeMap<JobName, JobTimetable>,
    pub(super) jitter: Jitter,
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
        let now = self.work.services.clock.now();
        let mut known = self.work.services.store.jobs().await?;
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
        let (store, now) = (&self.work.services.store, self.work.services.clock.now());
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

    /// Takes the lock of a job, unless it is running already. A caller that gets it must finish the
    /// run.
    pub(super) async fn begin(
        &self,
        job_request: JobRequest,
        call: &Call,
    ) -> Result<JobStart, StoreError> {
        let (store, now) = (&self.work.services.store, self.work.services.clock.now());
        let job = job_request.job();
        match store.begin_run(job, call, self.hold(now), now).await? {
            LockResult::Granted { run } => Ok(JobStart::Granted(RunningJob {
                job_request,
                run,
                call: call.clone(),
                began: now,
            })),
            LockResult::Held { until, run } => {
                info!(
                    job.name = job.as_str(),
                    "Job {} is already running in another service",
                    job.as_str()
                );
                Ok(JobStart::Held { until, run })
            }
            LockResult::Answered => Ok(JobStart::Already),
            LockResult::GivenUp { attempts } => {
                error!(
                    job.name = job.as_str(),
                    job.attempts = attempts,
                    "Job {} died {attempts} times on one firing, which is given up",
                    job.as_str()
                );
                store.settle_job(job, self.settled(job, call, now)).await?;
                Ok(JobStart::Already)
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

/// The result of asking for a job's lock.
pub(super) enum JobStart {
    Granted(RunningJob),
    /// The job is running, as the run with this number.
    Held {
        until: DateTime<Utc>,
        run: Option<i64>,
    },
    /// Another service handled the firing, or it was given up.
    Already,
}

/// A job whose lock was taken, and that has begun.
#[derive(Debug)]
pub(super) struct RunningJob {
    pub(super) job_request: JobRequest,
    pub(super) run: i64,
    pub(super) call: Call,
    pub(super) began: DateTime<Utc>,
}

fn read_timetables(
    schedule: &Schedule,
) -> Result<BTreeMap<JobName, JobTimetable>, JobTimetableError> {
    let settings = [
        (JobName::Import, "schedule.import", &schedule.import),
        (JobName::Cycle, "schedule.cycle", &schedule.cycle),
        (JobName::Reviews, "schedule.reviews", &schedule.reviews),
        (JobName::Documents, "schedule.documents", &schedule.documents),
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
