//! How long the phases of a cycle took: written with it, read by the metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::SqliteConnection;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use crate::domain::cycle::CyclePhase;
use crate::domain::ids::CycleNumber;

impl Store {
    /// Empty for a cycle of before they were kept.
    pub async fn cycle_times(
        &self,
        cycle: CycleNumber,
    ) -> Result<BTreeMap<CyclePhase, Duration>, StoreError> {
        self.check_whole("how long a cycle took")?;
        let rows: Vec<(String, i64)> =
            sqlx::query_as("select phase, microseconds from cycle_times where cycle = $1")
                .bind(cycle.0)
                .fetch_all(self.readers()?)
                .await
                .map_err(reading("how long a cycle took"))?;
        rows.into_iter()
            .map(|(phase, microseconds)| {
                let phase = kept::to_word("cycle_times.phase", &phase, "a phase", |text| {
                    text.parse::<CyclePhase>().ok()
                })?;
                let microseconds = kept::to_u64("cycle_times.microseconds", microseconds)?;
                Ok((phase, Duration::from_micros(microseconds)))
            })
            .collect()
    }
}

/// `write` is how long the transaction has lasted when it has but to be committed.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    times: &BTreeMap<CyclePhase, Duration>,
    write: Duration,
) -> Result<(), StoreError> {
    let all = times.iter().map(|(phase, time)| (*phase, *time)).chain([(CyclePhase::Write, write)]);
    for (phase, time) in all {
        sqlx::query("insert into cycle_times (cycle, phase, microseconds) values ($1, $2, $3)")
            .bind(cycle.0)
            .bind(phase.as_str())
            .bind(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await
            .map_err(writing("how long a cycle took"))?;
    }
    Ok(())
}
