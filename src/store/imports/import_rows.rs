//! Rows of follow-up files: stored as they came, under the project or ministry that they speak of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::project_logs::link_log::Links;
use crate::domain::ids::{ImportNumber, MinistryCode, ProjectId};
use crate::domain::portfolio::import::ImportedRows;
use crate::domain::portfolio::subject::Subject;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{Separated, query_as};

/// One row and the project or ministry that it speaks of.
#[derive(Clone, Debug)]
pub(in crate::store) struct FollowUpRow {
    pub(in crate::store) subject: Subject,
    /// JSON of the row; the project in it is as imported, before any later link.
    pub(in crate::store) payload: String,
}

impl FollowUpRow {
    fn new(subject: Subject, row: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self { subject, payload: columns::to_json("follow-up data", row)? })
    }

    pub(in crate::store) fn resolved(self, links: &Links) -> Self {
        Self { subject: resolved(self.subject, links), payload: self.payload }
    }
}

/// The rows of a follow-up file; none for a panorama, whose snapshots are stored in their own table.
pub(in crate::store) fn of_rows(rows: &ImportedRows) -> Result<Vec<FollowUpRow>, StoreError> {
    match rows {
        ImportedRows::Panorama(_) => Ok(Vec::new()),
        ImportedRows::Facts(rows) => by_project(rows, |row| &row.project),
        ImportedRows::Rebaselines(rows) => by_project(rows, |row| &row.project),
        ImportedRows::Milestones(rows) => by_project(rows, |row| &row.project),
        ImportedRows::Contracts(rows) => by_project(rows, |row| &row.project),
        ImportedRows::Recommendations(rows) => by_project(rows, |row| &row.project),
        ImportedRows::DeclaredCauses(rows) => by_project(rows, |row| &row.project),
        ImportedRows::WatchLists(rows) => by_project(rows, |row| &row.project),
        ImportedRows::Contacts(rows) => rows
            .iter()
            .map(|row| FollowUpRow::new(Subject::Ministry(row.ministry.clone()), row))
            .collect(),
    }
}

/// In the order of the file, links applied.
pub(in crate::store) async fn of_import(
    connection: &mut Connection,
    import: ImportNumber,
    links: &Links,
) -> Result<Vec<FollowUpRow>, StoreError> {
    let rows: Vec<(Option<ProjectId>, Option<MinistryCode>, String)> = query_as(
        "select project, ministry, payload from follow_up where import = $1 order by position",
    )
    .bind(import)
    .all(connection, "follow-up data")
    .await?;
    rows.into_iter()
        .map(|(project, ministry, payload)| {
            Ok(FollowUpRow { subject: subject(project, ministry)?, payload }.resolved(links))
        })
        .collect()
}

/// Whom each follow-up import speaks of, links applied, by import.
pub(in crate::store) async fn subjects(
    connection: &mut Connection,
    links: &Links,
) -> Result<Vec<(ImportNumber, Subject)>, StoreError> {
    let rows: Vec<(ImportNumber, Option<ProjectId>, Option<MinistryCode>)> =
        query_as("select distinct import, project, ministry from follow_up order by import")
            .all(connection, "follow-up data")
            .await?;
    rows.into_iter()
        .map(|(import, project, ministry)| {
            Ok((import, resolved(subject(project, ministry)?, links)))
        })
        .collect()
}

/// The field that a stored fact is of.
pub(in crate::store) fn field(payload: &str) -> Result<String, StoreError> {
    Ok(dated_field(payload)?.0)
}

/// The field that a stored fact is of, and its day.
pub(in crate::store) fn dated_field(payload: &str) -> Result<(String, NaiveDate), StoreError> {
    let AnsweredField { field, reported_on } = columns::from_json("follow_up.payload", payload)?;
    Ok((field, reported_on))
}

/// Those of some stored facts whose field is wanted.
pub(in crate::store) fn of_fields(
    payloads: Vec<String>,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>, StoreError> {
    let mut wanted = Vec::with_capacity(payloads.len());
    for payload in payloads {
        if is_wanted(&field(&payload)?) {
            wanted.push(payload);
        }
    }
    Ok(wanted)
}

/// Of a stored fact, what it is about.
#[derive(Deserialize)]
struct AnsweredField {
    field: String,
    reported_on: NaiveDate,
}

pub(in crate::store) async fn insert(
    connection: &mut Connection,
    import: ImportNumber,
    rows: &[FollowUpRow],
) -> Result<(), StoreError> {
    let head = "insert into follow_up (import, position, project, ministry, payload) ";
    let rows: Vec<(i64, &FollowUpRow)> = columns::positioned(rows).collect();
    let bind = |mut values: Separated<'_>, (position, row): &(i64, &FollowUpRow)| {
        values.push_bind(import);
        values.push_bind(*position);
        values.push_bind(row.subject.project());
        values.push_bind(row.subject.ministry());
        values.push_bind(&row.payload);
    };
    columns::insert(connection, "follow-up data", (head, ""), &rows, bind).await
}

fn by_project<R: Serialize>(
    rows: &[R],
    project: impl Fn(&R) -> &ProjectId,
) -> Result<Vec<FollowUpRow>, StoreError> {
    rows.iter().map(|row| FollowUpRow::new(Subject::Project(project(row).clone()), row)).collect()
}

fn subject(
    project: Option<ProjectId>,
    ministry: Option<MinistryCode>,
) -> Result<Subject, StoreError> {
    match (project, ministry) {
        (Some(project), None) => Ok(Subject::Project(project)),
        (None, Some(ministry)) => Ok(Subject::Ministry(ministry)),
        (project, ministry) => Err(StoreError::Unexpected {
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
