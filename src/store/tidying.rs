//! Removing what no longer serves, and the upkeep of the database's file.

use chrono::DateTime;
use chrono::Utc;

use super::Store;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;

/// What was tidied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tidied {
    /// Runs of jobs that were removed.
    pub runs: u64,
    /// Whether the whole write-ahead log is back in the database's file.
    pub log_folded: bool,
}

impl Store {
    /// Forgets runs of jobs that ended before, but for the last one of each.
    pub async fn tidy(&self, before: DateTime<Utc>) -> Result<Tidied, StoreError> {
        self.check_whole("tidying")?;
        let mut transaction = self.begin_write().await?;
        let runs = sqlx::query(
            "delete from job_runs
             where ended_at < $1
               and number not in (select max(number) from job_runs group by job)",
        )
        .bind(kept::from_instant(before))
        .execute(&mut *transaction)
        .await
        .map_err(writing("runs of jobs"))?
        .rows_affected();
        end(transaction).await?;
        let mut writer = self.writer().await?;
        sqlx::query("pragma optimize")
            .execute(&mut *writer)
            .await
            .map_err(writing("the statistics of tables"))?;
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(truncate)")
            .fetch_one(&mut *writer)
            .await
            .map_err(reading("the write-ahead log"))?;
        Ok(Tidied { runs, log_folded: busy == 0 })
    }
}
