//! The audit trail read back: as a filter asks, and followed from its first entry to its last.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audit_filter::AuditFilter;
use super::audit_trail::head;
use super::{audit_scope, audit_trail};
use crate::domain::accounts::audit::{AuditEntry, AuditRecord, ChainVerifier, Flaw, TrailHead};
use crate::domain::messages::notice::Notice;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::sql_types::Timestamp;
use crate::store::outbox::outgoing;
use crate::support::fingerprint::Fingerprint;

/// Entries read at a time when the trail is verified.
const PAGE: i64 = 1000;

/// What came of following the trail from its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditReport {
    /// Entries that fit, one after the other.
    pub sound: i64,
    /// The last of them.
    pub head: TrailHead,
    pub flaw: Option<Flaw>,
}

impl Store {
    /// When the last entry of the trail was written, by the clock of then.
    pub async fn last_written_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.check_whole("the age of the trail")?;
        let at: Option<Timestamp> =
            query_scalar("select at from audit order by number desc limit 1")
                .optional(self.readers()?, "the audit trail")
                .await?;
        Ok(at.map(|Timestamp(at)| at))
    }

    /// Vigie noticed something of itself; `notices` tell it.
    pub async fn note_occurrence(
        &self,
        deed: &AuditRecord,
        notices: &[Notice],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.check_whole("what Vigie notices of itself")?;
        let mut transaction = self.begin_write().await?;
        outgoing::insert(&mut transaction, notices).await?;
        audit_trail::append(&mut transaction, now, std::slice::from_ref(deed)).await?;
        end(transaction).await
    }

    /// Oldest first.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.is_all() {
            return audit_scope::entries(&mut transaction, &visible, filter).await;
        }
        let mut entries: Vec<AuditEntry> = query_as(
            "select number, at, actor, proved_by, action, subject, was, became, reason, previous,
                    hash
             from audit
             where (cast($1 as text) is null or subject = $1
                    or substr(subject, 1, length($1) + 1) = $1 || '/')
               and (cast($2 as text) is null or at >= $2)
               and number < $3
             order by number desc limit $4",
        )
        .bind(filter.subject.as_deref())
        .bind(filter.since.map(Timestamp))
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(filter.limit.map_or(i64::MAX, i64::from))
        .all(&mut *transaction, "the audit trail")
        .await?;
        entries.reverse();
        Ok(entries)
    }

    pub async fn audit_head(&self) -> Result<TrailHead, StoreError> {
        self.check_whole("the audit trail's last entry")?;
        let mut transaction = self.begin_read().await?;
        head(&mut transaction).await
    }

    /// Follows the trail as of one moment, a page at a time. `expected` is the hash of a head that was
    /// noted earlier.
    pub async fn verify_audit(
        &self,
        expected: Option<Fingerprint>,
    ) -> Result<AuditReport, StoreError> {
        self.check_whole("the soundness of the audit trail")?;
        let mut transaction = self.begin_read().await?;
        let mut walk = ChainVerifier::new(expected);
        let recorded = head(&mut transaction).await?;
        let flaw = match follow(&mut transaction, &mut walk).await? {
            Some(flaw) => Some(flaw),
            None => walk.clone().end(&recorded).err(),
        };
        let head = walk.last().clone();
        Ok(AuditReport { sound: head.number, head, flaw })
    }
}

async fn follow(
    connection: &mut Connection,
    walk: &mut ChainVerifier,
) -> Result<Option<Flaw>, StoreError> {
    let mut limit = PAGE;
    loop {
        let last = walk.last().number;
        let entries = match page(connection, last, limit).await {
            Ok(entries) => entries,
            // One of them cannot be read: they are taken one by one up to that one.
            Err(_) if limit > 1 => {
                limit = 1;
                continue;
            }
            Err(_) => return Ok(Some(Flaw::Unreadable { number: last.saturating_add(1) })),
        };
        if entries.is_empty() {
            return Ok(None);
        }
        for entry in entries {
            if let Err(flaw) = walk.step(&entry) {
                return Ok(Some(flaw));
            }
        }
    }
}

async fn page(
    connection: &mut Connection,
    last: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    query_as(
        "select number, at, actor, proved_by, action, subject, was, became, reason, previous,
                    hash
         from audit where number > $1 order by number limit $2",
    )
    .bind(last)
    .bind(limit)
    .all(connection, "the audit trail")
    .await
}
