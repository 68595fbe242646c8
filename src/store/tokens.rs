//! Tokens: what programs prove themselves with.

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Utc;
use serde_json::json;

use super::Store;
use super::accounts;
use super::audit;
use super::connections::end;
use super::credential::Credential;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outbox;
use crate::domain::access::AccountNumber;
use crate::domain::access::Role;
use crate::domain::access::Scope;
use crate::domain::access::Token;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::NameProof;
use crate::domain::notice::Notice;

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
    pub async fn issue_token(
        &self,
        terms: &TokenTerms,
        act: &Act,
    ) -> Result<(Token, Credential), StoreError> {
        self.issue_token_and_tell(terms, act, None).await
    }

    /// With the notice by which its account is told, in the same transaction.
    pub async fn issue_token_and_tell(
        &self,
        terms: &TokenTerms,
        act: &Act,
        notice: Option<&Notice>,
    ) -> Result<(Token, Credential), StoreError> {
        let secret = Credential::fresh(PREFIX)?;
        let mut transaction = self.begin_write().await?;
        let account = terms.account;
        let owner = accounts::select(&mut transaction, Some(account)).await?.pop();
        let owner = owner.ok_or(StoreError::NoSuch { what: "account", number: account.0 })?;
        if let Some(at) = owner.closed_at {
            let how = format!("closed on {}", at.date_naive());
            return Err(StoreError::Over { what: "account", number: account.0, how });
        }
        let last: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from tokens")
            .fetch_one(&mut *transaction)
            .await
            .map_err(reading("tokens"))?;
        let token = Token {
            number: last + 1,
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
        sqlx::query(
            "insert into tokens (number, account, label, hash, roles, scope, created_at, expires_at,
                                 issued_by, issued_locally, issued_with)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(token.number)
        .bind(account.0)
        .bind(&token.label)
        .bind(secret.hash().as_str())
        .bind(kept::from_json("roles", &token.roles)?)
        .bind(kept::from_json("a scope", &token.scope)?)
        .bind(kept::from_instant(token.created_at))
        .bind(kept::from_instant(token.expires_at))
        .bind(token.issued_by.as_ref().map(Actor::as_str))
        .bind(token.issued_locally)
        .bind(token.issued_with)
        .execute(&mut *transaction)
        .await
        .map_err(writing("tokens"))?;
        let became = issued(&token, &owner.name);
        let deed = act.deed("token_issued", subject(token.number)).became(&became);
        audit::append(&mut transaction, act.at, &[deed]).await?;
        outbox::insert(&mut transaction, notice.map(std::slice::from_ref).unwrap_or_default())
            .await?;
        end(transaction).await?;
        Ok((token, secret))
    }

    /// Of one account, or all; in the order in which they were issued, those that are over included.
    pub async fn tokens(&self, account: Option<AccountNumber>) -> Result<Vec<Token>, StoreError> {
        let rows: Vec<TokenRow> = sqlx::query_as(
            "select number, account, label, roles, scope, created_at, issued_by, issued_locally,
                    issued_with, expires_at, last_used_at, revoked_at
             from tokens where (cast($1 as bigint) is null or account = $1) order by number",
        )
        .bind(account.map(|account| account.0))
        .fetch_all(self.readers()?)
        .await
        .map_err(reading("tokens"))?;
        rows.into_iter().map(TokenRow::into_token).collect()
    }

    /// Revokes a token and, recursively, every token that was issued with it: whoever stole it may have issued them.
    pub async fn revoke_token(&self, number: i64, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let mut revoked: Vec<i64> = sqlx::query_scalar(
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
        .bind(kept::from_instant(act.at))
        .fetch_all(&mut *transaction)
        .await
        .map_err(writing("tokens"))?;
        if revoked.is_empty() {
            return Err(StoreError::NoSuch { what: "valid token", number });
        }
        revoked.sort_unstable();
        let deeds = revoked.into_iter().map(|one| {
            let deed = act.deed("token_revoked", subject(one));
            if one == number { deed } else { deed.was(&json!({ "issued_under": number })) }
        });
        audit::append(&mut transaction, act.at, &deeds.collect::<Vec<_>>()).await?;
        end(transaction).await
    }
}

/// What the audit trail tells of a new token.
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

#[derive(sqlx::FromRow)]
struct TokenRow {
    number: i64,
    account: i64,
    label: String,
    roles: String,
    scope: String,
    created_at: String,
    issued_by: Option<String>,
    issued_locally: bool,
    issued_with: Option<i64>,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl TokenRow {
    fn into_token(self) -> Result<Token, StoreError> {
        let last_used_at =
            self.last_used_at.map(|at| kept::to_instant("tokens.last_used_at", at)).transpose()?;
        let revoked_at =
            self.revoked_at.map(|at| kept::to_instant("tokens.revoked_at", at)).transpose()?;
        Ok(Token {
            number: self.number,
            account: AccountNumber(self.account),
            label: self.label,
            roles: kept::to_json("tokens.roles", &self.roles)?,
            scope: kept::to_json("tokens.scope", &self.scope)?,
            created_at: kept::to_instant("tokens.created_at", self.created_at)?,
            issued_by: self.issued_by.map(Actor::from_kept),
            issued_locally: self.issued_locally,
            issued_with: self.issued_with,
            expires_at: kept::to_instant("tokens.expires_at", self.expires_at)?,
            last_used_at,
            revoked_at,
        })
    }
}
