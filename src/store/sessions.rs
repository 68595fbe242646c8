//! Sessions of browsers, and the links that make an account once.

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Utc;

use super::Store;
use super::accounts;
use super::accounts::AccountTerms;
use super::accounts::is_over;
use super::audit;
use super::connections::end;
use super::credential::Credential;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::waits;
use crate::domain::access::Account;
use crate::domain::access::AccountNumber;
use crate::domain::access::Caller;
use crate::domain::access::ProvedBy;
use crate::domain::access::Role;
use crate::domain::access::Scope;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::audit::NameProof;
use crate::domain::secret::Secret;

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
        act: &Act,
    ) -> Result<Credential, StoreError> {
        let secret = Credential::fresh("")?;
        let mut transaction = self.begin_write().await?;
        sqlx::query("delete from sessions where expires_at <= $1")
            .bind(kept::from_instant(act.at))
            .execute(&mut *transaction)
            .await
            .map_err(writing("sessions"))?;
        sqlx::query(
            "insert into sessions (hash, account, multi_factor, id_token, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(secret.hash().as_str())
        .bind(terms.account.0)
        .bind(terms.multi_factor)
        .bind(terms.id_token.as_ref().map(Secret::reveal))
        .bind(kept::from_instant(act.at))
        .bind(kept::from_instant(terms.expires_at))
        .execute(&mut *transaction)
        .await
        .map_err(writing("sessions"))?;
        let deed = act.deed("signed_in", accounts::subject(terms.account));
        audit::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(secret)
    }

    /// Whose session it is, as long as neither it nor the account is over.
    pub async fn caller_by_session(
        &self,
        presented: &Credential,
        now: DateTime<Utc>,
    ) -> Result<Option<Caller>, StoreError> {
        let found: Option<(i64, String, String, String, bool, String, String)> = sqlx::query_as(
            "select sessions.account, accounts.name, accounts.roles, accounts.scope,
                    sessions.multi_factor, sessions.expires_at, sessions.created_at
             from sessions join accounts on accounts.number = sessions.account
             where sessions.hash = $1 and accounts.closed_at is null",
        )
        .bind(presented.hash().as_str())
        .fetch_optional(self.readers()?)
        .await
        .map_err(reading("sessions"))?;
        let Some((account, name, roles, scope, multi_factor, expires_at, begun)) = found else {
            return Ok(None);
        };
        let begun = kept::to_instant("sessions.created_at", begun)?;
        let expires_at = kept::to_instant("sessions.expires_at", expires_at)?;
        if is_over(expires_at, now) || waits::is_ahead(begun, now) {
            return Ok(None);
        }
        Ok(Some(Caller {
            account: AccountNumber(account),
            name: Actor::from_kept(name).proved_by(NameProof::Session),
            roles: kept::to_json("accounts.roles", &roles)?,
            scope: kept::to_json("accounts.scope", &scope)?,
            proof: ProvedBy::Session { multi_factor },
        }))
    }

    /// What the provider of identities wants back, when it gave anything.
    pub async fn end_session(
        &self,
        presented: &Credential,
        act: &Act,
    ) -> Result<Option<Secret>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let ended: Option<(i64, Option<String>)> =
            sqlx::query_as("delete from sessions where hash = $1 returning account, id_token")
                .bind(presented.hash().as_str())
                .fetch_optional(&mut *transaction)
                .await
                .map_err(writing("sessions"))?;
        let Some((account, id_token)) = ended else { return Ok(None) };
        let deed = act.deed("signed_out", accounts::subject(AccountNumber(account)));
        audit::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(id_token.map(Secret::new))
    }

    /// A link that makes an administrator, who acts too, and publishes no rules. `None` once there are
    /// accounts. Earlier links are worth nothing from then on.
    pub async fn invite_first(
        &self,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Option<Credential>, StoreError> {
        let mut transaction = self.begin_write().await?;
        if !accounts::select(&mut transaction, None).await?.is_empty() {
            return Ok(None);
        }
        sqlx::query("delete from invitations where used_at is null")
            .execute(&mut *transaction)
            .await
            .map_err(writing("invitations"))?;
        let secret = Credential::fresh("")?;
        sqlx::query(
            "insert into invitations (hash, roles, scope, created_at, expires_at)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(secret.hash().as_str())
        .bind(kept::from_json("roles", &BTreeSet::from(FIRST_ROLES))?)
        .bind(kept::from_json("a scope", &Scope::Whole)?)
        .bind(kept::from_instant(now))
        .bind(kept::from_instant(expires_at))
        .execute(&mut *transaction)
        .await
        .map_err(writing("invitations"))?;
        let deed = Deed::by(&Actor::vigie(), "administrator_invited", "account");
        audit::append(&mut transaction, now, &[deed]).await?;
        end(transaction).await?;
        Ok(Some(secret))
    }

    /// Whether the link still makes an account: it does until there is one.
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
        act: &Act,
    ) -> Result<Option<Account>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let Some((roles, scope)) = invitation(&mut transaction, presented, act.at).await? else {
            return Ok(None);
        };
        let terms = AccountTerms { name: act.actor.clone(), roles, scope, identity: None };
        let account = accounts::make(&mut transaction, &terms, act).await?;
        sqlx::query("update invitations set used_at = $2, account = $3 where hash = $1")
            .bind(presented.hash().as_str())
            .bind(kept::from_instant(act.at))
            .bind(account.number.0)
            .execute(&mut *transaction)
            .await
            .map_err(writing("invitations"))?;
        end(transaction).await?;
        Ok(Some(account))
    }

    /// Somebody was refused, at the instant that comes with it: in the trail, as every decision is.
    pub async fn note_refusals(
        &self,
        refusals: &[(DateTime<Utc>, Deed)],
    ) -> Result<(), StoreError> {
        if refusals.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin_write().await?;
        for (at, deed) in refusals {
            audit::append(&mut transaction, *at, std::slice::from_ref(deed)).await?;
        }
        end(transaction).await
    }
}

async fn invitation(
    connection: &mut sqlx::SqliteConnection,
    presented: &Credential,
    now: DateTime<Utc>,
) -> Result<Option<(BTreeSet<Role>, Scope)>, StoreError> {
    let found: Option<(String, String, String, String)> = sqlx::query_as(
        "select roles, scope, expires_at, created_at from invitations
         where hash = $1 and used_at is null and not exists (select 1 from accounts)",
    )
    .bind(presented.hash().as_str())
    .fetch_optional(connection)
    .await
    .map_err(reading("invitations"))?;
    let Some((roles, scope, expires_at, begun)) = found else { return Ok(None) };
    let begun = kept::to_instant("invitations.created_at", begun)?;
    let expires_at = kept::to_instant("invitations.expires_at", expires_at)?;
    if is_over(expires_at, now) || waits::is_ahead(begun, now) {
        return Ok(None);
    }
    let roles = kept::to_json("invitations.roles", &roles)?;
    Ok(Some((roles, kept::to_json("invitations.scope", &scope)?)))
}
