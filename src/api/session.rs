//! Who the caller is, as Vigie knows them.

use std::collections::BTreeSet;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::tokens;
use crate::domain::access::AccountNumber;
use crate::domain::access::Permission;
use crate::domain::access::Role;
use crate::domain::access::Scope;
use crate::domain::access::Token;
use crate::domain::audit::Actor;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    account: AccountNumber,
    name: Actor,
    roles: BTreeSet<Role>,
    permissions: Vec<Permission>,
    scope: Scope,
    /// Tokens of this account, still valid, that were issued on the local command line:
    /// revoke those that nobody asked for.
    local_tokens: Vec<Token>,
}

/// Say who the caller is, as Vigie knows them.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "accounts",
    responses((status = 200, description = "As asked", body = Session))
)]
pub(super) async fn find_session(desk: Desk) -> Result<web::Json<Session>, Problem> {
    let caller = desk.caller();
    let local_tokens = tokens::valid_local_tokens(&desk, caller.account).await?;
    let permissions =
        Permission::ALL.into_iter().filter(|permission| caller.may(*permission)).collect();
    Ok(web::Json(Session {
        account: caller.account,
        name: caller.name.clone(),
        roles: caller.roles.clone(),
        permissions,
        scope: caller.scope.clone(),
        local_tokens,
    }))
}
