//! The state of each job and its runs, as they are read back.

use chrono::{DateTime, Utc};

use crate::domain::operation::job::{JobName, JobRun, JobStanding};
use crate::store::db::connections::end;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Timestamp};

impl Store {
    /// The state of a job; one that was never seen counts from now.
    pub async fn job(&self, job: JobName, now: DateTime<Utc>) -> Result<JobStanding, StoreError> {
        self.check_whole("a job")?;
        if let Some(standing) = self.standing(job).await? {
            return Ok(standing);
        }
        let mut transaction = self.begin_write().await?;
        query(
            "insert into jobs (name, settled_to, missed) values ($1, $2, 0) on conflict do nothing",
        )
        .bind(job)
        .bind(Timestamp(now))
        .run(&mut *transaction, "a job")
        .await?;
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
        let standing: Option<JobStanding> = query_as(
            "select name, settled_to, next_at, missed, last_success_at, held_until from jobs
             where name = $1",
        )
        .bind(job)
        .optional(self.readers()?, "a job")
        .await?;
        let Some(standing) = standing else { return Ok(None) };
        let last_run = self.job_runs(job, 1).await?.into_iter().next();
        Ok(Some(JobStanding { last_run, ..standing }))
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
        let mut runs: Vec<JobRun> = query_as(
            "select number, job, occasion, firing, missed, actor, started_at, ended_at, phase,
                    outcome, detail
             from job_runs where job = $1 and number < $2 order by number desc limit $3",
        )
        .bind(job)
        .bind(before)
        .bind(limit)
        .all(&mut *transaction, "runs of jobs")
        .await?;
        // The detail of a run speaks of everybody's files and messages.
        if !visible.is_all() {
            for run in &mut runs {
                (run.detail, run.actor) = (String::new(), None);
            }
        }
        Ok(runs)
    }

    /// One run, and what it reports, as JSON.
    pub async fn job_run(
        &self,
        number: i64,
    ) -> Result<Option<(JobRun, Option<String>)>, StoreError> {
        self.check_whole("a job")?;
        let run: Option<JobRun> = query_as(
            "select number, job, occasion, firing, missed, actor, started_at, ended_at, phase,
                    outcome, detail
             from job_runs where number = $1",
        )
        .bind(number)
        .optional(self.readers()?, "a run of a job")
        .await?;
        let report: Option<Option<String>> =
            query_scalar("select report from job_runs where number = $1")
                .bind(number)
                .optional(self.readers()?, "a run of a job")
                .await?;
        Ok(run.map(|run| (run, report.flatten())))
    }
}

impl FromRow for JobStanding {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            job: row.try_get("name")?,
            settled_to: row.instant("settled_to")?,
            next_at: row.optional_instant("next_at")?,
            missed: row.count("missed")?,
            last_success_at: row.optional_instant("last_success_at")?,
            held_until: row.optional_instant("held_until")?,
            last_run: None,
        })
    }
}

impl FromRow for JobRun {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            job: row.try_get("job")?,
            occasion: row.try_get("occasion")?,
            firing: row.optional_instant("firing")?,
            missed: row.count("missed")?,
            actor: row.try_get("actor")?,
            started_at: row.instant("started_at")?,
            ended_at: row.optional_instant("ended_at")?,
            phase: row.try_get("phase")?,
            outcome: row.try_get("outcome")?,
            detail: row.try_get("detail")?,
        })
    }
}
