//! Snapshots of the imports that were recorded before they were kept by pages: a row for each.

use sqlx::SqliteConnection;

use super::error::StoreError;
use super::error::reading;
use super::kept;
use crate::domain::edition::EditionId;
use crate::domain::ids::ImportNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::snapshot::Phase;
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Reported;

pub(super) async fn of_import(
    connection: &mut SqliteConnection,
    import: ImportNumber,
    edition: EditionId,
) -> Result<Vec<Snapshot>, StoreError> {
    let rows: Vec<SnapshotRow> = sqlx::query_as(
        "select project, name, ministry, ministry_label, phase_state, phase, start_state, start_on,
                duration_state, duration_months, cost_state, cost_meur, inter_ministerial,
                functional_zone, programme, description, withheld_reason, file_row
         from snapshot_rows where import = $1",
    )
    .bind(import.0)
    .fetch_all(connection)
    .await
    .map_err(reading("snapshots"))?;
    rows.into_iter().map(|row| row.into_snapshot(edition)).collect()
}

fn figure<T>(
    column: &'static str,
    state: &str,
    value: Option<T>,
) -> Result<Reported<T>, StoreError> {
    kept::to_word(column, state, "a state and its value", |state| match (state, value) {
        ("given", Some(value)) => Some(Reported::Given(value)),
        ("missing", None) => Some(Reported::Missing),
        ("withheld", None) => Some(Reported::Withheld),
        _ => None,
    })
}

#[derive(sqlx::FromRow)]
struct SnapshotRow {
    project: String,
    name: String,
    ministry: String,
    ministry_label: String,
    phase_state: String,
    phase: Option<String>,
    start_state: String,
    start_on: Option<String>,
    duration_state: String,
    duration_months: Option<f64>,
    cost_state: String,
    cost_meur: Option<f64>,
    inter_ministerial: Option<bool>,
    functional_zone: Option<String>,
    programme: Option<String>,
    description: Option<String>,
    withheld_reason: Option<String>,
    file_row: i64,
}

impl SnapshotRow {
    fn into_snapshot(self, edition: EditionId) -> Result<Snapshot, StoreError> {
        let phase = self
            .phase
            .map(|word| {
                kept::to_word("snapshot_rows.phase", &word, "a phase", |text| {
                    text.parse::<Phase>().ok()
                })
            })
            .transpose()?;
        let start_on =
            self.start_on.map(|date| kept::to_date("snapshot_rows.start_on", &date)).transpose()?;
        Ok(Snapshot {
            project: ProjectId::new(self.project),
            edition,
            name: self.name,
            ministry: MinistryCode::new(self.ministry),
            ministry_label: self.ministry_label,
            phase: figure("snapshot_rows.phase_state", &self.phase_state, phase)?,
            start_on: figure("snapshot_rows.start_state", &self.start_state, start_on)?,
            duration_months: figure(
                "snapshot_rows.duration_state",
                &self.duration_state,
                self.duration_months,
            )?,
            cost_meur: figure("snapshot_rows.cost_state", &self.cost_state, self.cost_meur)?,
            inter_ministerial: self.inter_ministerial,
            functional_zone: self.functional_zone,
            programme: self.programme,
            description: self.description,
            withheld_reason: self.withheld_reason,
            row: kept::to_u32("snapshot_rows.file_row", self.file_row)?,
        })
    }
}
