//! Rows of follow-up files: kept as they came, under the project or ministry that they speak of.

use serde::Serialize;
use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::error::StoreError;
use super::error::reading;
use super::identity::Links;
use super::kept;
use crate::domain::ids::ImportNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::import::Dataset;
use crate::domain::import::Rows;
use crate::domain::subject::Subject;

/// One row and the project or ministry that it speaks of.
#[derive(Clone, Debug)]
pub(super) struct FollowUpRow {
    pub(super) subject: Subject,
    /// JSON of the row; the project in it is as imported, before any later link.
    pub(super) payload: String,
}

impl FollowUpRow {
    fn new(subject: Subject, row: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self { subject, payload: kept::from_json("follow-up data", row)? })
    }

    pub(super) fn resolved(self, links: &Links) -> Self {
        Self { subject: resolved(self.subject, links), payload: self.payload }
    }
}

/// Datasets of single facts; the others, panorama aside, are lists.
pub(super) fn is_facts(dataset: Dataset) -> bool {
    matches!(
        dataset,
        Dataset::Baselines
            | Dataset::Article3
            | Dataset::Questionnaire
            | Dataset::Audits
            | Dataset::Exits
    )
}

/// None for a panorama, whose snapshots are kept apart.
pub(super) fn of_rows(rows: &Rows) -> Result<Vec<FollowUpRow>, StoreError> {
    match rows {
        Rows::Panorama(_) => Ok(Vec::new()),
        Rows::Facts(rows) => by_project(rows, |row| &row.project),
        Rows::Rebaselines(rows) => by_project(rows, |row| &row.project),
        Rows::Milestones(rows) => by_project(rows, |row| &row.project),
        Rows::Contracts(rows) => by_project(rows, |row| &row.project),
        Rows::Recommendations(rows) => by_project(rows, |row| &row.project),
        Rows::DeclaredCauses(rows) => by_project(rows, |row| &row.project),
        Rows::WatchLists(rows) => by_project(rows, |row| &row.project),
        Rows::Contacts(rows) => rows
            .iter()
            .map(|row| FollowUpRow::new(Subject::Ministry(row.ministry.clone()), row))
            .collect(),
    }
}

/// In the order of the file, links applied.
pub(super) async fn of_import(
    connection: &mut SqliteConnection,
    import: ImportNumber,
    links: &Links,
) -> Result<Vec<FollowUpRow>, StoreError> {
    let rows: Vec<(Option<String>, Option<String>, String)> = sqlx::query_as(
        "select project, ministry, payload from follow_up where import = $1 order by position",
    )
    .bind(import.0)
    .fetch_all(connection)
    .await
    .map_err(reading("follow-up data"))?;
    rows.into_iter()
        .map(|(project, ministry, payload)| {
            Ok(FollowUpRow { subject: subject(project, ministry)?, payload }.resolved(links))
        })
        .collect()
}

/// Whom each follow-up import speaks of, links applied, by import.
pub(super) async fn subjects(
    connection: &mut SqliteConnection,
    links: &Links,
) -> Result<Vec<(ImportNumber, Subject)>, StoreError> {
    let rows: Vec<(i64, Option<String>, Option<String>)> =
        sqlx::query_as("select distinct import, project, ministry from follow_up order by import")
            .fetch_all(connection)
            .await
            .map_err(reading("follow-up data"))?;
    rows.into_iter()
        .map(|(import, project, ministry)| {
            Ok((ImportNumber(import), resolved(subject(project, ministry)?, links)))
        })
        .collect()
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    import: ImportNumber,
    rows: &[FollowUpRow],
) -> Result<(), StoreError> {
    let head = "insert into follow_up (import, position, project, ministry, payload) ";
    let rows: Vec<(i64, &FollowUpRow)> = kept::positioned(rows).collect();
    let bind = |mut values: Separated<'_, _, _>, (position, row): &(i64, &FollowUpRow)| {
        values.push_bind(import.0);
        values.push_bind(*position);
        values.push_bind(row.subject.project().map(ProjectId::as_str));
        values.push_bind(row.subject.ministry().map(MinistryCode::as_str));
        values.push_bind(row.payload.as_str());
    };
    kept::insert(connection, "follow-up data", (head, ""), &rows, bind).await
}

fn by_project<R: Serialize>(
    rows: &[R],
    project: impl Fn(&R) -> &ProjectId,
) -> Result<Vec<FollowUpRow>, StoreError> {
    rows.iter().map(|row| FollowUpRow::new(Subject::Project(project(row).clone()), row)).collect()
}

fn subject(project: Option<String>, ministry: Option<String>) -> Result<Subject, StoreError> {
    match (project, ministry) {
        (Some(project), None) => Ok(Subject::Project(ProjectId::new(project))),
        (None, Some(ministry)) => Ok(Subject::Ministry(MinistryCode::new(ministry))),
        (project, ministry) => Err(StoreError::Kept {
            column: "follow_up.project",
            found: format!("{project:?} and {ministry:?}"),
            expected: "a project or a ministry",
        }),
    }
}

fn resolved(subject: Subject, links: &Links) -> Subject {
    match subject {
        Subject::Project(project) => Subject::Project(links.resolve(&project).clone()),
        Subject::Ministry(_) | Subject::Portfolio => subject,
    }
}
