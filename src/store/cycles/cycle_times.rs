//! How long the phases of a cycle took: written with it, read by the metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::ids::CycleNumber;
use crate::domain::operation::cycle::CyclePhase;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::Count;

impl Store {
    /// How long each phase of a cycle took; empty for cycles committed before this was recorded.
    pub async fn cycle_times(
        &self,
        cycle: CycleNumber,
    ) -> Result<BTreeMap<CyclePhase, Duration>, StoreError> {
        self.check_whole("how long a cycle took")?;
        let rows: Vec<(CyclePhase, Count)> =
            query_as("select phase, microseconds from cycle_times where cycle = $1")
                .bind(cycle)
                .all(self.readers()?, "how long a cycle took")
                .await?;
        let time = |(phase, Count(micros))| (phase, Duration::from_micros(micros));
        Ok(rows.into_iter().map(time).collect())
    }
}

/// `write` is how long the transaction has lasted when it has but to be committed.
pub(in crate::store) async fn insert(
    connection: &mut Connection,
    cycle: CycleNumber,
    times: &BTreeMap<CyclePhase, Duration>,
    write: Duration,
) -> Result<(), StoreError> {
    let all = times.iter().map(|(phase, time)| (*phase, *time)).chain([(CyclePhase::Write, write)]);
    for (phase, time) in all {
        query("insert into cycle_times (cycle, phase, microseconds) values ($1, $2, $3)")
            .bind(cycle)
            .bind(phase)
            .bind(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
            .run(&mut *connection, "how long a cycle took")
            .await?;
    }
    Ok(())
}
