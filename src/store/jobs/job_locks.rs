//! Jobs: who runs one now, how its run ended, and up to when its firings are answered.

use chrono::{DateTime, Utc};

use crate::domain::accounts::audit::AuditRecord;
use crate::domain::messages::notice::Notice;
use crate::domain::operation::cycle::CyclePhase;
use crate::domain::operation::job::{Call, Done, JobName, RunOutcome};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::{Count, Timestamp};
use crate::store::outbox::{outgoing, waits};

/// Runs that died in a row before their firing is given up: a job that kills the service must not
/// do so at every start.
const ATTEMPTS: u64 = 3;

/// Who runs a job, and until when it is held unless they say so again.
#[derive(Clone, Copy, Debug)]
pub struct Hold<'a> {
    pub holder: &'a str,
    pub until: DateTime<Utc>,
}

/// What became of a request to run a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockResult {
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
    /// The notices that report it.
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
    ) -> Result<LockResult, StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        let taken: Option<Timestamp> =
            query_scalar("select held_until from jobs where name = $1 and held_until > $2")
                .bind(job)
                .bind(Timestamp(now))
                .optional(&mut *transaction, "a job")
                .await?;
        let lasts = |Timestamp(until): &Timestamp| waits::lasts(*until, now, hold.until);
        if let Some(Timestamp(until)) = taken.filter(lasts) {
            let run = under_way(&mut transaction, job).await?;
            return Ok(LockResult::Held { until, run });
        }
        if is_answered(&mut transaction, job, call, now).await? {
            return Ok(LockResult::Answered);
        }
        mark_interrupted(&mut transaction, job, now).await?;
        if call.actor.is_none() {
            let attempts = interrupted_since_settled(&mut transaction, job, now).await?;
            if attempts >= ATTEMPTS {
                end(transaction).await?;
                return Ok(LockResult::GivenUp { attempts });
            }
        }
        if let Some(actor) = &call.actor {
            let deed = AuditRecord::by(actor, "job_run", format!("job/{}", job.as_str()));
            audit_trail::append(&mut transaction, now, &[deed]).await?;
        }
        take_hold(&mut transaction, job, hold).await?;
        let run = insert_run(&mut transaction, job, call, hold.holder, now).await?;
        end(transaction).await?;
        Ok(LockResult::Granted { run })
    }

    /// Whether the job was still held.
    pub async fn hold_on(&self, job: JobName, hold: Hold<'_>) -> Result<bool, StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        let done = query("update jobs set held_until = $3 where name = $1 and holder = $2")
            .bind(job)
            .bind(hold.holder)
            .bind(Timestamp(hold.until))
            .run(&mut *transaction, "a job")
            .await?;
        end(transaction).await?;
        Ok(done > 0)
    }

    /// How far a cycle under way has come.
    pub async fn set_run_phase(&self, run: i64, phase: CyclePhase) -> Result<(), StoreError> {
        self.check_whole("a job")?;
        let mut transaction = self.begin_write().await?;
        query("update job_runs set phase = $2 where number = $1 and outcome = 'processing'")
            .bind(run)
            .bind(phase)
            .run(&mut *transaction, "a run of a job")
            .await?;
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
        query(
            "update job_runs set ended_at = $2, outcome = $3, detail = $4, report = $5, phase = null
             where number = $1 and outcome = 'processing'",
        )
        .bind(run)
        .bind(Timestamp(*at))
        .bind(done.outcome)
        .bind(&done.detail)
        .bind(done.report.as_deref())
        .run(&mut *transaction, "a run of a job")
        .await?;
        query("update jobs set holder = null, held_until = null where name = $1 and holder = $2")
            .bind(job)
            .bind(holder)
            .run(&mut *transaction, "a job")
            .await?;
        if done.outcome == RunOutcome::Success && *counts {
            query("update jobs set last_success_at = $2 where name = $1")
                .bind(job)
                .bind(Timestamp(*at))
                .run(&mut *transaction, "a job")
                .await?;
        }
        if let Some(settled) = settled {
            settle(&mut transaction, job, *settled).await?;
        }
        outgoing::insert(&mut transaction, notices).await?;
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
        query("update jobs set next_at = $2 where name = $1")
            .bind(job)
            .bind(next_at.map(Timestamp))
            .run(&mut *transaction, "a job")
            .await?;
        end(transaction).await
    }
}

async fn under_way(connection: &mut Connection, job: JobName) -> Result<Option<i64>, StoreError> {
    query_scalar("select max(number) from job_runs where job = $1 and outcome = 'processing'")
        .bind(job)
        .one(connection, "runs of jobs")
        .await
}

async fn settle(
    connection: &mut Connection,
    job: JobName,
    settled: Settled,
) -> Result<(), StoreError> {
    query("update jobs set settled_to = $2, next_at = $3, missed = missed + $4 where name = $1")
        .bind(job)
        .bind(Timestamp(settled.to))
        .bind(settled.next_at.map(Timestamp))
        .bind(Count(settled.missed))
        .run(connection, "a job")
        .await?;
    Ok(())
}

/// A clock that once stood in the future answered nothing.
async fn is_answered(
    connection: &mut Connection,
    job: JobName,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(firing) = call.firing else { return Ok(false) };
    let answered: i64 = query_scalar(
        "select count(*) from jobs where name = $1 and settled_to >= $2 and settled_to <= $3",
    )
    .bind(job)
    .bind(Timestamp(firing))
    .bind(Timestamp(now))
    .one(connection, "a job")
    .await?;
    Ok(answered > 0)
}

async fn mark_interrupted(
    connection: &mut Connection,
    job: JobName,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "update job_runs set outcome = 'interrupted', ended_at = $2, phase = null
         where job = $1 and outcome = 'processing'",
    )
    .bind(job)
    .bind(Timestamp(now))
    .run(connection, "a run of a job")
    .await?;
    Ok(())
}

async fn interrupted_since_settled(
    connection: &mut Connection,
    job: JobName,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let Count(attempts) = query_scalar(
        "select count(*) from job_runs join jobs on jobs.name = job_runs.job
         where jobs.name = $1 and outcome = 'interrupted'
           and (firing > settled_to or firing > $2)",
    )
    .bind(job)
    .bind(Timestamp(now))
    .one(connection, "runs of jobs")
    .await?;
    Ok(attempts)
}

async fn take_hold(
    connection: &mut Connection,
    job: JobName,
    hold: Hold<'_>,
) -> Result<(), StoreError> {
    query("update jobs set holder = $2, held_until = $3 where name = $1")
        .bind(job)
        .bind(hold.holder)
        .bind(Timestamp(hold.until))
        .run(connection, "a job")
        .await?;
    Ok(())
}

async fn insert_run(
    connection: &mut Connection,
    job: JobName,
    call: &Call,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let number: i64 = query_scalar("select coalesce(max(number), 0) + 1 from job_runs")
        .one(&mut *connection, "runs of jobs")
        .await?;
    query(
        "insert into job_runs (number, job, occasion, firing, missed, holder, started_at, outcome,
                               detail, actor)
         values ($1, $2, $3, $4, $5, $6, $7, 'processing', '', $8)",
    )
    .bind(number)
    .bind(job)
    .bind(call.occasion)
    .bind(call.firing.map(Timestamp))
    .bind(Count(call.missed))
    .bind(holder)
    .bind(Timestamp(now))
    .bind(call.actor.as_ref())
    .run(connection, "a run of a job")
    .await?;
    Ok(number)
}
