//! The caller's account, and the sessions of browsers: the caller's own, and for administrators those of any account.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts;
use super::accounts::WhyQuery;
use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::domain::accounts::access::{AccountNumber, Permission, ProvedBy, Role, Scope, Token};
use crate::domain::accounts::audit::Actor;
use crate::domain::accounts::sessions::{OpenSession, SessionId};

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CurrentSession {
    account: AccountNumber,
    name: Actor,
    roles: BTreeSet<Role>,
    permissions: Vec<Permission>,
    scope: Scope,
    /// Valid tokens of this account that were issued by the command line on the machine of the database, without
    /// authentication. Revoke those that you did not request.
    local_tokens: Vec<Token>,
}

/// A session of a browser that has not ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::api) struct ListedSession {
    #[serde(flatten)]
    session: OpenSession,
    /// Whether the request was sent with this session.
    current: bool,
}

/// Return the caller's account, roles, permissions and scope.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    responses((status = 200, description = "The caller", body = CurrentSession))
)]
pub(in crate::api) async fn find_session(
    context: RequestContext,
) -> Result<web::Json<CurrentSession>, Problem> {
    let caller = context.caller();
    let local_tokens = application::valid_local_tokens(&context, caller.account).await?;
    let permissions =
        Permission::ALL.into_iter().filter(|permission| caller.may(*permission)).collect();
    Ok(web::Json(CurrentSession {
        account: caller.account,
        name: caller.name.clone(),
        roles: caller.roles.clone(),
        permissions,
        scope: caller.scope.clone(),
        local_tokens,
    }))
}

/// List the caller's open sessions.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    responses((status = 200, description = "A page of sessions, the latest first", body = Page<ListedSession>))
)]
pub(in crate::api) async fn list_own_sessions(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<ListedSession>, Problem> {
    listing.page(listed(&context, context.caller().account).await?, order)
}

/// End one of the caller's sessions, the current one included.
///
/// A token that lends less than its account cannot.
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{session}",
    params(("session" = SessionId, Path, description = "Id of the session")),
    responses((status = 204, description = "The session has ended"))
)]
pub(in crate::api) async fn end_own_session(
    context: RequestContext,
    session: web::Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let act = context.act("")?;
    application::end_own_session(&context, (context.caller(), &session), &act).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the open sessions of an account.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{account}/sessions",
    params(("account" = AccountNumber, Path, description = "Number of the account")),
    responses((status = 200, description = "A page of sessions, the latest first", body = Page<ListedSession>))
)]
pub(in crate::api) async fn list_sessions(
    context: RequestContext,
    account: web::Path<AccountNumber>,
    listing: Listing<NoFilters>,
) -> Result<Page<ListedSession>, Problem> {
    let account = accounts::find(&context, *account).await?;
    listing.page(listed(&context, account.number).await?, order)
}

/// End a session of an account.
#[utoipa::path(
    delete,
    path = "/api/v1/accounts/{account}/sessions/{session}",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        ("session" = SessionId, Path, description = "Id of the session"),
        WhyQuery
    ),
    responses((status = 204, description = "The session has ended"))
)]
pub(in crate::api) async fn end_session(
    context: RequestContext,
    of: web::Path<(AccountNumber, SessionId)>,
    why: QueryParameters<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    let (account, session) = of.into_inner();
    let act = context.act(&why.reason)?;
    application::end_session(&context, (account, &session), &act).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The latest comes first.
fn order(listed: &ListedSession) -> (Reverse<DateTime<Utc>>, SessionId) {
    (Reverse(listed.session.begun_at), listed.session.id.clone())
}

async fn listed(
    context: &RequestContext,
    account: AccountNumber,
) -> Result<Vec<ListedSession>, Problem> {
    let sessions = context.store.sessions_of(account, context.clock.now()).await?;
    let own = match &context.caller().proof {
        ProvedBy::Session { id, .. } => Some(id),
        ProvedBy::Token { .. } | ProvedBy::Local => None,
    };
    let listed = sessions.into_iter().map(|session| {
        let current = own == Some(&session.id);
        ListedSession { session, current }
    });
    Ok(listed.collect())
}
