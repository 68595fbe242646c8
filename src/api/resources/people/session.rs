//! The caller's account.

use std::collections::BTreeSet;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::tokens;
use crate::api::context::RequestContext;
use crate::api::problem::kinds::Problem;
use crate::domain::accounts::access::{AccountNumber, Permission, Role, Scope, Token};
use crate::domain::accounts::audit::Actor;

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
    let local_tokens = tokens::valid_local_tokens(&context, caller.account).await?;
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
