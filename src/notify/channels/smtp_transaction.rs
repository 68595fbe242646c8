//! Sends one mail to an SMTP server step by step, so that a refusal is judged by the command it
//! refuses.

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use tracing::warn;

use crate::notify::retry::{DeliveryAttempt, FailureReason};

/// Reply codes for a failed or missing authentication.
const AUTH_CODES: [u16; 4] = [530, 534, 535, 538];

/// The server closes the connection, whatever the command.
const CLOSING: u16 = 421;

/// The command that the server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::notify) enum SmtpStep {
    /// `MAIL FROM`: the same for every mail, so its refusal is not about this one.
    Sender,
    /// `RCPT TO`
    Recipient,
    /// `DATA`, and the mail itself.
    Content,
}

/// A refusal, or a broken connection.
pub(in crate::notify) struct Failure {
    pub(in crate::notify) step: SmtpStep,
    pub(in crate::notify) error: SmtpError,
}

/// Why a mail cannot be sent to this server at all.
pub(in crate::notify) fn unsupported(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
) -> Option<&'static str> {
    let server = connection.server_info();
    if has_accents(envelope) && !server.supports_feature(Extension::SmtpUtfEight) {
        return Some(
            "found an address with accents, which the mail server does not take (SMTPUTF8)",
        );
    }
    if !mail.is_ascii() && !server.supports_feature(Extension::EightBitMime) {
        return Some("found a mail with accents, which the mail server does not take (8BITMIME)");
    }
    None
}

fn has_accents(envelope: &Envelope) -> bool {
    envelope.from().into_iter().chain(envelope.to()).any(|address: &Address| {
        let text: &str = address.as_ref();
        !text.is_ascii()
    })
}

/// Sends the same commands as `lettre` does. The mail is addressed to the first `addressed` recipients; the others
/// get a copy, which is none if none of the first is accepted.
pub(in crate::notify) async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    addressed: usize,
    mail: &[u8],
) -> Result<(), Failure> {
    let at = |step| move |error| Failure { step, error };
    let mut options = Vec::new();
    if has_accents(envelope) {
        options.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let sender = Mail::new(envelope.from().cloned(), options);
    connection.command(sender).await.map_err(at(SmtpStep::Sender))?;
    let mut refused = None;
    let mut accepted = 0_usize;
    for (place, to) in envelope.to().iter().enumerate() {
        match connection.command(Rcpt::new(to.clone(), vec![])).await {
            Ok(_) if place < addressed => accepted += 1,
            Ok(_) => {}
            // One address that is no more, or a copy, must not keep the mail from the others.
            Err(error) if error.is_permanent() || (place >= addressed && is_for_later(&error)) => {
                refused.get_or_insert(error);
            }
            Err(error) => return Err(at(SmtpStep::Recipient)(error)),
        }
    }
    if let Some(error) = refused {
        if accepted == 0 {
            return Err(at(SmtpStep::Recipient)(error));
        }
        warn!("the mail server refuses one of several recipients of a mail; the others get it");
    }
    connection.command(Data).await.map_err(at(SmtpStep::Content))?;
    connection.message(mail).await.map_err(at(SmtpStep::Content))?;
    Ok(())
}

/// A temporary refusal that leaves the connection open.
fn is_for_later(error: &SmtpError) -> bool {
    error.is_transient() && error.status().map(u16::from) != Some(CLOSING)
}

/// A permanent refusal of the recipient or of the mail is the notice's fault. A refusal of the
/// sender, or a missing authentication, is the channel's. A temporary refusal may be either.
pub(in crate::notify) fn judged(failure: &Failure, detail: String) -> DeliveryAttempt {
    let Failure { step, error } = failure;
    match (error.status().map(u16::from), step) {
        (Some(code), _) if AUTH_CODES.contains(&code) => {
            DeliveryAttempt::channel_failed(FailureReason::AuthError, detail)
        }
        (Some(_), SmtpStep::Sender) => {
            DeliveryAttempt::channel_failed(FailureReason::ServerError, detail)
        }
        (None, SmtpStep::Sender) => {
            DeliveryAttempt::channel_failed(FailureReason::Unreachable, detail)
        }
        (Some(CLOSING), SmtpStep::Recipient | SmtpStep::Content) => {
            DeliveryAttempt::perhaps_channel_failed(FailureReason::ServerError, detail)
        }
        (Some(_), SmtpStep::Recipient | SmtpStep::Content) if error.is_permanent() => {
            DeliveryAttempt::give_up(FailureReason::ClientError, detail)
        }
        (Some(_), SmtpStep::Recipient | SmtpStep::Content) => {
            DeliveryAttempt::perhaps_channel_failed(FailureReason::ServerError, detail)
        }
        // The mail may have been accepted and the answer lost.
        (None, SmtpStep::Recipient | SmtpStep::Content) => {
            DeliveryAttempt::perhaps_channel_failed(FailureReason::Interrupted, detail)
        }
    }
}
