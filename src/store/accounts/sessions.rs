//! Sessions of browsers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::account_records;
use super::account_records::is_over;
use super::credential::Credential;
use super::token_memory::UsedCredential;
use crate::domain::accounts::access::{AccountNumber, Caller, ProvedBy, Role, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord, NameProof};
use crate::domain::accounts::session_id::SessionId;
use crate::domain::accounts::sessions::{OpenSession, SessionOpening};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::{Connection, Via};
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::outbox::waits;
use crate::support::fingerprint::Fingerprint;
use crate::support::secret::Secret;

/// How somebody who just proved who they are is known from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTerms {
    pub account: AccountNumber,
    pub opened_by: SessionOpening,
    pub multi_factor: bool,
    /// What the provider of identities wants back when the person signs out.
    pub id_token: Option<Secret>,
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Those that are over are forgotten meanwhile.
    pub async fn begin_session(
        &self,
        terms: &SessionTerms,
        act: &ActionContext,
    ) -> Result<Credential, StoreError> {
        let mut transaction = self.begin_write().await?;
        let secret = open(&mut transaction, terms, act).await?;
        end(transaction).await?;
        Ok(secret)
    }

    /// Whose session it is, as long as neither it nor the account is over.
    pub async fn caller_by_session(
        &self,
        presented: &Credential,
        now: DateTime<Utc>,
    ) -> Result<Option<Caller>, StoreError> {
        let hash = presented.hash();
        let found: Option<SessionRow> = query_as(
            "select sessions.account, accounts.name, accounts.roles, accounts.scope,
                    sessions.multi_factor, sessions.expires_at, sessions.created_at,
                    sessions.last_seen_at
             from sessions join accounts on accounts.number = sessions.account
             where sessions.hash = $1 and accounts.closed_at is null",
        )
        .bind(&hash)
        .optional(self.readers()?, "sessions")
        .await?;
        let lasts = |row: &SessionRow| {
            !is_over(row.expires_at.0, now) && !waits::is_ahead(row.created_at.0, now)
        };
        let Some(row) = found.filter(lasts) else { return Ok(None) };
        let last_seen_at = row.last_seen_at.map(|Timestamp(at)| at);
        let id = SessionId::of(&hash);
        self.note_use(UsedCredential::Session(hash), (last_seen_at, now));
        Ok(Some(Caller {
            account: row.account,
            name: row.name.proved_by(NameProof::Session),
            roles: row.roles.0,
            scope: row.scope.0,
            proof: ProvedBy::Session { id, multi_factor: row.multi_factor },
        }))
    }

    /// The sessions of an account that have not ended, the latest first.
    pub async fn sessions_of(
        &self,
        account: AccountNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<OpenSession>, StoreError> {
        let rows = open_sessions(self.readers()?, account, now).await?;
        Ok(rows.into_iter().map(|(_, session)| session).collect())
    }

    /// Ends a session of an account.
    ///
    /// # Errors
    ///
    /// The account has no such session.
    pub async fn end_session_of(
        &self,
        (account, id): (AccountNumber, &SessionId),
        act: &ActionContext,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let found = open_sessions(&mut *transaction, account, act.at).await?;
        let Some((hash, session)) = found.into_iter().find(|(_, session)| session.id == *id) else {
            return Err(StoreError::NoSuchSession { id: id.clone() });
        };
        query("delete from sessions where hash = $1")
            .bind(hash)
            .run(&mut *transaction, "sessions")
            .await?;
        let ended = json!({ "begun_at": session.begun_at, "opened_by": session.opened_by });
        let deed = act.deed("session_ended", account_records::subject(account)).was(&ended);
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await
    }

    /// What the provider of identities wants back, when it gave anything.
    pub async fn end_session(
        &self,
        presented: &Credential,
        act: &ActionContext,
    ) -> Result<Option<Secret>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let ended: Option<(AccountNumber, Option<String>)> =
            query_as("delete from sessions where hash = $1 returning account, id_token")
                .bind(presented.hash())
                .optional(&mut *transaction, "sessions")
                .await?;
        let Some((account, id_token)) = ended else { return Ok(None) };
        let deed = act.deed("signed_out", account_records::subject(account));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(id_token.map(Secret::new))
    }

    /// Somebody was refused, at the instant that comes with it: in the trail, as every decision is.
    pub async fn record_refusals(
        &self,
        refusals: &[(DateTime<Utc>, AuditRecord)],
    ) -> Result<(), StoreError> {
        if refusals.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin_write().await?;
        for (at, deed) in refusals {
            audit_trail::append(&mut transaction, *at, std::slice::from_ref(deed)).await?;
        }
        end(transaction).await
    }
}

struct SessionRow {
    account: AccountNumber,
    name: Actor,
    roles: Json<BTreeSet<Role>>,
    scope: Json<Scope>,
    multi_factor: bool,
    expires_at: Timestamp,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
}

fields_are_columns!(SessionRow {
    account,
    name,
    roles,
    scope,
    multi_factor,
    expires_at,
    created_at,
    last_seen_at
});

/// Begins a session in a transaction of the caller's. Those that are over are forgotten meanwhile.
pub(in crate::store) async fn open(
    connection: &mut Connection,
    terms: &SessionTerms,
    act: &ActionContext,
) -> Result<Credential, StoreError> {
    let secret = Credential::fresh("")?;
    query("delete from sessions where expires_at <= $1")
        .bind(Timestamp(act.at))
        .run(&mut *connection, "sessions")
        .await?;
    query(
        "insert into sessions (hash, account, opened_by, multi_factor, id_token, created_at,
                               last_seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
    )
    .bind(secret.hash())
    .bind(terms.account)
    .bind(terms.opened_by)
    .bind(terms.multi_factor)
    .bind(terms.id_token.as_ref().map(Secret::reveal))
    .bind(Timestamp(act.at))
    .bind(Timestamp(terms.expires_at))
    .run(&mut *connection, "sessions")
    .await?;
    let deed = act.deed("signed_in", account_records::subject(terms.account));
    let deed = deed.became(&json!({ "opened_by": terms.opened_by }));
    audit_trail::append(connection, act.at, &[deed]).await?;
    Ok(secret)
}

/// With the hashes of their secrets, the latest first.
async fn open_sessions(
    via: impl Into<Via<'_>>,
    account: AccountNumber,
    now: DateTime<Utc>,
) -> Result<Vec<(Fingerprint, OpenSession)>, StoreError> {
    let rows: Vec<OpenSessionRow> = query_as(
        "select hash, created_at, last_seen_at, expires_at, opened_by, multi_factor
         from sessions where account = $1 and expires_at > $2 and created_at <= $3
         order by created_at desc, hash",
    )
    .bind(account)
    .bind(Timestamp(now))
    .bind(Timestamp(waits::latest(now)))
    .all(via, "sessions")
    .await?;
    let with_hash = |row: OpenSessionRow| {
        let session = OpenSession {
            id: SessionId::of(&row.hash),
            account,
            begun_at: row.created_at.0,
            last_seen_at: row.last_seen_at.map(|Timestamp(at)| at),
            expires_at: row.expires_at.0,
            opened_by: row.opened_by,
            multi_factor: row.multi_factor,
        };
        (row.hash, session)
    };
    Ok(rows.into_iter().map(with_hash).collect())
}

struct OpenSessionRow {
    hash: Fingerprint,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
    expires_at: Timestamp,
    opened_by: SessionOpening,
    multi_factor: bool,
}

fields_are_columns!(OpenSessionRow {
    hash,
    created_at,
    last_seen_at,
    expires_at,
    opened_by,
    multi_factor
});
