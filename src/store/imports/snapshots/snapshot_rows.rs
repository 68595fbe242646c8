//! Snapshots of the imports that were recorded before they were stored by pages: a row for each.

use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::Reported;
use crate::domain::words::UnexpectedText;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::queries::query_as;
use crate::store::db::sql_types::Columns;

pub(in crate::store) async fn of_import(
    connection: &mut Connection,
    import: ImportNumber,
    edition: EditionId,
) -> Result<Vec<Snapshot>, StoreError> {
    query_as(
        "select cast($2 as text) as edition, project, name, ministry, ministry_label,
                phase_state, phase, start_state, start_on,
                duration_state, duration_months, cost_state, cost_meur, inter_ministerial,
                functional_zone, programme, description, withheld_reason, file_row
         from snapshot_rows where import = $1",
    )
    .bind(import)
    .bind(edition)
    .all(connection, "snapshots")
    .await
}

/// A figure from two columns: its state, and its value when it was given.
fn figure<T>(
    row: &Row,
    column: &'static str,
    value: Option<T>,
) -> Result<Reported<T>, sqlx::Error> {
    let state: String = row.try_get(column)?;
    match (state.as_str(), value) {
        ("given", Some(value)) => Ok(Reported::Given(value)),
        ("missing", None) => Ok(Reported::Missing),
        ("withheld", None) => Ok(Reported::Withheld),
        (_, Some(_) | None) => Err(sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: UnexpectedText { found: state, expected: "a state and its value" }.into(),
        }),
    }
}

impl FromRow for Snapshot {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            project: row.try_get("project")?,
            edition: row.try_get("edition")?,
            name: row.try_get("name")?,
            ministry: row.try_get("ministry")?,
            ministry_label: row.try_get("ministry_label")?,
            phase: figure(row, "phase_state", row.try_get("phase")?)?,
            start_on: figure(row, "start_state", row.optional_day("start_on")?)?,
            duration_months: figure(row, "duration_state", row.try_get("duration_months")?)?,
            cost_meur: figure(row, "cost_state", row.try_get("cost_meur")?)?,
            inter_ministerial: row.try_get("inter_ministerial")?,
            functional_zone: row.try_get("functional_zone")?,
            programme: row.try_get("programme")?,
            description: row.try_get("description")?,
            withheld_reason: row.try_get("withheld_reason")?,
            row: row.small_count("file_row")?,
        })
    }
}
