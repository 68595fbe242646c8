//! Accounts, for those who keep them.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::problem_details::PROBLEM_JSON;
use super::problem_details::ProblemDetails;
use super::query::Asked;
use super::revision::Seen;
use super::revision::SeenRevision;
use super::revision::etag;
use crate::domain::access::Account;
use crate::domain::access::AccountNumber;
use crate::domain::access::Identity;
use crate::domain::access::Scope;
use crate::domain::acts::AccountBody;
use crate::domain::audit::Actor;
use crate::domain::ids::MinistryCode;
use crate::store::AccountTerms;

/// Bytes of the code of a ministry.
const LONGEST_CODE: usize = 40;

/// Why, where a body would not be read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhyQuery {
    #[param(max_length = 4000)]
    pub(super) reason: String,
}

/// List accounts, closed ones included.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    tag = "accounts",
    responses(
        (status = 200, description = "In the order in which they were made", body = Page<Account>)
    )
)]
pub(super) async fn list_accounts(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<Account>, Problem> {
    asked.page(desk.store.accounts().await?, |account| account.number)
}

/// Give one account.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{account}",
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    responses(
        (status = 200, description = "The account, its revision as `ETag`", body = Account)
    )
)]
pub(super) async fn find_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
) -> Result<HttpResponse, Problem> {
    let account = find(&desk, *number).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.revision)).json(account))
}

/// Make an account.
#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    tag = "accounts",
    request_body = AccountBody,
    responses(
        (status = 201, description = "The account, made", body = Account),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(super) async fn make_account(
    desk: Desk,
    body: web::Json<AccountBody>,
) -> Result<HttpResponse, Problem> {
    let act = desk.act(body.reason.as_str())?;
    let account = desk.store.make_account(&terms(body.into_inner(), None)?, &act).await?;
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
    put,
    path = "/api/v1/accounts/{account}",
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        SeenRevision
    ),
    request_body = AccountBody,
    responses(
        (status = 200, description = "The account, changed", body = Account),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 412, description = "Changed meanwhile", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 428, description = "Of which revision?", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(super) async fn change_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
    Seen(revision): Seen,
    body: web::Json<AccountBody>,
) -> Result<HttpResponse, Problem> {
    let act = desk.act(body.reason.as_str())?;
    let identity = find(&desk, *number).await?.identity;
    let terms = terms(body.into_inner(), identity)?;
    let account = desk.store.change_account((*number, revision), &terms, &act).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.revision)).json(account))
}

/// Close an account for good.
#[utoipa::path(
    delete,
    path = "/api/v1/accounts/{account}",
    tag = "accounts",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        SeenRevision,
        WhyQuery
    ),
    responses(
        (status = 200, description = "The account, closed", body = Account),
        (status = 409, description = "Refused as things stand", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 412, description = "Changed meanwhile", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 428, description = "Of which revision?", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
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

/// Codes that could be those of ministries.
pub(super) fn check(scope: &Scope) -> Result<(), Problem> {
    let Scope::Ministries(codes) = scope else { return Ok(()) };
    let is_code = |code: &&MinistryCode| {
        let mut letters = code.as_str().chars();
        !letters.any(|letter| letter.is_control() || letter.is_whitespace())
            && (1..=LONGEST_CODE).contains(&code.as_str().len())
    };
    codes.iter().find(|code| !is_code(code)).map_or(Ok(()), |code| {
        let found = code.as_str().escape_debug();
        let words = format!("found `{found}`, expected the code of a ministry, as `MJ`");
        Err(Problem::Unfit(words))
    })
}

fn terms(body: AccountBody, identity: Option<Identity>) -> Result<AccountTerms, Problem> {
    let AccountBody { name, roles, scope, reason: _ } = body;
    let name =
        Actor::person(name.as_str()).map_err(|fault| Problem::BadParameter(fault.to_string()))?;
    check(&scope)?;
    Ok(AccountTerms { name, roles, scope, identity })
}
