//! Names of ministries and projects that people recorded: each is added with who did so and why, and so is its withdrawal.

use serde_json::json;

use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::recorded_name::{NameWithdrawal, NewName, RecordedName};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Columns, Timestamp};

/// Names of files are of every ministry.
const WHAT: &str = "a recorded name";

impl Store {
    /// Every recorded name, by number, those that were withdrawn included.
    pub async fn recorded_names(&self) -> Result<Vec<RecordedName>, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_read().await?;
        names(&mut transaction).await
    }

    /// Adds names, all of them or none. `seen` is the revision of the names that these were checked against.
    ///
    /// # Errors
    ///
    /// Names were recorded or withdrawn meanwhile.
    pub async fn record_names(
        &self,
        new: &[NewName],
        seen: usize,
        act: &ActionContext,
    ) -> Result<Vec<RecordedName>, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_write().await?;
        let known = unchanged(&mut transaction, seen).await?;
        let mut number = known.last().map_or(0, |last| last.number);
        let mut recorded = Vec::with_capacity(new.len());
        let mut deeds = Vec::with_capacity(new.len());
        for name in new {
            number += 1;
            let name = RecordedName {
                number,
                kind: name.kind,
                name: name.name.as_str().to_owned(),
                designates: name.designates.as_str().to_owned(),
                new_ministry: name.new_ministry.as_ref().map(|name| name.as_str().to_owned()),
                reason: act.reason.clone(),
                by: act.actor.clone(),
                at: act.at,
                withdrawn: None,
            };
            insert(&mut transaction, &name).await?;
            deeds.push(act.deed("name_recorded", subject(number)).became(&said(&name)));
            recorded.push(name);
        }
        audit_trail::append(&mut transaction, act.at, &deeds).await?;
        end(transaction).await?;
        Ok(recorded)
    }

    /// Withdraws a name: files are no longer read with it. `seen` is the revision of the names that were read.
    ///
    /// # Errors
    ///
    /// There is no such name, it was withdrawn already, or names were recorded or withdrawn meanwhile.
    pub async fn withdraw_name(
        &self,
        number: i64,
        seen: usize,
        act: &ActionContext,
    ) -> Result<RecordedName, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_write().await?;
        let known = unchanged(&mut transaction, seen).await?;
        let found = known.into_iter().find(|name| name.number == number);
        let found = found.ok_or(StoreError::NoSuch { what: "recorded name", number })?;
        if let Some(NameWithdrawal { by, at, .. }) = &found.withdrawn {
            let how = format!("withdrawn by {by} on {}", at.date_naive());
            return Err(StoreError::Over { what: "recorded name", number, how });
        }
        query("insert into name_withdrawals (number, reason, actor, at) values ($1, $2, $3, $4)")
            .bind(number)
            .bind(&act.reason)
            .bind(&act.actor)
            .bind(Timestamp(act.at))
            .run(&mut *transaction, "the withdrawal of a name")
            .await?;
        let deed = act.deed("name_withdrawn", subject(number)).was(&said(&found));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        let (reason, by) = (act.reason.clone(), act.actor.clone());
        Ok(RecordedName { withdrawn: Some(NameWithdrawal { reason, by, at: act.at }), ..found })
    }
}

fn subject(number: i64) -> String {
    format!("name/{number}")
}

/// What the audit trail has of a name.
fn said(name: &RecordedName) -> serde_json::Value {
    json!({
        "kind": name.kind,
        "name": name.name,
        "designates": name.designates,
        "new_ministry": name.new_ministry,
    })
}

/// All names, if nobody recorded or withdrew one since they were read.
async fn unchanged(
    connection: &mut Connection,
    seen: usize,
) -> Result<Vec<RecordedName>, StoreError> {
    let known = names(connection).await?;
    if RecordedName::revision(&known) == seen { Ok(known) } else { Err(StoreError::NamesMoved) }
}

async fn insert(connection: &mut Connection, name: &RecordedName) -> Result<(), StoreError> {
    query(
        "insert into recorded_names (number, kind, name, designates, new_ministry, reason, actor, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(name.number)
    .bind(name.kind)
    .bind(&name.name)
    .bind(&name.designates)
    .bind(&name.new_ministry)
    .bind(&name.reason)
    .bind(&name.by)
    .bind(Timestamp(name.at))
    .run(connection, "a recorded name")
    .await?;
    Ok(())
}

async fn names(connection: &mut Connection) -> Result<Vec<RecordedName>, StoreError> {
    query_as(
        "select recorded_names.number, kind, name, designates, new_ministry, recorded_names.reason,
                recorded_names.actor, recorded_names.at, name_withdrawals.reason as withdrawn_reason,
                name_withdrawals.actor as withdrawn_by, name_withdrawals.at as withdrawn_at
         from recorded_names
         left join name_withdrawals on name_withdrawals.number = recorded_names.number
         order by recorded_names.number",
    )
    .all(connection, "recorded names")
    .await
}

impl FromRow for RecordedName {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let withdrawn = match row.optional_instant("withdrawn_at")? {
            None => None,
            Some(at) => Some(NameWithdrawal {
                reason: row.try_get("withdrawn_reason")?,
                by: row.try_get("withdrawn_by")?,
                at,
            }),
        };
        Ok(Self {
            number: row.try_get("number")?,
            kind: row.try_get("kind")?,
            name: row.try_get("name")?,
            designates: row.try_get("designates")?,
            new_ministry: row.try_get("new_ministry")?,
            reason: row.try_get("reason")?,
            by: row.try_get("actor")?,
            at: row.instant("at")?,
            withdrawn,
        })
    }
}
