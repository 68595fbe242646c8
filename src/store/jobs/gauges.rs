//! What the metrics say of the database: counts, never a project.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::messages::outage::Outage;
use crate::domain::portfolio::import::Dataset;
use crate::domain::rules::verdict::Verdict;
use crate::store::cycles::verdict_pages;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Count, Json, Timestamp};
use crate::store::outbox::{outages, waits};

/// Counts as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseGauges {
    pub alerts: BTreeMap<(AlertState, Level), u64>,
    /// Those that stand on what was last known.
    pub stale_alerts: u64,
    /// By the last time that something was imported.
    pub datasets: BTreeMap<Dataset, DateTime<Utc>>,
    /// Since the beginning.
    pub rows_set_aside: u64,
    pub bytes: u64,
    pub outbox: Vec<ChannelGauge>,
    pub failures: Vec<FailureGauge>,
    /// Of channels that are down.
    pub outages: Vec<Outage>,
    /// Since when the notice that has waited the longest could have left.
    pub oldest_due: Option<DateTime<Utc>>,
}

/// The notices of one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelGauge {
    pub lane: String,
    pub waiting: u64,
    pub delivered: u64,
    pub dead: u64,
    /// Of all of them, those that went through included, and those that count against none.
    pub attempts: u64,
}

/// Attempts that came to nothing, since the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGauge {
    pub lane: String,
    pub reason: String,
    pub failed: u64,
}

/// What one rule said in one cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTally {
    pub rule: RuleId,
    pub clear: u64,
    /// From `Watch`.
    pub fired: u64,
    pub unknown: u64,
    pub failed: u64,
}

const FILE_SIZE: &str = "select page_count * page_size from pragma_page_count, pragma_page_size";
const SERVER_SIZE: &str = "select pg_database_size(current_database())";

impl Store {
    pub async fn gauges(&self, now: DateTime<Utc>) -> Result<DatabaseGauges, StoreError> {
        self.check_whole("counts of the database")?;
        let mut transaction = self.begin_read().await?;
        let (alerts, stale_alerts) = alerts(&mut transaction).await?;
        let datasets = datasets(&mut transaction, now).await?;
        let Count(rows_set_aside) =
            query_scalar("select cast(coalesce(sum(rows_set_aside), 0) as bigint) from imports")
                .one(&mut *transaction, "imports")
                .await?;
        let size = if transaction.is_postgres() { SERVER_SIZE } else { FILE_SIZE };
        let Count(bytes) = query_scalar(size).one(&mut *transaction, "the database's size").await?;
        let (outbox, oldest_due) = outbox(&mut transaction, now).await?;
        Ok(DatabaseGauges {
            outbox,
            failures: failures(&mut transaction).await?,
            outages: outages::under_way(&mut transaction).await?,
            oldest_due,
            alerts,
            stale_alerts,
            datasets,
            rows_set_aside,
            bytes,
        })
    }

    /// By the last time that something was imported.
    pub async fn last_imports(
        &self,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<Dataset, DateTime<Utc>>, StoreError> {
        self.check_whole("the age of files")?;
        datasets(&mut *self.begin_read().await?, now).await
    }

    /// By rule, without reading what verdicts rest on. Empty for a cycle committed before verdicts were stored
    /// by pages.
    pub async fn rule_tallies(&self, cycle: CycleNumber) -> Result<Vec<RuleTally>, StoreError> {
        self.check_whole("counts of verdicts")?;
        let rows: Vec<(RuleId, String, Json<Vec<Verdict>>)> = query_as(
            "select rule, outcomes, others
             from verdicts join verdict_pages on fingerprint = verdicts
             where cycle = $1 order by position",
        )
        .bind(cycle)
        .all(self.readers()?, "verdicts")
        .await?;
        let mut tallies: Vec<RuleTally> = Vec::new();
        for (rule, outcomes, Json(others)) in rows {
            if tallies.last().is_none_or(|last| last.rule != rule) {
                tallies.push(RuleTally::of(rule));
            }
            let Some(tally) = tallies.last_mut() else { continue };
            for letter in outcomes.chars() {
                tally.add(verdict_pages::verdict(letter, &others).as_ref());
            }
        }
        Ok(tallies)
    }
}

impl RuleTally {
    fn of(rule: RuleId) -> Self {
        Self { rule, clear: 0, fired: 0, unknown: 0, failed: 0 }
    }

    fn add(&mut self, verdict: Option<&Verdict>) {
        match verdict {
            Some(Verdict::Level { level: Level::Clear }) => self.clear += 1,
            Some(Verdict::Level { .. }) => self.fired += 1,
            Some(Verdict::Unknown { .. }) => self.unknown += 1,
            Some(Verdict::Failed { .. }) | None => self.failed += 1,
        }
    }
}

async fn alerts(
    connection: &mut Connection,
) -> Result<(BTreeMap<(AlertState, Level), u64>, u64), StoreError> {
    let rows: Vec<(AlertState, Level, bool, Count)> =
        query_as("select state, level, stale, count(*) from alerts group by state, level, stale")
            .all(connection, "alerts")
            .await?;
    let mut counts = BTreeMap::new();
    let mut stale_alerts = 0;
    for (state, level, stale, Count(count)) in rows {
        *counts.entry((state, level)).or_insert(0) += count;
        if stale && matches!(state, AlertState::Pending | AlertState::Open) {
            stale_alerts += count;
        }
    }
    Ok((counts, stale_alerts))
}

/// An import that a clock which was ahead dated says nothing of how old the data are.
async fn datasets(
    connection: &mut Connection,
    now: DateTime<Utc>,
) -> Result<BTreeMap<Dataset, DateTime<Utc>>, StoreError> {
    let rows: Vec<(Dataset, Timestamp)> = query_as(
        "select dataset, max(imported_at)
         from imports join import_states on import_states.import = imports.number
         where imported_at <= $1 and state = 'in_use' group by dataset",
    )
    .bind(Timestamp(waits::latest(now)))
    .all(connection, "imports")
    .await?;
    Ok(rows.into_iter().map(|(dataset, Timestamp(at))| (dataset, at)).collect())
}

async fn failures(connection: &mut Connection) -> Result<Vec<FailureGauge>, StoreError> {
    let rows: Vec<(String, String, Count)> =
        query_as("select lane, reason, failed from delivery_failures order by lane, reason")
            .all(connection, "failures of notices")
            .await?;
    let gauge = |(lane, reason, Count(failed))| FailureGauge { lane, reason, failed };
    Ok(rows.into_iter().map(gauge).collect())
}

async fn outbox(
    connection: &mut Connection,
    now: DateTime<Utc>,
) -> Result<(Vec<ChannelGauge>, Option<DateTime<Utc>>), StoreError> {
    let lanes = query_as(
        "select lane, sum(case state when 'waiting' then 1 else 0 end) as waiting,
                sum(case state when 'delivered' then 1 else 0 end) as delivered,
                sum(case when state = 'dead' and withdrawn_at is null then 1 else 0 end) as dead,
                cast(sum(attempts)
                       + coalesce((select sum(spared) from delivery_failures
                                   where delivery_failures.lane = notices.lane), 0)
                     as bigint) as attempts
         from notices group by lane order by lane",
    )
    .all(&mut *connection, "notices")
    .await?;
    let oldest: Option<Timestamp> = query_scalar(
        "select min(not_before) from notices where state = 'waiting' and not_before <= $1",
    )
    .bind(Timestamp(now))
    .one(connection, "notices")
    .await?;
    Ok((lanes, oldest.map(|Timestamp(at)| at)))
}

impl FromRow for ChannelGauge {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            lane: row.try_get("lane")?,
            waiting: row.count("waiting")?,
            delivered: row.count("delivered")?,
            dead: row.count("dead")?,
            attempts: row.count("attempts")?,
        })
    }
}
