//! The list of imports, and what was said of each file when it was read.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::SqliteConnection;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::filed::replacements;
use super::filed::to_dataset;
use super::identity;
use super::imports::ImportReport;
use super::imports::ImportSummary;
use super::kept;
use super::scope::Visible;
use crate::domain::ids::ImportNumber;
use crate::domain::import::SightingKind;

impl Store {
    /// Every import, in order; where only some projects are shown, those that speak of one, with as
    /// many rows as speak of them.
    pub async fn imports(&self) -> Result<Vec<ImportSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let links = identity::links(&mut transaction, i64::MAX).await?;
        let replacements = replacements(&mut transaction, &visible, &links).await?;
        let mut rows: Vec<SummaryRow> = sqlx::query_as(
            "select number, file, dataset, edition, profile, imported_at, rows_kept, rows_set_aside
             from imports order by number",
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("imports"))?;
        if let Some(told) = rows_told(&mut transaction, &visible).await? {
            rows.retain_mut(|row| row.narrow(&told));
        }
        let shown: BTreeSet<ImportNumber> =
            rows.iter().map(|row| ImportNumber(row.number)).collect();
        let other = |others: &BTreeMap<ImportNumber, ImportNumber>, number| {
            others.get(&number).copied().filter(|other| shown.contains(other))
        };
        rows.into_iter()
            .map(|row| {
                let number = ImportNumber(row.number);
                Ok(ImportSummary {
                    replaces: other(&replacements.replaces, number),
                    replaced_by: other(&replacements.replaced_by, number),
                    ..row.into_summary()?
                })
            })
            .collect()
    }

    /// Rows set aside are of no project, and shown to those who see the whole State.
    pub async fn import_report(
        &self,
        number: ImportNumber,
    ) -> Result<Option<ImportReport>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let told = rows_told(&mut transaction, &visible).await?;
        let row: Option<(String, String, String, String)> = sqlx::query_as(
            "select profile_reason, set_aside, withheld, sightings from imports where number = $1",
        )
        .bind(number.0)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(reading("an import"))?;
        let row = row.filter(|_| told.as_ref().is_none_or(|told| told.contains_key(&number)));
        row.map(|(profile_reason, set_aside, withheld, sightings)| {
            let report = ImportReport {
                profile_reason,
                set_aside: kept::to_json("imports.set_aside", &set_aside)?,
                withheld: kept::to_json("imports.withheld", &withheld)?,
                sightings: kept::to_json("imports.sightings", &sightings)?,
            };
            Ok(if visible.is_all() { report } else { narrowed(report, &visible) })
        })
        .transpose()
    }
}

/// By import, how many rows speak of what is visible; `None` when everything is.
async fn rows_told(
    connection: &mut SqliteConnection,
    visible: &Visible,
) -> Result<Option<BTreeMap<ImportNumber, i64>>, StoreError> {
    let Some(ids) = visible.ids() else { return Ok(None) };
    let mut told: BTreeMap<ImportNumber, i64> = BTreeMap::new();
    for some in kept::chunks(&ids) {
        for table in ["snapshots", "follow_up"] {
            let mut statement = QueryBuilder::<Sqlite>::new("select import, count(*) from ");
            statement.push(table).push(" where project in (");
            let mut projects = statement.separated(", ");
            for id in some {
                projects.push_bind(id.as_str());
            }
            statement.push(") group by import");
            add(connection, &mut told, statement).await?;
        }
    }
    for ministry in visible.ministries() {
        let mut statement = QueryBuilder::<Sqlite>::new("select import, count(*) from follow_up ");
        statement.push("where ministry = ").push_bind(ministry.as_str()).push(" group by import");
        add(connection, &mut told, statement).await?;
    }
    Ok(Some(told))
}

async fn add(
    connection: &mut SqliteConnection,
    told: &mut BTreeMap<ImportNumber, i64>,
    mut statement: QueryBuilder<Sqlite>,
) -> Result<(), StoreError> {
    let rows: Vec<(i64, i64)> = statement
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(reading("what imports speak of"))?;
    for (import, count) in rows {
        *told.entry(ImportNumber(import)).or_default() += count;
    }
    Ok(())
}

/// What a report says of visible projects. One that resembles another's is merely new.
fn narrowed(report: ImportReport, visible: &Visible) -> ImportReport {
    let ImportReport { profile_reason, set_aside: _, mut withheld, mut sightings } = report;
    withheld.retain(|figure| visible.project(&figure.project));
    sightings.retain(|sighting| visible.project(&sighting.project));
    for sighting in &mut sightings {
        let SightingKind::Resembles { project, .. } = &sighting.kind else { continue };
        if !visible.project(project) {
            sighting.kind = SightingKind::New;
        }
    }
    ImportReport { profile_reason, set_aside: vec![], withheld, sightings }
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
    /// Counts what is visible; says whether anything is.
    fn narrow(&mut self, told: &BTreeMap<ImportNumber, i64>) -> bool {
        let count = told.get(&ImportNumber(self.number));
        (self.rows_kept, self.rows_set_aside) = (count.copied().unwrap_or_default(), 0);
        count.is_some()
    }

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
