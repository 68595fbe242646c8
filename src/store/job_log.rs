//! Where jobs stand, and their runs, as they are read back.

use chrono::DateTime;
use chrono::Utc;

use super::Store;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use crate::domain::audit::Actor;
use crate::domain::cycle::CyclePhase;
use crate::domain::job::JobName;
use crate::domain::job::JobRun;
use crate::domain::job::JobStanding;
use crate::domain::job::Occasion;
use crate::domain::job::RunOutcome;

impl Store {
    /// Where a job stands; one that was never seen counts from now.
    pub async fn job(&self, job: JobName, now: DateTime<Utc>) -> Result<JobStanding, StoreError> {
        self.check_whole("a job")?;
        if let Some(standing) = self.standing(job).await? {
            return Ok(standing);
        }
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "insert into jobs (name, settled_to, missed) values ($1, $2, 0) on conflict do nothing",
        )
        .bind(job.as_str())
        .bind(kept::from_instant(now))
        .execute(&mut *transaction)
        .await
        .map_err(writing("a job"))?;
        end(transaction).await?;
        Ok(self.standing(job).await?.unwrap_or(JobStanding::unseen(job, now)))
    }

    /// Jobs that were seen at least once, in the order of their names' list.
    pub async fn jobs(&self) -> Result<Vec<JobStanding>, StoreError> {
        let mut standings = Vec::new();
        for job in JobName::ALL {
            standings.extend(self.standing(job).await?);
        }
        Ok(standings)
    }

    async fn standing(&self, job: JobName) -> Result<Option<JobStanding>, StoreError> {
        let row: Option<JobRow> = sqlx::query_as(
            "select settled_to, next_at, missed, last_success_at, held_until from jobs
             where name = $1",
        )
        .bind(job.as_str())
        .fetch_optional(self.readers()?)
        .await
        .map_err(reading("a job"))?;
        let Some(row) = row else { return Ok(None) };
        let last_run = self.job_runs(job, 1).await?.into_iter().next();
        row.into_standing(job, last_run).map(Some)
    }

    /// Newest first.
    pub async fn job_runs(&self, job: JobName, limit: u32) -> Result<Vec<JobRun>, StoreError> {
        self.job_runs_before(job, i64::MAX, limit).await
    }

    /// Newest first.
    pub async fn job_runs_before(
        &self,
        job: JobName,
        before: i64,
        limit: u32,
    ) -> Result<Vec<JobRun>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let rows: Vec<RunRow> = sqlx::query_as(
            "select number, job, occasion, firing, missed, actor, started_at, ended_at, phase,
                    outcome, detail
             from job_runs where job = $1 and number < $2 order by number desc limit $3",
        )
        .bind(job.as_str())
        .bind(before)
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("runs of jobs"))?;
        let runs = rows.into_iter().map(RunRow::into_run);
        // What came of a run is told of everybody's files and messages.
        let told = |run: JobRun| {
            if visible.is_all() {
                run
            } else {
                JobRun { detail: String::new(), actor: None, ..run }
            }
        };
        runs.map(|run| run.map(told)).collect()
    }

    /// One run, and what it reports, as JSON.
    pub async fn job_run(
        &self,
        number: i64,
    ) -> Result<Option<(JobRun, Option<String>)>, StoreError> {
        self.check_whole("a job")?;
        let row: Option<RunRow> = sqlx::query_as(
            "select number, job, occasion, firing, missed, actor, started_at, ended_at, phase,
                    outcome, detail
             from job_runs where number = $1",
        )
        .bind(number)
        .fetch_optional(self.readers()?)
        .await
        .map_err(reading("a run of a job"))?;
        let report: Option<Option<String>> =
            sqlx::query_scalar("select report from job_runs where number = $1")
                .bind(number)
                .fetch_optional(self.readers()?)
                .await
                .map_err(reading("a run of a job"))?;
        row.map(|row| Ok((row.into_run()?, report.flatten()))).transpose()
    }
}

#[derive(sqlx::FromRow)]
struct JobRow {
    settled_to: String,
    next_at: Option<String>,
    missed: i64,
    last_success_at: Option<String>,
    held_until: Option<String>,
}

impl JobRow {
    fn into_standing(
        self,
        job: JobName,
        last_run: Option<JobRun>,
    ) -> Result<JobStanding, StoreError> {
        let Self { settled_to, next_at, missed, last_success_at, held_until } = self;
        Ok(JobStanding {
            job,
            settled_to: kept::to_instant("jobs.settled_to", settled_to)?,
            next_at: instant("jobs.next_at", next_at)?,
            missed: kept::to_u64("jobs.missed", missed)?,
            last_success_at: instant("jobs.last_success_at", last_success_at)?,
            held_until: instant("jobs.held_until", held_until)?,
            last_run,
        })
    }
}

#[derive(sqlx::FromRow)]
struct RunRow {
    number: i64,
    job: String,
    occasion: String,
    firing: Option<String>,
    missed: i64,
    actor: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    phase: Option<String>,
    outcome: String,
    detail: String,
}

impl RunRow {
    fn into_run(self) -> Result<JobRun, StoreError> {
        Ok(JobRun {
            number: self.number,
            job: kept::to_word("job_runs.job", &self.job, "a job", |text| {
                text.parse::<JobName>().ok()
            })?,
            occasion: kept::to_word("job_runs.occasion", &self.occasion, "an occasion", |text| {
                text.parse::<Occasion>().ok()
            })?,
            firing: instant("job_runs.firing", self.firing)?,
            missed: kept::to_u64("job_runs.missed", self.missed)?,
            actor: self.actor.map(Actor::from_kept),
            started_at: kept::to_instant("job_runs.started_at", self.started_at)?,
            ended_at: instant("job_runs.ended_at", self.ended_at)?,
            phase: self
                .phase
                .map(|word| {
                    kept::to_word("job_runs.phase", &word, "a phase", |text| {
                        text.parse::<CyclePhase>().ok()
                    })
                })
                .transpose()?,
            outcome: kept::to_word("job_runs.outcome", &self.outcome, "an outcome", |text| {
                text.parse::<RunOutcome>().ok()
            })?,
            detail: self.detail,
        })
    }
}

fn instant(
    column: &'static str,
    text: Option<String>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    text.map(|text| kept::to_instant(column, text)).transpose()
}
