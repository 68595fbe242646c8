//! Accounts, for those who keep them.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::delete;
use actix_web::get;
use actix_web::http::header;
use actix_web::post;
use actix_web::put;
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::PROBLEM_JSON;
use super::error::Problem;
use super::error::ProblemDetails;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::query::Asked;
use super::revision::Seen;
use super::revision::etag;
use crate::domain::access::Account;
use crate::domain::access::AccountNumber;
use crate::domain::access::Identity;
use crate::domain::access::Role;
use crate::domain::access::Scope;
use crate::domain::audit::Actor;
use crate::store::AccountTerms;

/// All that an account may become.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountBody {
    name: String,
    roles: BTreeSet<Role>,
    scope: Scope,
    /// Why, for those who come after.
    #[serde(default)]
    reason: String,
}

/// Why, where a body would not be read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhyQuery {
    pub(super) reason: String,
}

/// List accounts, closed ones included.
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, description = "In the order in which they were made", body = Page<Account>)
    )
)]
#[get("/api/v1/accounts")]
pub(super) async fn list_accounts(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<Account>, Problem> {
    asked.page(desk.store.accounts().await?, |account| account.number)
}

/// Give one account.
#[utoipa::path(
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    responses(
        (status = 200, description = "The account, its revision as `ETag`", body = Account)
    )
)]
#[get("/api/v1/accounts/{account}")]
pub(super) async fn find_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
) -> Result<HttpResponse, Problem> {
    let account = find(&desk, *number).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.revision)).json(account))
}

/// Make an account.
#[utoipa::path(
    tag = "accounts",
    request_body = AccountBody,
    responses(
        (status = 201, description = "The account, made", body = Account),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
#[post("/api/v1/accounts")]
pub(super) async fn make_account(
    desk: Desk,
    body: web::Json<AccountBody>,
) -> Result<HttpResponse, Problem> {
    let act = desk.act(&body.reason)?;
    let account = desk.store.make_account(&body.into_inner().terms(None)?, &act).await?;
    let location = format!("/api/v1/accounts/{}", account.number.0);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header(etag(account.revision))
        .json(account))
}

/// Give an account another name, other roles, another scope.
///
/// Who it is for a provider of identities stays as it is.
#[utoipa::path(
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        ("If-Match" = String, Header, description = "The `ETag` of what was seen")
    ),
    request_body = AccountBody,
    responses(
        (status = 200, description = "The account, changed", body = Account),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 412, description = "Changed meanwhile", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 428, description = "Of which revision?", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
#[put("/api/v1/accounts/{account}")]
pub(super) async fn change_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
    Seen(revision): Seen,
    body: web::Json<AccountBody>,
) -> Result<HttpResponse, Problem> {
    let act = desk.act(&body.reason)?;
    let identity = find(&desk, *number).await?.identity;
    let terms = body.into_inner().terms(identity)?;
    let account = desk.store.change_account((*number, revision), &terms, &act).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.revision)).json(account))
}

/// Close an account for good.
#[utoipa::path(
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        ("If-Match" = String, Header, description = "The `ETag` of what was seen"),
        WhyQuery
    ),
    responses(
        (status = 200, description = "The account, closed", body = Account),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 412, description = "Changed meanwhile", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 428, description = "Of which revision?", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
#[delete("/api/v1/accounts/{account}")]
pub(super) async fn close_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
    Seen(revision): Seen,
    why: Asked<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    let act = desk.act(&why.reason)?;
    let account = desk.store.close_account((*number, revision), &act).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.revision)).json(account))
}

pub(super) async fn find(desk: &Desk, number: AccountNumber) -> Result<Account, Problem> {
    let found = desk.store.account(number).await?;
    found.ok_or_else(|| Problem::NotFound { kind: "account", id: number.0.to_string() })
}

impl AccountBody {
    fn terms(self, identity: Option<Identity>) -> Result<AccountTerms, Problem> {
        let Self { name, roles, scope, reason: _ } = self;
        let name =
            Actor::person(&name).map_err(|fault| Problem::BadParameter(fault.to_string()))?;
        Ok(AccountTerms { name, roles, scope, identity })
    }
}
