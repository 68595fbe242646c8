//! The identity log read back: its entries, and the links that they add up to.

use std::collections::BTreeMap;

use crate::domain::ids::ProjectId;
use crate::domain::portfolio::project_link::{LinkAction, LinkEntry};
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::sql_types::Columns;

/// The links in force: each project that is linked, and into which.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Links(BTreeMap<ProjectId, ProjectId>);

impl Links {
    /// The project under which everything known of `project` comes out.
    pub(in crate::store) fn resolve<'a>(&'a self, project: &'a ProjectId) -> &'a ProjectId {
        let mut resolved = project;
        while let Some(into) = self.0.get(resolved) {
            resolved = into;
        }
        resolved
    }

    /// Every id that is linked into another.
    pub(in crate::store) fn linked(&self) -> impl Iterator<Item = &ProjectId> {
        self.0.keys()
    }

    /// Only what is not linked yet can be, and never back to itself, so that chains always end.
    pub(in crate::store) fn add(
        &mut self,
        from: &ProjectId,
        into: &ProjectId,
    ) -> Result<(), StoreError> {
        if from == into {
            return Err(StoreError::LinkedToItself { project: from.clone() });
        }
        if let Some(already) = self.0.get(from) {
            return Err(StoreError::AlreadyLinked { project: from.clone(), into: already.clone() });
        }
        if self.resolve(into) == from {
            return Err(StoreError::AlreadyLinked { project: into.clone(), into: from.clone() });
        }
        self.0.insert(from.clone(), into.clone());
        Ok(())
    }

    pub(in crate::store) fn remove(&mut self, project: &ProjectId) -> Option<ProjectId> {
        self.0.remove(project)
    }
}

/// The links that the log's entries up to `last` add up to.
pub(in crate::store) async fn links(
    connection: &mut Connection,
    last: i64,
) -> Result<Links, StoreError> {
    let mut links = Links::default();
    for entry in log(connection, last).await? {
        match entry.action {
            LinkAction::Link => links.add(&entry.from, &entry.into)?,
            LinkAction::Unlink => {
                links.remove(&entry.from);
            }
        }
    }
    Ok(links)
}

pub(in crate::store) async fn last_link(connection: &mut Connection) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from identity_log")
        .one(connection, "the identity log")
        .await
}

/// Every entry up to a number, oldest first.
pub(in crate::store) async fn log(
    connection: &mut Connection,
    last: i64,
) -> Result<Vec<LinkEntry>, StoreError> {
    query_as(
        "select number, action, from_project, into_project, reason, at from identity_log
         where number <= $1 order by number",
    )
    .bind(last)
    .all(connection, "the identity log")
    .await
}

impl FromRow for LinkEntry {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            action: row.try_get("action")?,
            from: row.try_get("from_project")?,
            into: row.try_get("into_project")?,
            reason: row.try_get("reason")?,
            at: row.instant("at")?,
        })
    }
}
