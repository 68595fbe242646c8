//! API tokens: the caller's own, and for administrators those of any account. A secret is shown once.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts;
use super::accounts::WhyQuery;
use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::middleware::idempotency::GivesSecret;
use crate::api::problem::details::{PROBLEM_JSON, ProblemDetails};
use crate::api::problem::kinds::Problem;
use crate::application::Services;
use crate::domain::accounts::access::{AccountNumber, Caller, ProvedBy, Role, Scope, Token};
use crate::domain::action_bodies::TokenBody;
use crate::store::TokenTerms;

const USUAL_DAYS: u16 = 90;
const MOST_DAYS: u16 = 366;

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct IssuedToken {
    token: Token,
    /// The secret to send after `Bearer`. It cannot be shown again.
    secret: String,
}

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

/// List the caller's tokens, expired and revoked ones included.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    responses(
        (status = 200, description = "A page of tokens, in the order they were issued", body = Page<Token>)
    )
)]
pub(in crate::api) async fn list_own_tokens(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<Token>, Problem> {
    let tokens = context.store.tokens(Some(context.caller().account)).await?;
    listing.page(tokens, |token| token.number)
}

/// Issue a token for the caller. It cannot exceed the roles, scope and lifetime of the caller's own credential.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    request_body = TokenBody,
    responses(
        (status = 201, description = "The token, with its secret, which is shown only once", body = IssuedToken)
    )
)]
pub(in crate::api) async fn issue_own_token(
    context: RequestContext,
    body: web::Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let Caller { account, roles, scope, .. } = context.caller().clone();
    let until = own_end(&context).await?;
    let issued_with = own_number(&context);
    issue(&context, &Bounds { account, roles, scope, until, issued_with }, body.into_inner()).await
}

/// Revoke one of the caller's tokens.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{token}",
    params(
        ("token" = i64, Path, description = "Number of the token"),
        WhyQuery
    ),
    responses(
        (status = 204, description = "The token is revoked")
    )
)]
pub(in crate::api) async fn revoke_own_token(
    context: RequestContext,
    number: web::Path<i64>,
    why: QueryParameters<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    let caller = context.caller();
    let tokens = context.store.tokens(Some(caller.account)).await?;
    let is_own = |token: &Token| caller.proof == ProvedBy::Token { number: token.number };
    // A token cannot revoke one with more roles or ministries than its own.
    let is_beyond = |token: &Token| {
        !token.roles.is_subset(&caller.roles) || !token.scope.is_within(&caller.scope)
    };
    let about = tokens.iter().find(|token| token.number == *number);
    if about.is_some_and(|token| !is_own(token) && is_beyond(token)) {
        return Err(Problem::TooBroad);
    }
    revoke(&context, (caller.account, *number), &why.reason).await
}

/// List the tokens of an account, expired and revoked ones included.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{account}/tokens",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    responses(
        (status = 200, description = "A page of tokens, in the order they were issued", body = Page<Token>)
    )
)]
pub(in crate::api) async fn list_tokens(
    context: RequestContext,
    account: web::Path<AccountNumber>,
    listing: Listing<NoFilters>,
) -> Result<Page<Token>, Problem> {
    let account = accounts::find(&context, *account).await?;
    let tokens = context.store.tokens(Some(account.number)).await?;
    listing.page(tokens, |token| token.number)
}

/// Issue a token for an account. It cannot exceed the account's roles and scope.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{account}/tokens",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    request_body = TokenBody,
    responses(
        (status = 201, description = "The token, with its secret, which is shown only once", body = IssuedToken),
        (status = 409, description = "The account is closed", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(in crate::api) async fn issue_token(
    context: RequestContext,
    account: web::Path<AccountNumber>,
    body: web::Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let account = accounts::find(&context, *account).await?;
    let until = own_end(&context).await?;
    let (roles, scope) = (account.roles, account.scope);
    let issued_with = own_number(&context);
    let bounds = Bounds { account: account.number, roles, scope, until, issued_with };
    issue(&context, &bounds, body.into_inner()).await
}

/// Revoke a token of an account.
#[utoipa::path(
    delete,
    path = "/api/v1/accounts/{account}/tokens/{token}",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        ("token" = i64, Path, description = "Number of the token"),
        WhyQuery
    ),
    responses(
        (status = 204, description = "The token is revoked")
    )
)]
pub(in crate::api) async fn revoke_token(
    context: RequestContext,
    of: web::Path<(AccountNumber, i64)>,
    why: QueryParameters<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    revoke(&context, of.into_inner(), &why.reason).await
}

async fn issue(
    context: &RequestContext,
    bounds: &Bounds,
    body: TokenBody,
) -> Result<HttpResponse, Problem> {
    let with = match context.caller().proof {
        ProvedBy::Token { number } => format!("asked with token {number}"),
        ProvedBy::Session { .. } => "asked in a session".to_owned(),
        ProvedBy::Local => "asked next to the database".to_owned(),
    };
    let act = context.act(&with)?;
    let terms = terms(body, bounds, act.at)?;
    let (token, secret) = context.store.issue_token(&terms, &act).await?;
    let secret = secret.reveal().to_owned();
    let mut answer = HttpResponse::Created().json(IssuedToken { token, secret });
    answer.extensions_mut().insert(GivesSecret);
    Ok(answer)
}

async fn revoke(
    context: &RequestContext,
    (account, number): (AccountNumber, i64),
    reason: &str,
) -> Result<HttpResponse, Problem> {
    let tokens = context.store.tokens(Some(account)).await?;
    if !tokens.iter().any(|token| token.number == number) {
        return Err(Problem::NotFound { kind: "token", id: number.to_string() });
    }
    context.store.revoke_token(number, &context.act(reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Number of the token used for the request; `None` for a session.
fn own_number(context: &RequestContext) -> Option<i64> {
    match context.caller().proof {
        ProvedBy::Token { number } => Some(number),
        ProvedBy::Session { .. } | ProvedBy::Local => None,
    }
}

/// When the token used for the request expires; `None` for a session.
async fn own_end(context: &RequestContext) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(number) = own_number(context) else { return Ok(None) };
    let own = context.store.tokens(Some(context.caller().account)).await?;
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

/// The valid tokens of an account that were issued by the local command line, without authentication.
pub(in crate::api) async fn valid_local_tokens(
    services: &Services,
    account: AccountNumber,
) -> Result<Vec<Token>, Problem> {
    let now = services.clock.now();
    let mut tokens = services.store.tokens(Some(account)).await?;
    tokens.retain(|token| {
        token.issued_locally && token.revoked_at.is_none() && token.expires_at > now
    });
    Ok(tokens)
}
