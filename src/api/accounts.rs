//! Accounts, for those who keep them.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
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
#[derive(Debug, Deserialize)]
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyQuery {
    pub(super) reason: String,
}

pub(super) async fn list_accounts(desk: Desk) -> Result<web::Json<List<Account>>, Problem> {
    Ok(List::of(desk.store.accounts().await?))
}

pub(super) async fn find_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
) -> Result<HttpResponse, Problem> {
    let account = find(&desk, *number).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.revision)).json(account))
}

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

/// Who it is for a provider of identities stays as it is.
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

pub(super) async fn close_account(
    desk: Desk,
    number: web::Path<AccountNumber>,
    Seen(revision): Seen,
    why: web::Query<WhyQuery>,
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
        let name = Actor::person(&name).map_err(|fault| Problem::BadParameter(fault.to_string()))?;
        Ok(AccountTerms { name, roles, scope, identity })
    }
}
