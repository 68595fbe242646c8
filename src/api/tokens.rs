//! Tokens: one's own, and those of an account for whoever keeps accounts. A secret is shown once.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts;
use super::accounts::WhyQuery;
use super::desk::Desk;
use super::error::Problem;
use super::once::GivesSecret;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::problem_details::PROBLEM_JSON;
use super::problem_details::ProblemDetails;
use super::query::Asked;
use crate::cycle::Parts;
use crate::domain::access::AccountNumber;
use crate::domain::access::Caller;
use crate::domain::access::ProvedBy;
use crate::domain::access::Role;
use crate::domain::access::Scope;
use crate::domain::access::Token;
use crate::domain::acts::TokenBody;
use crate::store::TokenTerms;

const USUAL_DAYS: u16 = 90;
const MOST_DAYS: u16 = 366;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IssuedToken {
    token: Token,
    /// Shown here, and never again.
    secret: String,
}

/// How broad a token may be, and for how long.
struct Bounds {
    account: AccountNumber,
    roles: BTreeSet<Role>,
    scope: Scope,
    /// No token outlives the one that it was asked with.
    until: Option<DateTime<Utc>>,
    /// Number of the token that it was asked with.
    issued_with: Option<i64>,
}

/// List the caller's tokens, those that are over included.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    tag = "accounts",
    responses(
        (status = 200, description = "In the order in which they were issued", body = Page<Token>)
    )
)]
pub(super) async fn list_own_tokens(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<Token>, Problem> {
    let tokens = desk.store.tokens(Some(desk.caller().account)).await?;
    asked.page(tokens, |token| token.number)
}

/// Issue a token for the caller, no broader than what they came with.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "accounts",
    request_body = TokenBody,
    responses(
        (status = 201, description = "The token, its secret shown once", body = IssuedToken)
    )
)]
pub(super) async fn issue_own_token(
    desk: Desk,
    body: web::Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let Caller { account, roles, scope, .. } = desk.caller().clone();
    let until = own_end(&desk).await?;
    let issued_with = own_number(&desk);
    issue(&desk, &Bounds { account, roles, scope, until, issued_with }, body.into_inner()).await
}

/// Make one of the caller's tokens worth nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{token}",
    tag = "accounts",
    params(
        ("token" = i64, Path, description = "Number of the token"),
        WhyQuery
    ),
    responses(
        (status = 204, description = "Revoked")
    )
)]
pub(super) async fn revoke_own_token(
    desk: Desk,
    number: web::Path<i64>,
    why: Asked<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    let caller = desk.caller();
    let tokens = desk.store.tokens(Some(caller.account)).await?;
    let is_own = |token: &Token| caller.proof == ProvedBy::Token { number: token.number };
    // A token that may do or see little ends none that may do or see more.
    let is_beyond = |token: &Token| {
        !token.roles.is_subset(&caller.roles) || !token.scope.is_within(&caller.scope)
    };
    let about = tokens.iter().find(|token| token.number == *number);
    if about.is_some_and(|token| !is_own(token) && is_beyond(token)) {
        return Err(Problem::TooBroad);
    }
    revoke(&desk, (caller.account, *number), &why.reason).await
}

/// List the tokens of an account, those that are over included.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{account}/tokens",
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    responses(
        (status = 200, description = "In the order in which they were issued", body = Page<Token>)
    )
)]
pub(super) async fn list_tokens(
    desk: Desk,
    account: web::Path<AccountNumber>,
    asked: Listing<NoFilters>,
) -> Result<Page<Token>, Problem> {
    let account = accounts::find(&desk, *account).await?;
    let tokens = desk.store.tokens(Some(account.number)).await?;
    asked.page(tokens, |token| token.number)
}

/// Issue a token for an account, no broader than it.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{account}/tokens",
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    request_body = TokenBody,
    responses(
        (status = 201, description = "The token, its secret shown once", body = IssuedToken),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(super) async fn issue_token(
    desk: Desk,
    account: web::Path<AccountNumber>,
    body: web::Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let account = accounts::find(&desk, *account).await?;
    let until = own_end(&desk).await?;
    let (roles, scope) = (account.roles, account.scope);
    let issued_with = own_number(&desk);
    let bounds = Bounds { account: account.number, roles, scope, until, issued_with };
    issue(&desk, &bounds, body.into_inner()).await
}

/// Make a token of an account worth nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/accounts/{account}/tokens/{token}",
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        ("token" = i64, Path, description = "Number of the token"),
        WhyQuery
    ),
    responses(
        (status = 204, description = "Revoked")
    )
)]
pub(super) async fn revoke_token(
    desk: Desk,
    of: web::Path<(AccountNumber, i64)>,
    why: Asked<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    revoke(&desk, of.into_inner(), &why.reason).await
}

async fn issue(desk: &Desk, bounds: &Bounds, asked: TokenBody) -> Result<HttpResponse, Problem> {
    let with = match desk.caller().proof {
        ProvedBy::Token { number } => format!("asked with token {number}"),
        ProvedBy::Session { .. } => "asked in a session".to_owned(),
        ProvedBy::Local => "asked next to the database".to_owned(),
    };
    let act = desk.act(&with)?;
    let terms = terms(asked, bounds, act.at)?;
    let (token, secret) = desk.store.issue_token(&terms, &act).await?;
    let secret = secret.reveal().to_owned();
    let mut answer = HttpResponse::Created().json(IssuedToken { token, secret });
    answer.extensions_mut().insert(GivesSecret);
    Ok(answer)
}

async fn revoke(
    desk: &Desk,
    (account, number): (AccountNumber, i64),
    reason: &str,
) -> Result<HttpResponse, Problem> {
    let tokens = desk.store.tokens(Some(account)).await?;
    if !tokens.iter().any(|token| token.number == number) {
        return Err(Problem::NotFound { kind: "token", id: number.to_string() });
    }
    desk.store.revoke_token(number, &desk.act(reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Number of the token that the caller came with; `None` for a session.
fn own_number(desk: &Desk) -> Option<i64> {
    match desk.caller().proof {
        ProvedBy::Token { number } => Some(number),
        ProvedBy::Session { .. } | ProvedBy::Local => None,
    }
}

/// When the token that the caller came with ends; none for a session.
async fn own_end(desk: &Desk) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(number) = own_number(desk) else { return Ok(None) };
    let own = desk.store.tokens(Some(desk.caller().account)).await?;
    Ok(own.iter().find(|token| token.number == number).map(|token| token.expires_at))
}

fn terms(body: TokenBody, bounds: &Bounds, now: DateTime<Utc>) -> Result<TokenTerms, Problem> {
    let TokenBody { label, roles, scope, days } = body;
    let roles = roles.unwrap_or_else(|| bounds.roles.clone());
    let scope = scope.unwrap_or_else(|| bounds.scope.clone());
    if !roles.is_subset(&bounds.roles) || !scope.is_within(&bounds.scope) {
        return Err(Problem::TooBroad);
    }
    let expires_at = match (days.unwrap_or(USUAL_DAYS), bounds.until) {
        (1..=MOST_DAYS, until) => {
            let end = now + TimeDelta::days(days.unwrap_or(USUAL_DAYS).into());
            until.map_or(end, |until| until.min(end))
        }
        (found, _) => {
            let words = format!("`days`: found {found}, expected 1 to {MOST_DAYS}");
            return Err(Problem::BadParameter(words));
        }
    };
    accounts::check(&scope)?;
    let label = label.into_inner();
    let Bounds { account, issued_with, .. } = *bounds;
    Ok(TokenTerms { account, label, roles, scope, issued_with, expires_at })
}

/// The valid tokens of an account that were issued by the local command line, where nobody proves who they are.
pub(super) async fn valid_local_tokens(
    parts: &Parts,
    account: AccountNumber,
) -> Result<Vec<Token>, Problem> {
    let now = parts.clock.now();
    let mut tokens = parts.store.tokens(Some(account)).await?;
    tokens.retain(|token| {
        token.issued_locally && token.revoked_at.is_none() && token.expires_at > now
    });
    Ok(tokens)
}
