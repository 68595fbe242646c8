//! What must not live again when a backup takes the database's place, ended in the transaction that says so.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;

use crate::domain::accounts::access::Account;
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::store::accounts::account_records;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::Timestamp;

/// By whom a backup is put back, and from where.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Restoration<'a> {
    pub(in crate::store) backup: &'a Path,
    pub(in crate::store) actor: &'a Actor,
    pub(in crate::store) now: DateTime<Utc>,
}

/// What a restoration ended, and what is left to the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ended {
    pub sessions: u64,
    pub tokens: u64,
    pub invitations: u64,
    pub account_links: u64,
    pub sign_ins: u64,
    pub idempotency_keys: u64,
    pub job_runs: u64,
    /// Whether the database that was replaced could be read, to carry over what follows.
    pub replaced_was_read: bool,
    /// Closed since the backup, and closed again.
    pub accounts_closed: Vec<String>,
    /// Given other roles or ministries since the backup: to be changed again by hand.
    pub accounts_changed: Vec<String>,
    /// Waiting in the backup, sent since: not sent again.
    pub notices_sent_since: u64,
    /// Waiting, and to be sent; some were sent already if what was replaced could not be read.
    pub notices_waiting: u64,
}

/// Where a statement's rows are counted.
type Counted = fn(&mut Ended) -> &mut u64;

/// Everything by which somebody is known without proving it anew, and everything that somebody holds.
const ENDINGS: [(&str, &str, Counted); 7] = [
    ("sessions", "delete from sessions where $1 is not null", |ended| &mut ended.sessions),
    ("tokens", "update tokens set revoked_at = $1 where revoked_at is null", |ended| {
        &mut ended.tokens
    }),
    ("invitations", "delete from invitations where used_at is null and $1 is not null", |ended| {
        &mut ended.invitations
    }),
    (
        "links of accounts",
        "update account_links set revoked_at = $1 where used_at is null and revoked_at is null",
        |ended| &mut ended.account_links,
    ),
    ("sign-ins", "delete from sign_ins where $1 is not null", |ended| &mut ended.sign_ins),
    ("idempotency keys", "delete from idempotency_keys where $1 is not null", |ended| {
        &mut ended.idempotency_keys
    }),
    (
        "runs of jobs",
        "update job_runs set outcome = 'interrupted', ended_at = $1, phase = null
         where outcome = 'processing'",
        |ended| &mut ended.job_runs,
    ),
];

/// The service draws a new key at its next start; holds and leases are those of programs that are gone.
const LET_GO: [(&str, &str); 3] = [
    ("keys", "delete from keys"),
    ("jobs", "update jobs set holder = null, held_until = null"),
    ("claims of notices", "update notices set leased_until = null"),
];

impl Store {
    /// Of a copy that is about to take the database's place. `replaced` is what it takes the place of, when that
    /// can be read.
    pub(in crate::store) async fn end_access(
        &self,
        replaced: Option<&mut Connection>,
        restoration: &Restoration<'_>,
    ) -> Result<Ended, StoreError> {
        let now = restoration.now;
        let mut ended = Ended::default();
        let mut transaction = self.begin_write().await?;
        for (what, statement, count) in ENDINGS {
            let bound = query(statement).bind(Timestamp(now));
            *count(&mut ended) = bound.run(&mut *transaction, what).await?;
        }
        for (what, statement) in LET_GO {
            query(statement).run(&mut *transaction, what).await?;
        }
        let mut deeds = Vec::new();
        if let Some(since) = since_the_backup(&mut transaction, replaced).await? {
            ended.replaced_was_read = true;
            deeds = close_again(&mut transaction, &since.accounts, restoration, &mut ended).await?;
            ended.notices_sent_since = mark_sent(&mut transaction, &since.sent).await?;
        }
        ended.notices_waiting = waiting(&mut transaction).await?.len().try_into().unwrap_or(0);
        deeds.insert(0, restored(restoration, &ended)?);
        audit_trail::append(&mut transaction, now, &deeds).await?;
        end(transaction).await?;
        Ok(ended)
    }
}

/// What the replaced database knows and the backup does not.
struct Since {
    accounts: Vec<Account>,
    /// Ids, and when they were delivered.
    sent: Vec<(String, String)>,
}

/// `None` when there is no such database, or one that does not read as this version expects.
async fn since_the_backup(
    connection: &mut Connection,
    replaced: Option<&mut Connection>,
) -> Result<Option<Since>, StoreError> {
    let Some(replaced) = replaced else { return Ok(None) };
    let Ok(accounts) = account_records::select(replaced, None).await else { return Ok(None) };
    let mut sent = Vec::new();
    for id in waiting(connection).await? {
        let delivered: Result<Option<String>, _> =
            query_scalar("select delivered_at from notices where id = $1 and state = 'delivered'")
                .bind(&id)
                .optional(&mut *replaced, "notices")
                .await;
        match delivered {
            Ok(Some(at)) => sent.push((id, at)),
            Ok(None) => {}
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(Since { accounts, sent }))
}

async fn waiting(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    query_scalar("select id from notices where state = 'waiting' order by position")
        .all(connection, "notices")
        .await
}

async fn mark_sent(
    connection: &mut Connection,
    sent: &[(String, String)],
) -> Result<u64, StoreError> {
    for (id, at) in sent {
        query("update notices set state = 'delivered', delivered_at = $2 where id = $1")
            .bind(id)
            .bind(at)
            .run(&mut *connection, "notices")
            .await?;
    }
    Ok(sent.len().try_into().unwrap_or(u64::MAX))
}

/// Somebody who left does not come back by a backup; what was given or taken otherwise is named.
async fn close_again(
    connection: &mut Connection,
    since: &[Account],
    restoration: &Restoration<'_>,
    ended: &mut Ended,
) -> Result<Vec<AuditRecord>, StoreError> {
    let mut deeds = Vec::new();
    for account in account_records::select(connection, None).await? {
        let later = since
            .iter()
            .find(|later| (later.number, later.created_at) == (account.number, account.created_at));
        let Some(later) = later.filter(|_| account.closed_at.is_none()) else { continue };
        if let Some(closed_at) = later.closed_at {
            let revision = account.revision + 1;
            let closed = Account { closed_at: Some(closed_at), revision, ..account.clone() };
            account_records::write(connection, &closed).await?;
            let reason = "closed since the backup that was restored";
            let subject = account_records::subject(account.number);
            deeds.push(
                AuditRecord::by(restoration.actor, "account_closed", subject)
                    .was(&account_records::audited(&account))
                    .because(reason),
            );
            ended.accounts_closed.push(account.name.to_string());
        } else if (&later.roles, &later.scope) != (&account.roles, &account.scope) {
            ended.accounts_changed.push(account.name.to_string());
        }
    }
    Ok(deeds)
}

fn restored(restoration: &Restoration<'_>, ended: &Ended) -> Result<AuditRecord, StoreError> {
    let encoded = serde_json::to_value(ended);
    let mut became =
        encoded.map_err(|source| StoreError::Encode { what: "a restoration", source })?;
    if let Json::Object(fields) = &mut became {
        fields.insert("backup".to_owned(), restoration.backup.display().to_string().into());
    }
    Ok(AuditRecord::by(restoration.actor, "database_restored", "database").became(&became))
}
