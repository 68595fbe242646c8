//! Tokens: what a new one may be, whoever issues it and for whom, and which ones somebody may revoke.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::application::{ApplicationError, Services, TokenRefusal};
use crate::domain::accounts::access::{
    Account, AccountNumber, Caller, ProvedBy, Role, Scope, Token,
};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::action_bodies::TokenBody;
use crate::notify;
use crate::store::{Credential, StoreError, TokenTerms};

/// Lifetime of a token whose request does not say it, in days.
pub const USUAL_DAYS: u16 = 90;

/// Longest lifetime of a token, in days.
pub const MOST_DAYS: u16 = 366;

/// Limits of a new token.
struct Bounds {
    account: AccountNumber,
    roles: BTreeSet<Role>,
    scope: Scope,
    /// End of the token used for the request, which the new one may not outlive.
    until: Option<DateTime<Utc>>,
    /// Number of the token used for the request.
    issued_with: Option<i64>,
}

/// Issues a token: for the account `owner`, or for the caller's own, within what the caller came with.
///
/// # Errors
/// If the token would exceed the account, or what the caller came with; if its lifetime is none; if the account is closed.
pub async fn issue_token(
    services: &Services,
    (caller, owner): (&Caller, Option<&Account>),
    body: TokenBody,
    act: &ActionContext,
) -> Result<(Token, Credential), ApplicationError> {
    let (account, roles, scope) = match owner {
        Some(owner) => (owner.number, owner.roles.clone(), owner.scope.clone()),
        None => (caller.account, caller.roles.clone(), caller.scope.clone()),
    };
    let issued_with = match caller.proof {
        ProvedBy::Token { number } => Some(number),
        ProvedBy::Session { .. } | ProvedBy::Local => None,
    };
    let until = own_end(services, caller, issued_with).await?;
    let bounds = Bounds { account, roles, scope, until, issued_with };
    let reason = match &caller.proof {
        ProvedBy::Token { number } => format!("asked with token {number}"),
        ProvedBy::Session { .. } => "asked in a session".to_owned(),
        ProvedBy::Local => "asked next to the database".to_owned(),
    };
    let act = ActionContext { reason, ..act.clone() };
    let terms = terms(body, &bounds, act.at)?;
    Ok(services.store.issue_token(&terms, &act).await?)
}

/// Issues a token on the database's machine, and notifies its account.
///
/// Returns the token, and whether its account is notified by mail. In any case it is notified at
/// its next sign-in.
pub async fn issue_local_token(
    services: &Services,
    (account, terms): (&Account, &TokenTerms),
    act: &ActionContext,
) -> Result<(Token, Credential, bool), ApplicationError> {
    let notice = notify::local_token_notice(account, (&terms.label, act), &services.notify)?;
    let (token, secret) = services.store.issue_token_and_tell(terms, act, notice.as_ref()).await?;
    Ok((token, secret, notice.is_some()))
}

/// Revokes one of the caller's own tokens.
///
/// # Errors
/// If the caller has no such token that is valid, or came with a token that lends less than the one to revoke.
pub async fn revoke_own_token(
    services: &Services,
    (caller, number): (&Caller, i64),
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    let tokens = services.store.tokens(Some(caller.account)).await?;
    let is_own = |token: &Token| caller.proof == ProvedBy::Token { number: token.number };
    // A token cannot revoke one with more roles or ministries than its own.
    let is_beyond = |token: &Token| {
        !token.roles.is_subset(&caller.roles) || !token.scope.is_within(&caller.scope)
    };
    let about = tokens.iter().find(|token| token.number == number);
    if about.is_some_and(|token| !is_own(token) && is_beyond(token)) {
        return Err(TokenRefusal::TooBroad.into());
    }
    revoke_token(services, (caller.account, number), act).await
}

/// Revokes a token of an account.
///
/// # Errors
/// If the account has no such token that is valid.
pub async fn revoke_token(
    services: &Services,
    (account, number): (AccountNumber, i64),
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    let tokens = services.store.tokens(Some(account)).await?;
    if !tokens.iter().any(|token| token.number == number) {
        return Err(StoreError::NoSuch { what: "token", number }.into());
    }
    Ok(services.store.revoke_token(number, act).await?)
}

/// The valid tokens of an account that were issued by the local command line, without authentication.
///
/// # Errors
/// If the database cannot be read.
pub async fn valid_local_tokens(
    services: &Services,
    account: AccountNumber,
) -> Result<Vec<Token>, ApplicationError> {
    let now = services.clock.now();
    let mut tokens = services.store.tokens(Some(account)).await?;
    tokens.retain(|token| token.issued_locally && token.is_valid(now));
    Ok(tokens)
}

/// When the token used for the request expires; `None` for a session.
async fn own_end(
    services: &Services,
    caller: &Caller,
    number: Option<i64>,
) -> Result<Option<DateTime<Utc>>, ApplicationError> {
    let Some(number) = number else { return Ok(None) };
    let own = services.store.tokens(Some(caller.account)).await?;
    Ok(own.iter().find(|token| token.number == number).map(|token| token.expires_at))
}

fn terms(
    body: TokenBody,
    bounds: &Bounds,
    now: DateTime<Utc>,
) -> Result<TokenTerms, ApplicationError> {
    let TokenBody { label, roles, scope, days } = body;
    let roles = roles.unwrap_or_else(|| bounds.roles.clone());
    let scope = scope.unwrap_or_else(|| bounds.scope.clone());
    if !roles.is_subset(&bounds.roles) || !scope.is_within(&bounds.scope) {
        return Err(TokenRefusal::TooBroad.into());
    }
    let days = days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(TokenRefusal::Days { found: days, most: MOST_DAYS }.into());
    }
    let end = now + TimeDelta::days(days.into());
    let expires_at = bounds.until.map_or(end, |until| until.min(end));
    let label = label.into_inner();
    let Bounds { account, issued_with, .. } = *bounds;
    Ok(TokenTerms { account, label, roles, scope, issued_with, expires_at })
}
