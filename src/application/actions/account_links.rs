//! Links that open a session of an account: invitations, and those that people ask for to sign in.

use chrono::{DateTime, Utc};

use crate::application::{ApplicationError, Services};
use crate::domain::accounts::access::{Account, AccountNumber};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::AccountLinkKind;
use crate::notify;
use crate::notify::AccountLinkMessage;
use crate::store::{Credential, InvitationDelivery, SignInRequest};

/// An invitation that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub expires_at: DateTime<Utc>,
    /// The secret of its link, when no mail carries it.
    pub secret: Option<Credential>,
}

/// What became of a request for a sign-in link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInLink {
    Sent,
    /// No account has the address.
    NoAccount,
    /// The account was sent several within an hour.
    TooMany(AccountNumber),
}

/// Invites the person of an account: by mail where that can be, unless the link is to be shown.
///
/// # Errors
/// If the account is closed, or the database cannot be written.
pub async fn invite(
    services: &Services,
    (account, show): (&Account, bool),
    act: &ActionContext,
) -> Result<Invitation, ApplicationError> {
    let expires_at = act.at + AccountLinkKind::Invitation.lasts();
    let what = AccountLinkMessage::Invitation { by: &act.actor, until: expires_at };
    let notice = if show {
        None
    } else {
        notify::account_link_notice(account, what, (&services.notify, act.at))?
    };
    let delivery = notice.as_ref().map_or(InvitationDelivery::Shown, InvitationDelivery::Mailed);
    let invited = (account.number, expires_at);
    let secret = services.store.invite_account(invited, delivery, act).await?;
    Ok(Invitation { expires_at, secret })
}

/// Sends a link to the account that has this address, if there is one. Whoever asks is told nothing of what comes of it.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn send_sign_in_link(
    services: &Services,
    address: &MailAddress,
    request: &SignInRequest,
) -> Result<SignInLink, ApplicationError> {
    let Some(account) = services.store.account_at(address).await? else {
        return Ok(SignInLink::NoAccount);
    };
    let now = services.clock.now();
    let what = AccountLinkMessage::SignIn { browser: &request.browser };
    let notice = notify::account_link_notice(&account, what, (&services.notify, now))?;
    let Some(notice) = notice else { return Ok(SignInLink::NoAccount) };
    let period = (now, now + AccountLinkKind::SignIn.lasts());
    let is_sent = services.store.offer_sign_in(account.number, (request, &notice), period).await?;
    Ok(if is_sent { SignInLink::Sent } else { SignInLink::TooMany(account.number) })
}
