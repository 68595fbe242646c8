//! API tokens: the caller's own, and for administrators those of any account. A secret is shown once.

use actix_web::{HttpResponse, web};
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
use crate::application;
use crate::domain::accounts::access::{Account, AccountNumber, Token};
use crate::domain::action_bodies::TokenBody;

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct IssuedToken {
    token: Token,
    /// The secret to send after `Bearer`. It cannot be shown again.
    secret: String,
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
    issue(&context, None, body.into_inner()).await
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
    let act = context.act(&why.reason)?;
    application::revoke_own_token(&context, (context.caller(), *number), &act).await?;
    Ok(HttpResponse::NoContent().finish())
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
    issue(&context, Some(&account), body.into_inner()).await
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
    let act = context.act(&why.reason)?;
    application::revoke_token(&context, of.into_inner(), &act).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn issue(
    context: &RequestContext,
    owner: Option<&Account>,
    body: TokenBody,
) -> Result<HttpResponse, Problem> {
    if let Some(scope) = &body.scope {
        accounts::check(scope)?;
    }
    let act = context.act("")?;
    let (token, secret) =
        application::issue_token(context, (context.caller(), owner), body, &act).await?;
    let secret = secret.reveal().to_owned();
    let mut answer = HttpResponse::Created().json(IssuedToken { token, secret });
    answer.extensions_mut().insert(GivesSecret);
    Ok(answer)
}
