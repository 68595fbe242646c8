//! Sessions of browsers, ended by their owner or by an administrator.

use crate::application::{ApplicationError, Services, TokenRefusal};
use crate::domain::accounts::access::{Account, AccountNumber, Caller, ProvedBy};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::accounts::session_id::SessionId;

/// Ends one of the caller's own sessions.
///
/// # Errors
/// If the caller has no such session, or came with a token that lends less than its account, as sessions do not.
pub async fn end_own_session(
    services: &Services,
    (caller, session): (&Caller, &SessionId),
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    let is_whole =
        |own: Account| own.roles.is_subset(&caller.roles) && own.scope.is_within(&caller.scope);
    if matches!(caller.proof, ProvedBy::Token { .. })
        && !services.store.own_account(caller).await?.is_some_and(is_whole)
    {
        return Err(TokenRefusal::TooBroad.into());
    }
    end_session(services, (caller.account, session), act).await
}

/// Ends a session of an account.
///
/// # Errors
/// If the account has no such session.
pub async fn end_session(
    services: &Services,
    (account, session): (AccountNumber, &SessionId),
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    Ok(services.store.end_session_of((account, session), act).await?)
}
