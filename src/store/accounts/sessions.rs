//! Sessions of browsers, and the links that make an account once.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::account_records;
use super::account_records::{AccountTerms, is_over};
use super::credential::Credential;
use crate::domain::accounts::access::{Account, AccountNumber, Caller, ProvedBy, Role, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord, NameProof};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::error::{StoreError, writing};
use crate::store::db::handle::Store;
use crate::store::db::queries::{Fetch, RunQuery, query_as};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::outbox::waits;
use crate::support::secret::Secret;

/// Of the first account: enough to begin with, and others to publish what it is not to publish alone.
const FIRST_ROLES: [Role; 3] = [Role::Reader, Role::Analyst, Role::Administrator];

/// How somebody who just proved who they are is known from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTerms {
    pub account: AccountNumber,
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
        let secret = Credential::fresh("")?;
        let mut transaction = self.begin_write().await?;
        sqlx::query("delete from sessions where expires_at <= $1")
            .bind(Timestamp(act.at))
            .run(&mut *transaction, "sessions")
            .await?;
        sqlx::query(
            "insert into sessions (hash, account, multi_factor, id_token, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(secret.hash())
        .bind(terms.account)
        .bind(terms.multi_factor)
        .bind(terms.id_token.as_ref().map(Secret::reveal))
        .bind(Timestamp(act.at))
        .bind(Timestamp(terms.expires_at))
        .run(&mut *transaction, "sessions")
        .await?;
        let deed = act.deed("signed_in", account_records::subject(terms.account));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(secret)
    }

    /// Whose session it is, as long as neither it nor the account is over.
    pub async fn caller_by_session(
        &self,
        presented: &Credential,
        now: DateTime<Utc>,
    ) -> Result<Option<Caller>, StoreError> {
        let found: Option<SessionRow> = query_as(
            "select sessions.account, accounts.name, accounts.roles, accounts.scope,
                    sessions.multi_factor, sessions.expires_at, sessions.created_at
             from sessions join accounts on accounts.number = sessions.account
             where sessions.hash = $1 and accounts.closed_at is null",
        )
        .bind(presented.hash())
        .optional(self.readers()?, "sessions")
        .await?;
        let lasts = |row: &SessionRow| {
            !is_over(row.expires_at.0, now) && !waits::is_ahead(row.created_at.0, now)
        };
        Ok(found.filter(lasts).map(|row| Caller {
            account: row.account,
            name: row.name.proved_by(NameProof::Session),
            roles: row.roles.0,
            scope: row.scope.0,
            proof: ProvedBy::Session { multi_factor: row.multi_factor },
        }))
    }

    /// What the provider of identities wants back, when it gave anything.
    pub async fn end_session(
        &self,
        presented: &Credential,
        act: &ActionContext,
    ) -> Result<Option<Secret>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let ended: Option<(AccountNumber, Option<String>)> =
            sqlx::query_as("delete from sessions where hash = $1 returning account, id_token")
                .bind(presented.hash())
                .fetch_optional(&mut *transaction)
                .await
                .map_err(writing("sessions"))?;
        let Some((account, id_token)) = ended else { return Ok(None) };
        let deed = act.deed("signed_out", account_records::subject(account));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(id_token.map(Secret::new))
    }

    /// A link that makes an administrator, who acts too, and publishes no rules. `None` once somebody
    /// administers. Earlier links are worth nothing from then on.
    pub async fn invite_first(
        &self,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Option<Credential>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let accounts = account_records::select(&mut transaction, None).await?;
        if accounts.iter().any(administers) {
            return Ok(None);
        }
        sqlx::query("delete from invitations where used_at is null")
            .run(&mut *transaction, "invitations")
            .await?;
        let secret = Credential::fresh("")?;
        sqlx::query(
            "insert into invitations (hash, roles, scope, created_at, expires_at)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(secret.hash())
        .bind(Json(&BTreeSet::from(FIRST_ROLES)))
        .bind(Json(&Scope::Whole))
        .bind(Timestamp(now))
        .bind(Timestamp(expires_at))
        .run(&mut *transaction, "invitations")
        .await?;
        let deed = AuditRecord::by(&Actor::vigie(), "administrator_invited", "account");
        audit_trail::append(&mut transaction, now, &[deed]).await?;
        end(transaction).await?;
        Ok(Some(secret))
    }

    /// Whether the link still makes an account: it does until somebody administers.
    pub async fn is_invited(
        &self,
        presented: &Credential,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin_read().await?;
        Ok(invitation(&mut transaction, presented, now).await?.is_some())
    }

    /// Makes the account that the link is for, once. `None` when the link is worth nothing.
    pub async fn accept_invitation(
        &self,
        presented: &Credential,
        act: &ActionContext,
    ) -> Result<Option<Account>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let Some((roles, scope)) = invitation(&mut transaction, presented, act.at).await? else {
            return Ok(None);
        };
        let terms = AccountTerms { name: act.actor.clone(), roles, scope, identity: None };
        let account = account_records::make(&mut transaction, &terms, act).await?;
        sqlx::query("update invitations set used_at = $2, account = $3 where hash = $1")
            .bind(presented.hash())
            .bind(Timestamp(act.at))
            .bind(account.number)
            .run(&mut *transaction, "invitations")
            .await?;
        end(transaction).await?;
        Ok(Some(account))
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

#[derive(sqlx::FromRow)]
struct SessionRow {
    account: AccountNumber,
    name: Actor,
    roles: Json<BTreeSet<Role>>,
    scope: Json<Scope>,
    multi_factor: bool,
    expires_at: Timestamp,
    created_at: Timestamp,
}

fn administers(account: &Account) -> bool {
    account.closed_at.is_none() && account.roles.contains(&Role::Administrator)
}

async fn invitation(
    connection: &mut sqlx::SqliteConnection,
    presented: &Credential,
    now: DateTime<Utc>,
) -> Result<Option<(BTreeSet<Role>, Scope)>, StoreError> {
    let found: Option<(Json<_>, Json<_>, Timestamp, Timestamp)> = query_as(
        "select roles, scope, expires_at, created_at from invitations
         where hash = $1 and used_at is null",
    )
    .bind(presented.hash())
    .optional(&mut *connection, "invitations")
    .await?;
    let Some((Json(roles), Json(scope), Timestamp(expires_at), Timestamp(begun))) = found else {
        return Ok(None);
    };
    let accounts = account_records::select(connection, None).await?;
    let lasts = !is_over(expires_at, now)
        && !waits::is_ahead(begun, now)
        && !accounts.iter().any(administers);
    Ok(lasts.then_some((roles, scope)))
}
