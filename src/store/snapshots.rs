//! Snapshots: one row for each project of each panorama file.

use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::error::StoreError;
use super::error::reading;
use super::identity::Links;
use super::kept;
use crate::domain::edition::EditionId;
use crate::domain::ids::ImportNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::snapshot::Phase;
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Reported;

/// Project and name, as imported, in the order of the file.
pub(super) async fn names(
    connection: &mut SqliteConnection,
    import: ImportNumber,
) -> Result<Vec<(ProjectId, String)>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select project, name from snapshots where import = $1 order by file_row")
            .bind(import.0)
            .fetch_all(connection)
            .await
            .map_err(reading("snapshots"))?;
    Ok(rows.into_iter().map(|(project, name)| (ProjectId::new(project), name)).collect())
}

/// By project, links applied.
pub(super) async fn of_import(
    connection: &mut SqliteConnection,
    import: ImportNumber,
    edition: EditionId,
    links: &Links,
) -> Result<Vec<Snapshot>, StoreError> {
    let rows: Vec<SnapshotRow> = sqlx::query_as(
        "select project, name, ministry, ministry_label, phase_state, phase, start_state, start_on,
                duration_state, duration_months, cost_state, cost_meur, inter_ministerial,
                functional_zone, programme, description, withheld_reason, file_row
         from snapshots where import = $1",
    )
    .bind(import.0)
    .fetch_all(connection)
    .await
    .map_err(reading("snapshots"))?;
    let snapshots: Result<Vec<Snapshot>, StoreError> =
        rows.into_iter().map(|row| row.into_snapshot(edition)).collect();
    resolved(snapshots?, links)
}

/// Links applied, by project. One edition gives a project one snapshot, or none.
pub(super) fn resolved(
    mut snapshots: Vec<Snapshot>,
    links: &Links,
) -> Result<Vec<Snapshot>, StoreError> {
    for snapshot in &mut snapshots {
        snapshot.project = links.resolve(&snapshot.project).clone();
    }
    snapshots.sort_by(|a, b| (&a.project, a.row).cmp(&(&b.project, b.row)));
    let twice =
        snapshots.iter().zip(snapshots.iter().skip(1)).find(|(a, b)| a.project == b.project);
    match twice {
        None => Ok(snapshots),
        Some((first, second)) => Err(StoreError::TwoSnapshots {
            edition: first.edition,
            project: first.project.clone(),
            first: first.name.clone(),
            second: second.name.clone(),
        }),
    }
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    import: ImportNumber,
    snapshots: &[Snapshot],
) -> Result<(), StoreError> {
    let head = "insert into snapshots (import, project, name, ministry, ministry_label, \
                phase_state, phase, start_state, start_on, duration_state, duration_months, \
                cost_state, cost_meur, inter_ministerial, functional_zone, programme, \
                description, withheld_reason, file_row) ";
    let bind = |row: Separated<'_, _, _>, snapshot: &Snapshot| bind(row, import, snapshot);
    kept::insert(connection, "snapshots", (head, ""), snapshots, bind).await
}

fn bind(
    mut row: Separated<'_, sqlx::Sqlite, &'static str>,
    import: ImportNumber,
    snapshot: &Snapshot,
) {
    row.push_bind(import.0);
    row.push_bind(snapshot.project.as_str());
    row.push_bind(snapshot.name.as_str());
    row.push_bind(snapshot.ministry.as_str());
    row.push_bind(snapshot.ministry_label.as_str());
    row.push_bind(state(&snapshot.phase));
    row.push_bind(snapshot.phase.given().map(|phase| phase.word()));
    row.push_bind(state(&snapshot.start_on));
    row.push_bind(snapshot.start_on.given().map(ToString::to_string));
    row.push_bind(state(&snapshot.duration_months));
    row.push_bind(snapshot.duration_months.given().copied());
    row.push_bind(state(&snapshot.cost_meur));
    row.push_bind(snapshot.cost_meur.given().copied());
    row.push_bind(snapshot.inter_ministerial);
    row.push_bind(snapshot.functional_zone.as_deref());
    row.push_bind(snapshot.programme.as_deref());
    row.push_bind(snapshot.description.as_deref());
    row.push_bind(snapshot.withheld_reason.as_deref());
    row.push_bind(i64::from(snapshot.row));
}

fn state<T>(figure: &Reported<T>) -> &'static str {
    match figure {
        Reported::Given(_) => "given",
        Reported::Missing => "missing",
        Reported::Withheld => "withheld",
    }
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
            .map(|word| kept::to_word("snapshots.phase", &word, "a phase", Phase::from_word))
            .transpose()?;
        let start_on =
            self.start_on.map(|date| kept::to_date("snapshots.start_on", &date)).transpose()?;
        Ok(Snapshot {
            project: ProjectId::new(self.project),
            edition,
            name: self.name,
            ministry: MinistryCode::new(self.ministry),
            ministry_label: self.ministry_label,
            phase: figure("snapshots.phase_state", &self.phase_state, phase)?,
            start_on: figure("snapshots.start_state", &self.start_state, start_on)?,
            duration_months: figure(
                "snapshots.duration_state",
                &self.duration_state,
                self.duration_months,
            )?,
            cost_meur: figure("snapshots.cost_state", &self.cost_state, self.cost_meur)?,
            inter_ministerial: self.inter_ministerial,
            functional_zone: self.functional_zone,
            programme: self.programme,
            description: self.description,
            withheld_reason: self.withheld_reason,
            row: kept::to_u32("snapshots.file_row", self.file_row)?,
        })
    }
}
