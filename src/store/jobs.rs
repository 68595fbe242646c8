//! Jobs: who runs one now, how its run ended, and up to when its firings are answered.

use chrono::DateTime;
use chrono::Utc;
use sqlx::SqliteConnection;

use super::Store;
use super::audit;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outbox;
use super::waits;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::cycle::CyclePhase;
use crate::domain::job::Call;
use crate::domain::job::Done;
use crate::domain::job::JobName;
use crate::domain::job::RunOutcome;
use crate::domain::notice::Notice;

/// Runs that died in a row before their firing is given up: a job that kills the service must not
/// do so at every start.
const ATTEMPTS: i64 = 3;

/// Who runs a job, and until when it is held unless they say so again.
#[derive(Clone, Copy, Debug)]
pub struct Hold<'a> {
    pub holder: &'a str,
    pub until: DateTime<Utc>,
}

/// What became of a request to run a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    Granted {
        run: i64,
    },
    /// Someone else runs it.
    Held {
        until: DateTime<Utc>,
        /// The run under way.
        run: Option<i64>,
    },
    /// Someone else ran it for this firing meanwhile.
    Answered,
    /// It died too often on this firing, which counts as answered.
    GivenUp {
        attempts: u64,
    },
}

/// Up to when firings are answered, how many of them found nobody, and the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub to: DateTime<Utc>,
    pub missed: u64,
    pub next_at: Option<DateTime<Utc>>,
}

/// How a run ended. Without `settled`, its firing stays due.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    pub done: Done,
    pub at: DateTime<Utc>,
    pub settled: Option<Settled>,
    /// Whether the job did what it is for: a cycle tried out changes nothing.
    pub counts: bool,
    /// Whom it is told.
    pub notices: Vec<Notice>,
}

impl Store {
    /// Takes hold of a job and records that it runs, unless someone else holds it. A run whose holder
    /// let go without a word was interrupted, and is marked so.
    pub async fn begin_run(
        &self,
        job: JobName,
        call: &Call,
        hold: Hold<'_>,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        let taken: Option<String> =
            sqlx::query_scalar("select held_until from jobs where name = $1 and held_until > $2")
                .bind(job.as_str())
                .bind(kept::from_instant(now))
                .fetch_optional(&mut *transaction)
                .await
                .map_err(reading("a job"))?;
        let taken = taken.map(|until| kept::to_instant("jobs.held_until", until)).transpose()?;
        if let Some(until) = taken.filter(|until| waits::lasts(*until, now, hold.until)) {
            let run = under_way(&mut transaction, job).await?;
            return Ok(Begun::Held { until, run });
        }
        if is_answered(&mut transaction, job, call, now).await? {
            return Ok(Begun::Answered);
        }
        mark_interrupted(&mut transaction, job, now).await?;
        if call.actor.is_none() {
            let attempts = interrupted_since_settled(&mut transaction, job, now).await?;
            if attempts >= ATTEMPTS {
                end(transaction).await?;
                return Ok(Begun::GivenUp { attempts: kept::to_u64("job_runs", attempts)? });
            }
        }
        if let Some(actor) = &call.actor {
            let deed = Deed::by(actor, "job_run", format!("job/{}", job.as_str()));
            audit::append(&mut transaction, now, &[deed]).await?;
        }
        take_hold(&mut transaction, job, hold).await?;
        let run = insert_run(&mut transaction, job, call, hold.holder, now).await?;
        end(transaction).await?;
        Ok(Begun::Granted { run })
    }

    /// Whether the job was still held.
    pub async fn hold_on(&self, job: JobName, hold: Hold<'_>) -> Result<bool, StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        let done = sqlx::query("update jobs set held_until = $3 where name = $1 and holder = $2")
            .bind(job.as_str())
            .bind(hold.holder)
            .bind(kept::from_instant(hold.until))
            .execute(&mut *transaction)
            .await
            .map_err(writing("a job"))?;
        end(transaction).await?;
        Ok(done.rows_affected() > 0)
    }

    /// How far a cycle under way has come.
    pub async fn set_run_phase(&self, run: i64, phase: CyclePhase) -> Result<(), StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        sqlx::query("update job_runs set phase = $2 where number = $1 and outcome = 'processing'")
            .bind(run)
            .bind(phase.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(writing("a run of a job"))?;
        end(transaction).await
    }

    /// Records what a run came to and lets the job go.
    pub async fn end_run(
        &self,
        (job, run): (JobName, i64),
        holder: &str,
        ending: &Ending,
    ) -> Result<(), StoreError> {
        self.check_whole("a job")?;
        let Ending { done, at, settled, counts, notices } = ending;
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "update job_runs set ended_at = $2, outcome = $3, detail = $4, report = $5, phase = null
             where number = $1 and outcome = 'processing'",
        )
        .bind(run)
        .bind(kept::from_instant(*at))
        .bind(done.outcome.as_str())
        .bind(done.detail.as_str())
        .bind(done.report.as_deref())
        .execute(&mut *transaction)
        .await
        .map_err(writing("a run of a job"))?;
        sqlx::query(
            "update jobs set holder = null, held_until = null where name = $1 and holder = $2",
        )
        .bind(job.as_str())
        .bind(holder)
        .execute(&mut *transaction)
        .await
        .map_err(writing("a job"))?;
        if done.outcome == RunOutcome::Success && *counts {
            sqlx::query("update jobs set last_success_at = $2 where name = $1")
                .bind(job.as_str())
                .bind(kept::from_instant(*at))
                .execute(&mut *transaction)
                .await
                .map_err(writing("a job"))?;
        }
        if let Some(settled) = settled {
            settle(&mut transaction, job, *settled).await?;
        }
        outbox::insert(&mut transaction, notices).await?;
        end(transaction).await
    }

    pub async fn settle_job(&self, job: JobName, settled: Settled) -> Result<(), StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        settle(&mut transaction, job, settled).await?;
        end(transaction).await
    }

    pub async fn set_next_firing(
        &self,
        job: JobName,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        sqlx::query("update jobs set next_at = $2 where name = $1")
            .bind(job.as_str())
            .bind(next_at.map(kept::from_instant))
            .execute(&mut *transaction)
            .await
            .map_err(writing("a job"))?;
        end(transaction).await
    }
}

async fn under_way(
    connection: &mut SqliteConnection,
    job: JobName,
) -> Result<Option<i64>, StoreError> {
    sqlx::query_scalar("select max(number) from job_runs where job = $1 and outcome = 'processing'")
        .bind(job.as_str())
        .fetch_one(connection)
        .await
        .map_err(reading("runs of jobs"))
}

async fn settle(
    connection: &mut SqliteConnection,
    job: JobName,
    settled: Settled,
) -> Result<(), StoreError> {
    sqlx::query(
        "update jobs set settled_to = $2, next_at = $3, missed = missed + $4 where name = $1",
    )
    .bind(job.as_str())
    .bind(kept::from_instant(settled.to))
    .bind(settled.next_at.map(kept::from_instant))
    .bind(i64::try_from(settled.missed).unwrap_or(i64::MAX))
    .execute(connection)
    .await
    .map_err(writing("a job"))?;
    Ok(())
}

/// A clock that once stood in the future answered nothing.
async fn is_answered(
    connection: &mut SqliteConnection,
    job: JobName,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(firing) = call.firing else { return Ok(false) };
    let answered: i64 = sqlx::query_scalar(
        "select count(*) from jobs where name = $1 and settled_to >= $2 and settled_to <= $3",
    )
    .bind(job.as_str())
    .bind(kept::from_instant(firing))
    .bind(kept::from_instant(now))
    .fetch_one(connection)
    .await
    .map_err(reading("a job"))?;
    Ok(answered > 0)
}

async fn mark_interrupted(
    connection: &mut SqliteConnection,
    job: JobName,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "update job_runs set outcome = 'interrupted', ended_at = $2, phase = null
         where job = $1 and outcome = 'processing'",
    )
    .bind(job.as_str())
    .bind(kept::from_instant(now))
    .execute(connection)
    .await
    .map_err(writing("a run of a job"))?;
    Ok(())
}

async fn interrupted_since_settled(
    connection: &mut SqliteConnection,
    job: JobName,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    sqlx::query_scalar(
        "select count(*) from job_runs join jobs on jobs.name = job_runs.job
         where jobs.name = $1 and outcome = 'interrupted'
           and firing > min(settled_to, $2)",
    )
    .bind(job.as_str())
    .bind(kept::from_instant(now))
    .fetch_one(connection)
    .await
    .map_err(reading("runs of jobs"))
}

async fn take_hold(
    connection: &mut SqliteConnection,
    job: JobName,
    hold: Hold<'_>,
) -> Result<(), StoreError> {
    sqlx::query("update jobs set holder = $2, held_until = $3 where name = $1")
        .bind(job.as_str())
        .bind(hold.holder)
        .bind(kept::from_instant(hold.until))
        .execute(connection)
        .await
        .map_err(writing("a job"))?;
    Ok(())
}

async fn insert_run(
    connection: &mut SqliteConnection,
    job: JobName,
    call: &Call,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let last: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from job_runs")
        .fetch_one(&mut *connection)
        .await
        .map_err(reading("runs of jobs"))?;
    sqlx::query(
        "insert into job_runs (number, job, occasion, firing, missed, holder, started_at, outcome,
                               detail, actor)
         values ($1, $2, $3, $4, $5, $6, $7, 'processing', '', $8)",
    )
    .bind(last + 1)
    .bind(job.as_str())
    .bind(call.occasion.as_str())
    .bind(call.firing.map(kept::from_instant))
    .bind(i64::try_from(call.missed).unwrap_or(i64::MAX))
    .bind(holder)
    .bind(kept::from_instant(now))
    .bind(call.actor.as_ref().map(Actor::as_str))
    .execute(connection)
    .await
    .map_err(writing("a run of a job"))?;
    Ok(last + 1)
}
