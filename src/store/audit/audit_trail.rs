//! The audit trail: entries are added in the transaction that does what they tell, and never changed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::query_builder::Separated;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _, SqliteConnection};
use utoipa::ToSchema;

use super::audit_scope;
use crate::domain::accounts::audit::{AuditEntry, AuditRecord, ChainVerifier, Flaw, TrailHead};
use crate::domain::messages::notice::Notice;
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::open::Store;
use crate::store::db::queries::{Fetch, RunQuery, query_as, query_scalar};
use crate::store::db::sql_types::Timestamp;
use crate::store::outbox::deliveries;
use crate::support::fingerprint::Fingerprint;

/// Entries read at a time when the trail is verified.
const PAGE: i64 = 1000;

/// The database itself refuses to change or remove an entry. Set up at each opening, since no two
/// databases write this alike.
const GUARDS: [&str; 2] = [
    "create trigger if not exists audit_is_never_changed before update on audit
     begin select raise(abort, 'entries of the audit trail are never changed'); end",
    "create trigger if not exists audit_is_never_removed before delete on audit
     begin select raise(abort, 'entries of the audit trail are never removed'); end",
];

/// `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// A whole subject, `alert/4f2a…`, or a kind of subjects, `alert`.
    pub subject: Option<String>,
    pub since: Option<DateTime<Utc>>,
    /// Entries before this one.
    pub before: Option<i64>,
    /// The latest ones only.
    pub limit: Option<u32>,
}

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
        deliveries::insert(&mut transaction, notices).await?;
        append(&mut transaction, now, std::slice::from_ref(deed)).await?;
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

/// Adds what was decided to the trail, in the order given, all at `now`.
pub(in crate::store) async fn append(
    connection: &mut SqliteConnection,
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

pub(in crate::store) async fn guard(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for guard in GUARDS {
        sqlx::query(guard).run(&mut *connection, "the guards of the audit trail").await?;
    }
    Ok(())
}

async fn follow(
    connection: &mut SqliteConnection,
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
    connection: &mut SqliteConnection,
    last: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>, sqlx::Error> {
    sqlx::query_as(
        "select number, at, actor, proved_by, action, subject, was, became, reason, previous,
                    hash
         from audit where number > $1 order by number limit $2",
    )
    .bind(last)
    .bind(limit)
    .fetch_all(connection)
    .await
}

async fn head(connection: &mut SqliteConnection) -> Result<TrailHead, StoreError> {
    let row: Option<(i64, Fingerprint)> = query_as("select number, hash from audit_head")
        .optional(connection, "the head of the audit trail")
        .await?;
    Ok(row.map_or_else(TrailHead::genesis, |(number, hash)| TrailHead { number, hash }))
}

async fn set_head(connection: &mut SqliteConnection, head: &TrailHead) -> Result<(), StoreError> {
    sqlx::query(
        "insert into audit_head (position, number, hash) values (1, $1, $2)
         on conflict (position) do update set number = excluded.number, hash = excluded.hash",
    )
    .bind(head.number)
    .bind(&head.hash)
    .run(connection, "the head of the audit trail")
    .await?;
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    entries: &[AuditEntry],
) -> Result<(), StoreError> {
    let head = "insert into audit (number, at, actor, proved_by, action, subject, was, became, \
                reason, previous, hash) ";
    let bind = |mut row: Separated<'_, _, _>, entry: &AuditEntry| {
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

impl FromRow<'_, SqliteRow> for AuditEntry {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
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
