//! Issues a token on the database's machine and notifies its account.

use crate::application::{ApplicationError, Services};
use crate::domain::accounts::access::{Account, Token};
use crate::domain::accounts::audit::ActionContext;
use crate::notify;
use crate::store::{Credential, TokenTerms};

/// Returns the token, and whether its account is notified by mail. In any case it is notified at
/// its next sign-in.
pub async fn issue_local_token(
    services: &Services,
    (account, terms): (&Account, &TokenTerms),
    act: &ActionContext,
) -> Result<(Token, Credential, bool), ApplicationError> {
    let notice = notify::local_token_notice(account, (&terms.label, act), &services.notify)?;
    let (token, secret) = services.store.issue_token_and_tell(terms, act, notice.as_ref()).await?;
    Ok((token, secret, notice.is_some()))
}
