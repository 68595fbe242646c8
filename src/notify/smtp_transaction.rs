//! Sends one mail to an SMTP server step by step, so that a refusal is judged by the command it
//! refuses.

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Data;
use lettre::transport::smtp::commands::Mail;
use lettre::transport::smtp::commands::Rcpt;
use lettre::transport::smtp::extension::Extension;
use lettre::transport::smtp::extension::MailBodyParameter;
use lettre::transport::smtp::extension::MailParameter;

use super::retry::Attempt;
use super::retry::Reason;

/// Reply codes for a failed or missing authentication.
const AUTH_CODES: [u16; 4] = [530, 534, 535, 538];

/// The server closes the connection, whatever the command.
const CLOSING: u16 = 421;

/// The command that the server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `MAIL FROM`: the same for every mail, so its refusal is not about this one.
    Sender,
    /// `RCPT TO`
    Recipient,
    /// `DATA`, and the mail itself.
    Content,
}

/// A refusal, or a broken connection.
pub(super) struct Failure {
    pub(super) step: Step,
    pub(super) error: SmtpError,
}

/// Why a mail cannot be sent to this server at all.
pub(super) fn unsupported(
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

/// Sends the same commands as `lettre` does.
pub(super) async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
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
    connection.command(sender).await.map_err(at(Step::Sender))?;
    for to in envelope.to() {
        let recipient = Rcpt::new(to.clone(), vec![]);
        connection.command(recipient).await.map_err(at(Step::Recipient))?;
    }
    connection.command(Data).await.map_err(at(Step::Content))?;
    connection.message(mail).await.map_err(at(Step::Content))?;
    Ok(())
}

/// A permanent refusal of the recipient or of the mail is the notice's fault. A refusal of the
/// sender, or a missing authentication, is the channel's. A temporary refusal may be either.
pub(super) fn judged(failure: &Failure, detail: String) -> Attempt {
    let Failure { step, error } = failure;
    match (error.status().map(u16::from), step) {
        (Some(code), _) if AUTH_CODES.contains(&code) => {
            Attempt::channel_failed(Reason::AuthError, detail)
        }
        (Some(_), Step::Sender) => Attempt::channel_failed(Reason::ServerError, detail),
        (None, Step::Sender) => Attempt::channel_failed(Reason::Unreachable, detail),
        (Some(CLOSING), Step::Recipient | Step::Content) => {
            Attempt::perhaps_channel_failed(Reason::ServerError, detail)
        }
        (Some(_), Step::Recipient | Step::Content) if error.is_permanent() => {
            Attempt::give_up(Reason::ClientError, detail)
        }
        (Some(_), Step::Recipient | Step::Content) => {
            Attempt::perhaps_channel_failed(Reason::ServerError, detail)
        }
        // The mail may have been accepted and the answer lost.
        (None, Step::Recipient | Step::Content) => {
            Attempt::perhaps_channel_failed(Reason::Interrupted, detail)
        }
    }
}
