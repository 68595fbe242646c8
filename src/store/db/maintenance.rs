//! Removing what no longer serves, and the upkeep of the database's file.

use chrono::{DateTime, Utc};

use super::connections::end;
use super::error::StoreError;
use super::handle::Store;
use super::queries::{query, query_as};
use super::sql_types::Timestamp;

/// What was tidied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaintenanceReport {
    /// Runs of jobs that were removed.
    pub runs: u64,
    /// Whether the whole write-ahead log is back in the database's file.
    pub log_folded: bool,
}

impl Store {
    /// Forgets runs of jobs that ended before, but for the last one of each.
    pub async fn tidy(&self, before: DateTime<Utc>) -> Result<MaintenanceReport, StoreError> {
        self.check_whole("tidying")?;
        let mut transaction = self.begin_write().await?;
        let runs = query(
            "delete from job_runs
             where ended_at < $1
               and number not in (select max(number) from job_runs group by job)",
        )
        .bind(Timestamp(before))
        .run(&mut *transaction, "runs of jobs")
        .await?;
        end(transaction).await?;
        if self.is_on_server() {
            // Its statistics and its log are the server's business.
            return Ok(MaintenanceReport { runs, log_folded: true });
        }
        let mut writer = self.writer().await?;
        query("pragma optimize").run(&mut *writer, "the statistics of tables").await?;
        let (busy, _, _): (i64, i64, i64) = query_as("pragma wal_checkpoint(truncate)")
            .one(&mut *writer, "the write-ahead log")
            .await?;
        Ok(MaintenanceReport { runs, log_folded: busy == 0 })
    }
}
