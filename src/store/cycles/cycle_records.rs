//! Cycles: committing one whole, and reading back what was committed.

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, Utc};
use sqlx::error::DatabaseError;

use super::{cycle_times, verdicts, void};
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::Outgoing;
use crate::domain::operation::cycle::{
    CycleCounts, CycleInputs, CycleRecord, CycleSummary, CycleVoid,
};
use crate::store::alerts::{alert_records, handling, silences};
use crate::store::audit::audit_records;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Builder, query, query_scalar};
use crate::store::db::sql_types::{Columns, Count, Date, Json, Timestamp};
use crate::store::db::visibility::Visible;
use crate::store::missions::mission_records;
use crate::store::outbox::outgoing;
use crate::store::rules::catalogues;

const SELECT: &str = "select number, as_of, edition, last_import, last_link, last_review, \
                      last_confirmation, last_exit, last_succession, last_campaign, data, catalogue, engine, started_at, \
                      figures, judged, \
                      fired, unknown, failed, voided_at, \
                      voided_by, voided_reason from cycles ";

impl Store {
    /// The cycle, its verdicts, what it did to alerts and missions, what it says: one transaction.
    ///
    /// A cycle decides on the alerts that the one before it left. When another cycle took its number
    /// meanwhile, or the one before it was made void, nothing is written and the caller may start again.
    ///
    /// # Errors
    ///
    /// Another cycle took the number, the cycle before it was made void meanwhile, or a figure is not finite.
    pub async fn commit_cycle(&self, record: &CycleRecord) -> Result<(), StoreError> {
        self.check_whole("a cycle")?;
        let mut transaction = self.begin_write().await?;
        let began = Instant::now();
        if void::last_standing(&mut transaction).await? != record.follows {
            return Err(StoreError::CycleTaken { number: record.number });
        }
        let catalogue = &record.inputs.catalogue;
        catalogues::keep(&mut transaction, catalogue, &record.catalogue_texts).await?;
        insert(&mut transaction, record).await?;
        verdicts::insert(&mut transaction, record.number, &record.verdicts).await?;
        alert_records::apply(&mut transaction, record.number, &record.alert_changes).await?;
        let origin =
            mission_records::ChangeOrigin { cycle: Some(record.number), at: record.started_at };
        mission_records::apply(&mut transaction, origin, &record.mission_changes).await?;
        let told_in = (record.number, record.started_at);
        outgoing::apply(&mut transaction, &record.outgoing, told_in).await?;
        audit_records::of_cycle(&mut transaction, record).await?;
        silences::apply(&mut transaction, record).await?;
        handling::follow(&mut transaction, record).await?;
        let number = record.number;
        cycle_times::insert(&mut transaction, number, &record.times, began.elapsed()).await?;
        end(transaction).await
    }

    /// What is said between two cycles; nothing, and `false`, when `last` is the last cycle no more.
    pub async fn commit_outgoing(
        &self,
        outgoing: &Outgoing,
        last: CycleNumber,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.check_whole("what is said to everybody")?;
        let mut transaction = self.begin_write().await?;
        if void::last_standing(&mut transaction).await? != Some(last) {
            return Ok(false);
        }
        outgoing::apply(&mut transaction, outgoing, (last, now)).await?;
        end(transaction).await?;
        Ok(true)
    }

    pub async fn next_cycle_number(&self) -> Result<CycleNumber, StoreError> {
        self.check_whole("a cycle")?;
        query_scalar("select coalesce(max(number), 0) + 1 from cycles")
            .one(self.readers()?, "cycles")
            .await
    }

    /// The last cycle that was not made void, on which all that comes after rests. A void one is passed
    /// over, as if it had never been committed.
    pub async fn last_cycle(&self) -> Result<Option<CycleSummary>, StoreError> {
        self.last_cycle_before(CycleNumber(i64::MAX)).await
    }

    /// The last cycle before this one that was not made void. Only the last cycle can be made void, so those before
    /// it that are void were so when it ran.
    pub async fn last_cycle_before(
        &self,
        before: CycleNumber,
    ) -> Result<Option<CycleSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut statement = Builder::new(SELECT);
        statement.push("where voided_at is null and number < ").push_bind(before);
        statement.push(" order by number desc limit 1");
        let statement = statement.query_as();
        let cycle = statement.optional(&mut *transaction, "the last cycle").await?;
        Ok(cycle.map(|cycle| shown(cycle, &visible)))
    }

    /// Newest first, void ones included.
    pub async fn cycles(&self, limit: u32) -> Result<Vec<CycleSummary>, StoreError> {
        self.cycles_before(CycleNumber(i64::MAX), limit).await
    }

    /// Newest first, void ones included.
    pub async fn cycles_before(
        &self,
        before: CycleNumber,
        limit: u32,
    ) -> Result<Vec<CycleSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut statement = Builder::new(SELECT);
        statement.push("where number < ").push_bind(before);
        statement.push(" order by number desc limit ").push_bind(limit);
        let statement = statement.query_as();
        let cycles = statement.all(&mut *transaction, "cycles").await?;
        Ok(cycles.into_iter().map(|cycle| shown(cycle, &visible)).collect())
    }

    pub async fn cycle(&self, number: CycleNumber) -> Result<Option<CycleSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut statement = Builder::new(SELECT);
        statement.push("where number = ").push_bind(number);
        let statement = statement.query_as();
        let cycle = statement.optional(&mut *transaction, "a cycle").await?;
        Ok(cycle.map(|cycle| shown(cycle, &visible)))
    }
}

async fn insert(connection: &mut Connection, record: &CycleRecord) -> Result<(), StoreError> {
    let CycleRecord { number, inputs, started_at, figures, verdicts, .. } = record;
    if let Some((field, found)) = figures.iter().find(|(_, figure)| !figure.is_finite()) {
        return Err(StoreError::Figure { field: field.clone(), found: *found });
    }
    let counts = CycleCounts::of(verdicts);
    query(
        "insert into cycles (number, as_of, edition, last_import, last_link, data, catalogue,
                             started_at, figures, judged, fired, unknown, failed, last_review,
                             last_confirmation, engine, last_exit, last_succession,
                             last_campaign)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                 $18, $19)",
    )
    .bind(number)
    .bind(Date(inputs.as_of))
    .bind(inputs.edition)
    .bind(inputs.last_import)
    .bind(inputs.last_link)
    .bind(&inputs.data)
    .bind(&inputs.catalogue)
    .bind(Timestamp(*started_at))
    .bind(Json(figures))
    .bind(Count(counts.judged))
    .bind(Count(counts.fired))
    .bind(Count(counts.unknown))
    .bind(Count(counts.failed))
    .bind(inputs.last_review)
    .bind(inputs.last_confirmation)
    .bind(i64::from(inputs.engine))
    .bind(inputs.last_exit)
    .bind(inputs.last_succession)
    .bind(inputs.last_campaign)
    .run(connection, "a cycle")
    .await
    .map_err(|error| taken(*number, error))?;
    Ok(())
}

fn taken(number: CycleNumber, error: StoreError) -> StoreError {
    let StoreError::Write { source, .. } = &error else { return error };
    let is_taken = source.as_database_error().is_some_and(DatabaseError::is_unique_violation);
    if is_taken { StoreError::CycleTaken { number } } else { error }
}

/// The figures and counts of a cycle are those of the whole State: others are shown none of them.
fn shown(cycle: CycleSummary, visible: &Visible) -> CycleSummary {
    if visible.is_all() {
        return cycle;
    }
    let voided = cycle.voided.map(|void| {
        let reason = if visible.words(&void.reason) { void.reason } else { String::new() };
        CycleVoid { reason, ..void }
    });
    CycleSummary { figures: BTreeMap::new(), counts: None, voided, ..cycle }
}

impl FromRow for CycleSummary {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let voided_at = row.optional_instant("voided_at")?;
        let voided_by: Option<Actor> = row.try_get("voided_by")?;
        let reason: Option<String> = row.try_get("voided_reason")?;
        let reason = reason.unwrap_or_default();
        Ok(Self {
            number: row.try_get("number")?,
            inputs: CycleInputs {
                as_of: row.day("as_of")?,
                edition: row.try_get("edition")?,
                last_import: row.try_get("last_import")?,
                last_link: row.try_get("last_link")?,
                last_review: row.try_get("last_review")?,
                last_confirmation: row.try_get("last_confirmation")?,
                last_exit: row.try_get("last_exit")?,
                last_succession: row.try_get("last_succession")?,
                last_campaign: row.try_get("last_campaign")?,
                data: row.try_get("data")?,
                catalogue: row.try_get("catalogue")?,
                engine: row.small_count("engine")?,
            },
            started_at: row.instant("started_at")?,
            figures: row.json("figures")?,
            counts: Some(CycleCounts {
                judged: row.count("judged")?,
                fired: row.count("fired")?,
                unknown: row.count("unknown")?,
                failed: row.count("failed")?,
            }),
            voided: voided_at.zip(voided_by).map(|(at, by)| CycleVoid { at, by, reason }),
        })
    }
}
