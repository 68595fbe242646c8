//! Tokens: what programs prove themselves with.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::account_records;
use super::credential::Credential;
use crate::domain::accounts::access::{AccountNumber, Role, Scope, Token};
use crate::domain::accounts::audit::{ActionContext, Actor, NameProof};
use crate::domain::messages::notice::Notice;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Json, Timestamp};
use crate::store::outbox::outgoing;

const PREFIX: &str = "vigie_";

/// What a new token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenTerms {
    pub account: AccountNumber,
    /// For people, to know it again.
    pub label: String,
    /// Of the account's roles, those it lends.
    pub roles: BTreeSet<Role>,
    /// Of what the account sees, what it shows.
    pub scope: Scope,
    /// Number of the token that its issuer came with.
    pub issued_with: Option<i64>,
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// The secret is given here, and never again.
    ///
    /// # Errors
    ///
    /// There is no such account, or it is closed.
    pub async fn issue_token(
        &self,
        terms: &TokenTerms,
        act: &ActionContext,
    ) -> Result<(Token, Credential), StoreError> {
        self.issue_token_and_tell(terms, act, None).await
    }

    /// Issues a token, and writes the notice that informs its account, in one transaction.
    ///
    /// # Errors
    ///
    /// There is no such account, or it is closed.
    pub async fn issue_token_and_tell(
        &self,
        terms: &TokenTerms,
        act: &ActionContext,
        notice: Option<&Notice>,
    ) -> Result<(Token, Credential), StoreError> {
        let secret = Credential::fresh(PREFIX)?;
        let mut transaction = self.begin_write().await?;
        let account = terms.account;
        let owner = account_records::unclosed(&mut transaction, account).await?;
        let number = query_scalar("select coalesce(max(number), 0) + 1 from tokens")
            .one(&mut *transaction, "tokens")
            .await?;
        let token = Token {
            number,
            account,
            label: terms.label.clone(),
            roles: terms.roles.intersection(&owner.roles).copied().collect(),
            scope: owner.scope.and(&terms.scope),
            created_at: act.at,
            issued_by: Some(act.actor.clone()),
            issued_locally: act.actor.proof() == Some(NameProof::Local),
            issued_with: terms.issued_with,
            expires_at: terms.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        query(
            "insert into tokens (number, account, label, hash, roles, scope, created_at, expires_at,
                                 issued_by, issued_locally, issued_with)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(token.number)
        .bind(account)
        .bind(&token.label)
        .bind(secret.hash())
        .bind(Json(&token.roles))
        .bind(Json(&token.scope))
        .bind(Timestamp(token.created_at))
        .bind(Timestamp(token.expires_at))
        .bind(token.issued_by.as_ref())
        .bind(token.issued_locally)
        .bind(token.issued_with)
        .run(&mut *transaction, "tokens")
        .await?;
        let became = issued(&token, &owner.name);
        let deed = act.deed("token_issued", subject(token.number)).became(&became);
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        outgoing::insert(&mut transaction, notice.map(std::slice::from_ref).unwrap_or_default())
            .await?;
        end(transaction).await?;
        Ok((token, secret))
    }

    /// Of one account, or all; in the order in which they were issued, those that are over included.
    pub async fn tokens(&self, account: Option<AccountNumber>) -> Result<Vec<Token>, StoreError> {
        query_as(
            "select number, account, label, roles, scope, created_at, issued_by, issued_locally,
                    issued_with, expires_at, last_used_at, revoked_at
             from tokens where (cast($1 as bigint) is null or account = $1) order by number",
        )
        .bind(account)
        .all(self.readers()?, "tokens")
        .await
    }

    /// Revokes a token and, recursively, every token that was issued with it: a thief may have issued them.
    ///
    /// # Errors
    ///
    /// There is no such token, or it was revoked.
    pub async fn revoke_token(&self, number: i64, act: &ActionContext) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let mut revoked: Vec<i64> = query_scalar(
            "update tokens set revoked_at = $2
             where revoked_at is null and number in (
                 with recursive ended(number) as (
                     select number from tokens where number = $1 and revoked_at is null
                     union
                     select tokens.number from tokens join ended on tokens.issued_with = ended.number
                 ) select number from ended)
             returning number",
        )
        .bind(number)
        .bind(Timestamp(act.at))
        .all(&mut *transaction, "tokens")
        .await?;
        if revoked.is_empty() {
            return Err(StoreError::NoSuch { what: "valid token", number });
        }
        revoked.sort_unstable();
        let deeds = revoked.into_iter().map(|one| {
            let deed = act.deed("token_revoked", subject(one));
            if one == number { deed } else { deed.was(&json!({ "issued_under": number })) }
        });
        audit_trail::append(&mut transaction, act.at, &deeds.collect::<Vec<_>>()).await?;
        end(transaction).await
    }
}

/// What the audit trail records about a new token.
fn issued(token: &Token, owner: &Actor) -> serde_json::Value {
    json!({
        "account": owner,
        "label": token.label,
        "roles": token.roles,
        "scope": token.scope,
        "expires_at": token.expires_at,
    })
}

fn subject(number: i64) -> String {
    format!("token/{number}")
}

impl FromRow for Token {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            account: row.try_get("account")?,
            label: row.try_get("label")?,
            roles: row.json("roles")?,
            scope: row.json("scope")?,
            created_at: row.instant("created_at")?,
            issued_by: row.try_get("issued_by")?,
            issued_locally: row.try_get("issued_locally")?,
            issued_with: row.try_get("issued_with")?,
            expires_at: row.instant("expires_at")?,
            last_used_at: row.optional_instant("last_used_at")?,
            revoked_at: row.optional_instant("revoked_at")?,
        })
    }
}
