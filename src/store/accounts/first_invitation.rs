//! The link of the first start, which makes the administrator's account once.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::account_records::{AccountTerms, is_over};
use super::credential::Credential;
use super::sessions::SessionTerms;
use super::{account_records, sessions};
use crate::domain::accounts::access::{Account, Role, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::SessionOpening;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::outbox::waits;

/// Of the first account: enough to begin with, and others to publish what it is not to publish alone.
const FIRST_ROLES: [Role; 3] = [Role::Reader, Role::Analyst, Role::Administrator];

impl Store {
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
        query("delete from invitations where used_at is null")
            .run(&mut *transaction, "invitations")
            .await?;
        let secret = Credential::fresh("")?;
        query(
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

    /// Makes the account that the link is for, once, and opens its session until then. `None` when the link is worth
    /// nothing.
    ///
    /// # Errors
    ///
    /// Another account has or had the name or one that looks the same, or has the mail address.
    pub async fn accept_invitation(
        &self,
        presented: &Credential,
        (mail_address, until): (Option<MailAddress>, DateTime<Utc>),
        act: &ActionContext,
    ) -> Result<Option<(Account, Credential)>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let Some((roles, scope)) = invitation(&mut transaction, presented, act.at).await? else {
            return Ok(None);
        };
        let name = act.actor.clone();
        let terms = AccountTerms { name, roles, scope, mail_address, identity: None };
        let account = account_records::make(&mut transaction, &terms, act).await?;
        query("update invitations set used_at = $2, account = $3 where hash = $1")
            .bind(presented.hash())
            .bind(Timestamp(act.at))
            .bind(account.number)
            .run(&mut *transaction, "invitations")
            .await?;
        let session = SessionTerms {
            account: account.number,
            opened_by: SessionOpening::Setup,
            multi_factor: false,
            id_token: None,
            expires_at: until,
        };
        let secret = sessions::open(&mut transaction, &session, act).await?;
        end(transaction).await?;
        Ok(Some((account, secret)))
    }
}

fn administers(account: &Account) -> bool {
    account.closed_at.is_none() && account.roles.contains(&Role::Administrator)
}

async fn invitation(
    connection: &mut Connection,
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
