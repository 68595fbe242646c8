//! The audit trail: entries are added in the transaction that does what they tell, and never changed.

use chrono::{DateTime, Utc};

use crate::domain::accounts::audit::{AuditEntry, AuditRecord, TrailHead};
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::queries::{Separated, query, query_as};
use crate::store::db::sql_types::Timestamp;
use crate::support::fingerprint::Fingerprint;

/// Adds what was decided to the trail, in the order given, all at `now`.
pub(in crate::store) async fn append(
    connection: &mut Connection,
    now: DateTime<Utc>,
    deeds: &[AuditRecord],
) -> Result<(), StoreError> {
    if deeds.is_empty() {
        return Ok(());
    }
    let mut head = head(connection).await?;
    let at = Timestamp(now).to_string();
    let mut entries = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let entry = AuditEntry::after(&head, at.clone(), deed.clone());
        head = TrailHead { number: entry.number, hash: entry.hash.clone() };
        entries.push(entry);
    }
    insert(connection, &entries).await?;
    set_head(connection, &head).await
}

pub(in crate::store) async fn head(connection: &mut Connection) -> Result<TrailHead, StoreError> {
    let row: Option<(i64, Fingerprint)> = query_as("select number, hash from audit_head")
        .optional(connection, "the head of the audit trail")
        .await?;
    Ok(row.map_or_else(TrailHead::genesis, |(number, hash)| TrailHead { number, hash }))
}

async fn set_head(connection: &mut Connection, head: &TrailHead) -> Result<(), StoreError> {
    query(
        "insert into audit_head (position, number, hash) values (1, $1, $2)
         on conflict (position) do update set number = excluded.number, hash = excluded.hash",
    )
    .bind(head.number)
    .bind(&head.hash)
    .run(connection, "the head of the audit trail")
    .await?;
    Ok(())
}

async fn insert(connection: &mut Connection, entries: &[AuditEntry]) -> Result<(), StoreError> {
    let head = "insert into audit (number, at, actor, proved_by, action, subject, was, became, \
                reason, previous, hash) ";
    let bind = |mut row: Separated<'_>, entry: &AuditEntry| {
        row.push_bind(entry.number);
        row.push_bind(&entry.at);
        row.push_bind(&entry.actor);
        row.push_bind(entry.proved_by);
        row.push_bind(&entry.action);
        row.push_bind(&entry.subject);
        row.push_bind(entry.was.as_deref());
        row.push_bind(entry.became.as_deref());
        row.push_bind(entry.reason.as_deref());
        row.push_bind(&entry.previous);
        row.push_bind(&entry.hash);
    };
    columns::insert(connection, "the audit trail", (head, ""), entries, bind).await
}

impl FromRow for AuditEntry {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let proved_by: Option<String> = row.try_get("proved_by")?;
        Ok(Self {
            number: row.try_get("number")?,
            at: row.try_get("at")?,
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            subject: row.try_get("subject")?,
            was: row.try_get("was")?,
            became: row.try_get("became")?,
            reason: row.try_get("reason")?,
            previous: row.try_get("previous")?,
            hash: row.try_get("hash")?,
            // A word that nobody wrote reads as none, and its entry as altered.
            proved_by: proved_by.and_then(|word| word.parse().ok()),
        })
    }
}
