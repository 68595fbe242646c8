//! Cycles: committing one whole, and reading back what was committed.

use std::collections::BTreeMap;
use std::time::Instant;

use sqlx::SqliteConnection;
use sqlx::error::DatabaseError;

use super::Store;
use super::alerts;
use super::catalogues;
use super::connections::end;
use super::cycle_times;
use super::deeds;
use super::error::StoreError;
use super::error::reading;
use super::handling;
use super::kept;
use super::missions;
use super::outbox;
use super::scope::Visible;
use super::silences;
use super::verdicts;
use super::void;
use crate::domain::audit::Actor;
use crate::domain::cycle::CycleCounts;
use crate::domain::cycle::CycleInputs;
use crate::domain::cycle::CycleRecord;
use crate::domain::cycle::CycleSummary;
use crate::domain::cycle::CycleVoid;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::ImportNumber;

impl Store {
    /// The cycle, its verdicts, what it did to alerts and missions, what it says: one transaction.
    ///
    /// A cycle decides on the alerts that the one before it left. When another cycle took its number
    /// meanwhile, or the one before it was made void, nothing is written and the caller may start again.
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
        alerts::apply(&mut transaction, record.number, &record.alert_changes).await?;
        let origin = missions::Origin { cycle: Some(record.number), at: record.started_at };
        missions::apply(&mut transaction, origin, &record.mission_changes).await?;
        let told_in = (record.number, record.started_at);
        outbox::apply(&mut transaction, &record.outgoing, told_in).await?;
        deeds::of_cycle(&mut transaction, record).await?;
        silences::apply(&mut transaction, record).await?;
        handling::follow(&mut transaction, record).await?;
        let number = record.number;
        cycle_times::insert(&mut transaction, number, &record.times, began.elapsed()).await?;
        end(transaction).await
    }

    pub async fn next_cycle_number(&self) -> Result<CycleNumber, StoreError> {
        self.check_whole("a cycle")?;
        let last: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from cycles")
            .fetch_one(self.readers()?)
            .await
            .map_err(reading("cycles"))?;
        Ok(CycleNumber(last + 1))
    }

    /// The last one that stands: what all that comes after rests on. One that was made void is passed
    /// over, as if it had never been committed.
    pub async fn last_cycle(&self) -> Result<Option<CycleSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let row: Option<CycleRow> = sqlx::query_as(
            "select number, as_of, edition, last_import, last_link, last_review, data, catalogue,
                    started_at, figures, judged, fired, unknown, failed,
                    voided_at, voided_by, voided_reason
             from cycles where voided_at is null order by number desc limit 1",
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(reading("the last cycle"))?;
        row.map(|row| row.into_summary(&visible)).transpose()
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
        let rows: Vec<CycleRow> = sqlx::query_as(
            "select number, as_of, edition, last_import, last_link, last_review, data, catalogue,
                    started_at, figures, judged, fired, unknown, failed,
                    voided_at, voided_by, voided_reason
             from cycles where number < $1 order by number desc limit $2",
        )
        .bind(before.0)
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("cycles"))?;
        rows.into_iter().map(|row| row.into_summary(&visible)).collect()
    }

    pub async fn cycle(&self, number: CycleNumber) -> Result<Option<CycleSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let row: Option<CycleRow> = sqlx::query_as(
            "select number, as_of, edition, last_import, last_link, last_review, data, catalogue,
                    started_at, figures, judged, fired, unknown, failed,
                    voided_at, voided_by, voided_reason
             from cycles where number = $1",
        )
        .bind(number.0)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(reading("a cycle"))?;
        row.map(|row| row.into_summary(&visible)).transpose()
    }
}

async fn insert(connection: &mut SqliteConnection, record: &CycleRecord) -> Result<(), StoreError> {
    let CycleRecord { number, inputs, started_at, figures, verdicts, .. } = record;
    if let Some((field, found)) = figures.iter().find(|(_, figure)| !figure.is_finite()) {
        return Err(StoreError::Figure { field: field.clone(), found: *found });
    }
    let counts = CycleCounts::of(verdicts);
    sqlx::query(
        "insert into cycles (number, as_of, edition, last_import, last_link, data, catalogue,
                             started_at, figures, judged, fired, unknown, failed, last_review)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(number.0)
    .bind(inputs.as_of.to_string())
    .bind(inputs.edition.to_string())
    .bind(inputs.last_import.0)
    .bind(inputs.last_link)
    .bind(inputs.data.as_str())
    .bind(inputs.catalogue.as_str())
    .bind(kept::from_instant(*started_at))
    .bind(kept::from_json("figures", figures)?)
    .bind(counted(counts.judged))
    .bind(counted(counts.fired))
    .bind(counted(counts.unknown))
    .bind(counted(counts.failed))
    .bind(inputs.last_review)
    .execute(connection)
    .await
    .map_err(|source| taken(*number, source))?;
    Ok(())
}

fn counted(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn taken(number: CycleNumber, source: sqlx::Error) -> StoreError {
    let taken = source.as_database_error().is_some_and(DatabaseError::is_unique_violation);
    if taken {
        StoreError::CycleTaken { number }
    } else {
        StoreError::Write { what: "a cycle", source }
    }
}

#[derive(sqlx::FromRow)]
struct CycleRow {
    number: i64,
    as_of: String,
    edition: String,
    last_import: i64,
    last_link: i64,
    last_review: i64,
    data: String,
    catalogue: String,
    started_at: String,
    figures: String,
    judged: i64,
    fired: i64,
    unknown: i64,
    failed: i64,
    voided_at: Option<String>,
    voided_by: Option<String>,
    voided_reason: Option<String>,
}

impl CycleRow {
    /// Its figures and counts are those of the whole State, and shown with it.
    fn into_summary(self, visible: &Visible) -> Result<CycleSummary, StoreError> {
        let figures = kept::to_json("cycles.figures", &self.figures)?;
        let counts = CycleCounts {
            judged: kept::to_u64("cycles.judged", self.judged)?,
            fired: kept::to_u64("cycles.fired", self.fired)?,
            unknown: kept::to_u64("cycles.unknown", self.unknown)?,
            failed: kept::to_u64("cycles.failed", self.failed)?,
        };
        let voided = match (self.voided_at, self.voided_by) {
            (Some(at), Some(by)) => {
                let reason = self.voided_reason.unwrap_or_default();
                Some(CycleVoid {
                    at: kept::to_instant("cycles.voided_at", at)?,
                    by: Actor::from_kept(by),
                    reason: if visible.words(&reason) { reason } else { String::new() },
                })
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        Ok(CycleSummary {
            number: CycleNumber(self.number),
            inputs: CycleInputs {
                as_of: kept::to_date("cycles.as_of", &self.as_of)?,
                edition: kept::to_edition("cycles.edition", &self.edition)?,
                last_import: ImportNumber(self.last_import),
                last_link: self.last_link,
                last_review: self.last_review,
                data: Fingerprint::from_kept(self.data),
                catalogue: Fingerprint::from_kept(self.catalogue),
            },
            started_at: kept::to_instant("cycles.started_at", self.started_at)?,
            figures: if visible.is_all() { figures } else { BTreeMap::new() },
            counts: visible.is_all().then_some(counts),
            voided,
        })
    }
}
