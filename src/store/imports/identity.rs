//! The identity log: which ids were found to be one project, since when, and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _, SqliteConnection};

use super::{import_index, snapshots};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::ProjectId;
use crate::domain::words::words;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::open::Store;
use crate::store::db::queries::{Fetch, RunQuery, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Timestamp};
use crate::store::db::visibility::Visible;

/// A project is named as the nearest one only when it is at least this alike, out of 1.
const NEAR: f64 = 0.6;

/// One entry of the identity log. `into` of an `Unlink` is what the project was linked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEntry {
    pub number: i64,
    pub action: LinkAction,
    pub from: ProjectId,
    pub into: ProjectId,
    pub reason: String,
    pub at: DateTime<Utc>,
}

words! {
    pub enum LinkAction, "`link` or `unlink`" {
        Link = "link",
        Unlink = "unlink",
    }
}

impl Store {
    /// From now on everything that is known of `from` counts as `into`'s. Gives the entry's number.
    ///
    /// # Errors
    ///
    /// One of the projects is unknown, `from` is linked already, or an edition would have two snapshots of the project.
    pub async fn link(
        &self,
        from: &ProjectId,
        into: &ProjectId,
        act: &ActionContext,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut links = links(&mut transaction, i64::MAX).await?;
        check_known(&mut transaction, &visible, [from, into]).await?;
        links.add(from, into)?;
        refuse_two_snapshots(&mut transaction, &links, into).await?;
        let entry = (LinkAction::Link, from, into);
        let number = append(&mut transaction, entry, act).await?;
        end(transaction).await?;
        Ok(number)
    }

    /// Takes a link back: past imports come out under their own id again.
    ///
    /// # Errors
    ///
    /// The project is unknown or is not linked.
    pub async fn unlink(
        &self,
        project: &ProjectId,
        act: &ActionContext,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut links = links(&mut transaction, i64::MAX).await?;
        check_known(&mut transaction, &visible, [project]).await?;
        let Some(into) = links.remove(project) else {
            return Err(StoreError::NotLinked { project: project.clone() });
        };
        let entry = (LinkAction::Unlink, project, &into);
        let number = append(&mut transaction, entry, act).await?;
        end(transaction).await?;
        Ok(number)
    }

    /// Every link ever made or taken back, oldest first.
    pub async fn identity_log(&self) -> Result<Vec<LinkEntry>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut log = log(&mut transaction, i64::MAX).await?;
        log.retain(|entry| visible.project(&entry.from) && visible.project(&entry.into));
        Ok(log)
    }
}

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
    fn add(&mut self, from: &ProjectId, into: &ProjectId) -> Result<(), StoreError> {
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

    fn remove(&mut self, project: &ProjectId) -> Option<ProjectId> {
        self.0.remove(project)
    }
}

/// The links that the log's entries up to `last` add up to.
pub(in crate::store) async fn links(
    connection: &mut SqliteConnection,
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

pub(in crate::store) async fn last_link(
    connection: &mut SqliteConnection,
) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from identity_log")
        .one(connection, "the identity log")
        .await
}

async fn log(connection: &mut SqliteConnection, last: i64) -> Result<Vec<LinkEntry>, StoreError> {
    query_as(
        "select number, action, from_project, into_project, reason, at from identity_log
         where number <= $1 order by number",
    )
    .bind(last)
    .all(connection, "the identity log")
    .await
}

impl FromRow<'_, SqliteRow> for LinkEntry {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
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

async fn append(
    connection: &mut SqliteConnection,
    (action, from, into): (LinkAction, &ProjectId, &ProjectId),
    act: &ActionContext,
) -> Result<i64, StoreError> {
    let number = last_link(connection).await? + 1;
    sqlx::query(
        "insert into identity_log (number, action, from_project, into_project, reason, at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(number)
    .bind(action)
    .bind(from)
    .bind(into)
    .bind(&act.reason)
    .bind(Timestamp(act.at))
    .run(&mut *connection, "the identity log")
    .await?;
    let deed = match action {
        LinkAction::Link => act.deed("project_linked", format!("project/{from}")),
        LinkAction::Unlink => act.deed("project_unlinked", format!("project/{from}")),
    };
    let became = json!({ "into": into, "entry": number });
    audit_trail::append(connection, act.at, &[deed.became(&became)]).await?;
    Ok(number)
}

async fn check_known<const N: usize>(
    connection: &mut SqliteConnection,
    visible: &Visible,
    projects: [&ProjectId; N],
) -> Result<(), StoreError> {
    let mut known = ids(connection).await?;
    known.retain(|project| visible.project(project));
    for project in projects {
        if !known.contains(project) {
            return Err(StoreError::UnknownProject {
                project: project.clone(),
                nearest: nearest(project, &known),
            });
        }
    }
    Ok(())
}

/// Every id under which anything was ever imported, linked since or not.
async fn ids(connection: &mut SqliteConnection) -> Result<BTreeSet<ProjectId>, StoreError> {
    let ids: Vec<ProjectId> = query_scalar(
        "select project from snapshots
         union select project from follow_up where project is not null",
    )
    .all(connection, "the known projects")
    .await?;
    Ok(ids.into_iter().collect())
}

fn nearest(project: &ProjectId, known: &BTreeSet<ProjectId>) -> Option<ProjectId> {
    known
        .iter()
        .map(|other| {
            (strsim::normalized_damerau_levenshtein(project.as_str(), other.as_str()), other)
        })
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other.clone())
}

/// Two names in one edition are two projects, whatever they look like.
async fn refuse_two_snapshots(
    connection: &mut SqliteConnection,
    links: &Links,
    into: &ProjectId,
) -> Result<(), StoreError> {
    let target = links.resolve(into);
    let filed = import_index::filed(connection, i64::MAX).await?;
    for (edition, import) in import_index::panoramas(&filed) {
        let mut standing: Option<String> = None;
        for (project, name) in snapshots::names(connection, import).await? {
            if links.resolve(&project) != target {
                continue;
            }
            if let Some(first) = standing.replace(name.clone()) {
                return Err(StoreError::TwoSnapshots {
                    edition,
                    project: target.clone(),
                    first,
                    second: name,
                });
            }
        }
    }
    Ok(())
}
