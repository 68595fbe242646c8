//! Issues a token on the database's machine and notifies its account.

use super::CycleError;
use super::Parts;
use crate::domain::access::Account;
use crate::domain::access::Token;
use crate::domain::audit::Act;
use crate::notify;
use crate::store::Credential;
use crate::store::TokenTerms;

/// Returns the token, and whether its account is notified by mail. In any case it is notified at
/// its next sign-in.
pub async fn issue_local_token(
    parts: &Parts,
    (account, terms): (&Account, &TokenTerms),
    act: &Act,
) -> Result<(Token, Credential, bool), CycleError> {
    let notice = notify::local_token_notice(account, (&terms.label, act), &parts.notify)?;
    let (token, secret) = parts.store.issue_token_and_tell(terms, act, notice.as_ref()).await?;
    Ok((token, secret, notice.is_some()))
}
