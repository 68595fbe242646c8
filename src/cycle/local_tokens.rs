//! A token issued beside the database is told to its account.

use super::CycleError;
use super::Parts;
use crate::domain::access::Account;
use crate::domain::access::Token;
use crate::domain::audit::Act;
use crate::notify;
use crate::store::Credential;
use crate::store::TokenTerms;

/// Whether its account is told by mail; it sees it at its next sign-in anyway.
pub async fn issue_local_token(
    parts: &Parts,
    (account, terms): (&Account, &TokenTerms),
    act: &Act,
) -> Result<(Token, Credential, bool), CycleError> {
    let notice = notify::local_token_notice(account, (&terms.label, act), &parts.notify)?;
    let (token, secret) = parts.store.issue_token_and_tell(terms, act, notice.as_ref()).await?;
    Ok((token, secret, notice.is_some()))
}
