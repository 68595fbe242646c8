//! The list of imports, and what was said of each file when it was read.

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::filed::replacements;
use super::filed::to_dataset;
use super::identity;
use super::imports::ImportReport;
use super::imports::ImportSummary;
use super::kept;
use crate::domain::ids::ImportNumber;

impl Store {
    /// Every import, in order.
    pub async fn imports(&self) -> Result<Vec<ImportSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let links = identity::links(&mut transaction, i64::MAX).await?;
        let replacements = replacements(&mut transaction, &links).await?;
        let rows: Vec<SummaryRow> = sqlx::query_as(
            "select number, file, dataset, edition, profile, imported_at, rows_kept, rows_set_aside
             from imports order by number",
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("imports"))?;
        rows.into_iter()
            .map(|row| {
                let number = ImportNumber(row.number);
                Ok(ImportSummary {
                    replaces: replacements.replaces.get(&number).copied(),
                    replaced_by: replacements.replaced_by.get(&number).copied(),
                    ..row.into_summary()?
                })
            })
            .collect()
    }

    pub async fn import_report(
        &self,
        number: ImportNumber,
    ) -> Result<Option<ImportReport>, StoreError> {
        let row: Option<(String, String, String, String)> = sqlx::query_as(
            "select profile_reason, set_aside, withheld, sightings from imports where number = $1",
        )
        .bind(number.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(reading("an import"))?;
        row.map(|(profile_reason, set_aside, withheld, sightings)| {
            Ok(ImportReport {
                profile_reason,
                set_aside: kept::to_json("imports.set_aside", &set_aside)?,
                withheld: kept::to_json("imports.withheld", &withheld)?,
                sightings: kept::to_json("imports.sightings", &sightings)?,
            })
        })
        .transpose()
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    number: i64,
    file: String,
    dataset: String,
    edition: String,
    profile: String,
    imported_at: String,
    rows_kept: i64,
    rows_set_aside: i64,
}

impl SummaryRow {
    fn into_summary(self) -> Result<ImportSummary, StoreError> {
        Ok(ImportSummary {
            number: ImportNumber(self.number),
            file: self.file,
            dataset: to_dataset(&self.dataset)?,
            edition: kept::to_edition("imports.edition", &self.edition)?,
            profile: self.profile,
            imported_at: kept::to_instant("imports.imported_at", self.imported_at)?,
            rows_kept: kept::to_u64("imports.rows_kept", self.rows_kept)?,
            set_aside_count: kept::to_u64("imports.rows_set_aside", self.rows_set_aside)?,
            replaces: None,
            replaced_by: None,
        })
    }
}
