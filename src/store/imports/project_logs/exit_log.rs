//! Why projects left the panorama, as people explain it: a log, so that past cycles know what they knew.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use super::identity;
use super::link_log::Links;
use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::exit::{ExitEntry, ExitReason};
use crate::domain::portfolio::follow_up::{Answer, Fact};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Date, Timestamp};

/// The field that an explanation gives, as imports of exits do.
const FIELD: &str = "exit_reason";

impl Store {
    /// Says why a project left, from `known_on` on; without a reason, takes back what was said. Gives the entry's
    /// number.
    ///
    /// # Errors
    ///
    /// The project is unknown, or there is nothing to take back.
    pub async fn explain_exit(
        &self,
        project: &ProjectId,
        (exit_reason, known_on): (Option<ExitReason>, NaiveDate),
        act: &ActionContext,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        identity::check_known(&mut transaction, &visible, [project]).await?;
        let entries = log(&mut transaction, i64::MAX).await?;
        let last = entries.iter().rev().find(|entry| entry.project == *project);
        if exit_reason.is_none() && last.is_none_or(|last| last.exit_reason.is_none()) {
            return Err(StoreError::NoExplanation { project: project.clone() });
        }
        let number = entries.last().map_or(0, |entry| entry.number) + 1;
        query(
            "insert into exit_log (number, project, exit_reason, known_on, reason, actor, at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(number)
        .bind(project)
        .bind(exit_reason)
        .bind(Date(known_on))
        .bind(&act.reason)
        .bind(&act.actor)
        .bind(Timestamp(act.at))
        .run(&mut *transaction, "the log of exits")
        .await?;
        let action = match exit_reason {
            Some(_) => "exit_explained",
            None => "exit_explanation_withdrawn",
        };
        let became = json!({ "exit_reason": exit_reason, "known_on": known_on, "entry": number });
        let deed = act.deed(action, format!("project/{project}")).became(&became);
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(number)
    }

    /// Every explanation ever given or taken back, oldest first.
    pub async fn exit_log(&self) -> Result<Vec<ExitEntry>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut entries = log(&mut transaction, i64::MAX).await?;
        entries.retain(|entry| visible.project(&entry.project));
        Ok(entries)
    }
}

pub(in crate::store) async fn last_exit(connection: &mut Connection) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from exit_log")
        .one(connection, "the log of exits")
        .await
}

/// What explanations up to an entry say, as facts under the projects that the explained ones now are. One of a project
/// that was listed again afterwards explains no later exit.
pub(in crate::store) async fn facts(
    connection: &mut Connection,
    last: i64,
    links: &Links,
    portfolio: &Portfolio,
) -> Result<Vec<Fact>, StoreError> {
    let entries = log(connection, last).await?;
    let of_each: BTreeMap<&ProjectId, &ExitEntry> =
        entries.iter().map(|entry| (links.resolve(&entry.project), entry)).collect();
    let said = of_each.into_iter().filter_map(|(project, entry)| {
        if came_back(project, entry.known_on, portfolio) {
            return None;
        }
        Some(Fact {
            project: project.clone(),
            field: FIELD.to_owned(),
            answer: Answer::Value(Value::Text(entry.exit_reason?.as_str().to_owned())),
            reported_on: entry.known_on,
            answered_by: None,
        })
    });
    Ok(said.collect())
}

/// Whether an edition of after a day lists the project, which the one in force that day, or one since, did not.
fn came_back(project: &ProjectId, day: NaiveDate, portfolio: &Portfolio) -> bool {
    let snapshots = &portfolio.snapshots;
    let mut editions: BTreeSet<EditionId> = snapshots.iter().map(|one| one.edition).collect();
    editions.extend(&portfolio.editions);
    let of_project = snapshots.iter().filter(|one| one.project == *project);
    let listed: BTreeSet<EditionId> = of_project.map(|one| one.edition).collect();
    let in_force = editions.iter().rfind(|edition| edition.as_of() <= day);
    let since = editions.iter().filter(|edition| in_force.is_none_or(|first| *edition >= first));
    since
        .skip_while(|edition| listed.contains(edition))
        .any(|edition| listed.contains(edition) && edition.as_of() > day)
}

async fn log(connection: &mut Connection, last: i64) -> Result<Vec<ExitEntry>, StoreError> {
    query_as(
        "select number, project, exit_reason, known_on, reason, actor, at from exit_log
         where number <= $1 order by number",
    )
    .bind(last)
    .all(connection, "the log of exits")
    .await
}

impl FromRow for ExitEntry {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            project: row.try_get("project")?,
            exit_reason: row.try_get("exit_reason")?,
            known_on: row.day("known_on")?,
            reason: row.try_get("reason")?,
            by: row.try_get("actor")?,
            at: row.instant("at")?,
        })
    }
}
