//! Linking ids that turn out to be one project, and taking links back: each is an entry of the identity log.

use std::collections::BTreeSet;

use serde_json::json;

use super::link_log;
use super::link_log::Links;
use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::project_link::{LinkAction, LinkEntry};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::Timestamp;
use crate::store::db::visibility::Visible;
use crate::store::imports::{import_index, snapshots};

/// A project is named as the nearest one only when it is at least this alike, out of 1.
const NEAR: f64 = 0.6;

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
        let mut links = link_log::links(&mut transaction, i64::MAX).await?;
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
        let mut links = link_log::links(&mut transaction, i64::MAX).await?;
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
        let mut log = link_log::log(&mut transaction, i64::MAX).await?;
        log.retain(|entry| visible.project(&entry.from) && visible.project(&entry.into));
        Ok(log)
    }
}

async fn append(
    connection: &mut Connection,
    (action, from, into): (LinkAction, &ProjectId, &ProjectId),
    act: &ActionContext,
) -> Result<i64, StoreError> {
    let number = link_log::last_link(connection).await? + 1;
    query(
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

pub(super) async fn check_known<const N: usize>(
    connection: &mut Connection,
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
async fn ids(connection: &mut Connection) -> Result<BTreeSet<ProjectId>, StoreError> {
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
    connection: &mut Connection,
    links: &Links,
    into: &ProjectId,
) -> Result<(), StoreError> {
    let target = links.resolve(into);
    let filed = import_index::in_use(connection).await?;
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
