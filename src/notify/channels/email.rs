//! Sends mail by SMTP: one message per notice, with the same Message-ID however often it is tried.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::smtp_stream::BoundedConnection;
use super::smtp_transaction;
use crate::domain::ids::NoticeId;
use crate::domain::messages::attachment::Attachment;
use crate::domain::messages::notice::{Content, Notice, NoticeKind};
use crate::notify::fault::ChannelFault;
use crate::notify::retry::{DeliveryAttempt, FailureReason};
use crate::notify::settings::{MailSettings, MailTls};
use crate::support::fingerprint::Fingerprint;
use crate::support::mail_address::sendable;
use crate::support::redaction::{SentSecrets, mail_addresses};
use crate::support::visible_text;

/// Longest wait for a connection; `timeout_seconds` applies to a message.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The address of a person, and others that get the same mail. Personal data: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    first: lettre::message::Mailbox,
    others: Vec<lettre::message::Mailbox>,
    copies: Vec<lettre::message::Mailbox>,
}

pub struct Mailer {
    host: String,
    port: u16,
    tls: MailTls,
    parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    timeout: Duration,
    hello: ClientId,
    sent_secrets: SentSecrets,
}

/// A connection that is reused from one mail to the next.
#[derive(Default)]
pub struct MailSession(Option<BoundedConnection>);

impl Mailbox {
    pub fn new(name: Option<&str>, email: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is no address", mail_addresses(email));
        // Addresses kept before they were held to this parser may have a domain with accents.
        let address = sendable(email).map_err(|_| wrong())?.parse().map_err(|_| wrong())?;
        let name = name.map(|name| visible_text::one_line(name).into_owned());
        Ok(Self::alone(lettre::message::Mailbox::new(name, address)))
    }

    /// Parses `Vigie <vigie@example.fr>`, or an address alone.
    ///
    /// # Errors
    /// Says why the text is not an address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "found `{}`, expected an address such as `Vigie <vigie@example.fr>`",
                mail_addresses(text)
            )
        };
        text.parse().map(Self::alone).map_err(|_| expected())
    }

    /// Both: they get one mail.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.others.push(other.first);
        self.others.extend(other.others);
        self
    }

    /// With a copy to another.
    #[must_use]
    pub fn with_copy(mut self, other: Self) -> Self {
        self.copies.push(other.first);
        self
    }

    fn alone(first: lettre::message::Mailbox) -> Self {
        Self { first, others: vec![], copies: vec![] }
    }

    fn domain(&self) -> &str {
        self.first.email.domain()
    }
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&mail_addresses(self.first.email.as_ref()))
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("host", &self.host).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for MailSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "connected" } else { "not connected" })
    }
}

impl Mailer {
    pub fn new(settings: &MailSettings) -> Result<Self, ChannelFault> {
        let mailbox = |setting: &str, text: &str| {
            Mailbox::parse(text).map_err(|what| ChannelFault::new(setting, what))
        };
        let optional = |setting: &str, text: &str| {
            (!text.is_empty()).then(|| mailbox(setting, text)).transpose()
        };
        optional("mail.dinum", &settings.dinum)?;
        optional("mail.director", &settings.director)?;
        let authenticates = !settings.username.is_empty();
        if authenticates && settings.tls == MailTls::None {
            let what = "a password would travel in clear: set `mail.tls` or leave it out";
            return Err(ChannelFault::new("mail.username", what));
        }
        let port = match (settings.port, settings.tls) {
            (0, MailTls::Implicit) => 465,
            (0, MailTls::Starttls) => 587,
            (0, MailTls::None) => 25,
            (port, _) => port,
        };
        Ok(Self {
            host: settings.host.clone(),
            port,
            tls: settings.tls,
            parameters: parameters(settings)?,
            credentials: authenticates.then(|| {
                Credentials::new(settings.username.clone(), settings.password.reveal().to_owned())
            }),
            from: mailbox("mail.from", &settings.from)?,
            reply_to: optional("mail.reply_to", &settings.reply_to)?,
            timeout: Duration::from_secs(settings.timeout_seconds.max(1)),
            hello: ClientId::default(),
            sent_secrets: SentSecrets::of(&settings.username, settings.password.reveal()),
        })
    }

    pub async fn send(
        &self,
        session: &mut MailSession,
        notice: &Notice,
        to: &Mailbox,
    ) -> DeliveryAttempt {
        let (envelope, bytes) = match self.letter(notice, to) {
            Ok(letter) => letter,
            Err(error) => {
                return DeliveryAttempt::give_up(FailureReason::Unfit, self.redacted(&error));
            }
        };
        let mut connection = match self.connected(session).await {
            Ok(connection) => connection,
            Err(attempt) => return attempt,
        };
        if let Some(what) = smtp_transaction::unsupported(&connection, &envelope, &bytes) {
            session.0 = Some(connection);
            return DeliveryAttempt::give_up(FailureReason::Unfit, what);
        }
        let addressed = to.others.len().saturating_add(1);
        let handed =
            smtp_transaction::hand_over(connection.begin_step(), &envelope, addressed, &bytes);
        match timeout(self.timeout, handed).await {
            Ok(Ok(())) => {
                session.0 = Some(connection);
                DeliveryAttempt::Delivered
            }
            Ok(Err(failure)) => {
                drop(timeout(CONNECT_TIMEOUT, connection.abort()).await);
                smtp_transaction::judged(&failure, self.redacted(&failure.error.to_string()))
            }
            Err(_) => {
                let detail = format!("no answer in {} s", self.timeout.as_secs());
                DeliveryAttempt::perhaps_channel_failed(FailureReason::Timeout, detail)
            }
        }
    }

    /// Closes a session with `QUIT`, if the connection still works.
    pub async fn quit(&self, session: &mut MailSession) {
        if let Some(mut connection) = session.0.take() {
            drop(timeout(CONNECT_TIMEOUT, connection.begin_step().quit()).await);
        }
    }

    async fn connected(
        &self,
        session: &mut MailSession,
    ) -> Result<BoundedConnection, DeliveryAttempt> {
        if let Some(mut connection) = session.0.take() {
            let test = timeout(CONNECT_TIMEOUT, connection.begin_step().test_connected());
            let alive = test.await.unwrap_or(false);
            if alive {
                return Ok(connection);
            }
        }
        let opening = timeout(CONNECT_TIMEOUT * 2, self.open());
        opening.await.unwrap_or_else(|_| {
            Err(DeliveryAttempt::channel_failed(
                FailureReason::Unreachable,
                "no answer to a new connection",
            ))
        })
    }

    async fn open(&self) -> Result<BoundedConnection, DeliveryAttempt> {
        let implicit = self.parameters.clone().filter(|_| self.tls == MailTls::Implicit);
        let server = (self.host.as_str(), self.port);
        let opened = BoundedConnection::open(server, CONNECT_TIMEOUT, &self.hello, implicit).await;
        let mut connection = opened.map_err(|fault| {
            DeliveryAttempt::channel_failed(
                FailureReason::Unreachable,
                self.redacted(&fault.to_string()),
            )
        })?;
        if self.tls == MailTls::Starttls
            && let Some(parameters) = self.parameters.clone()
        {
            // Mail is not sent to a server without TLS: the connection might be intercepted.
            let upgraded = connection.starttls(parameters, &self.hello).await;
            upgraded.map_err(|error| self.unreachable(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let accepted = connection.auth(&mechanisms, credentials).await;
            accepted.map_err(|error| self.not_authenticated(&error))?;
        }
        Ok(connection)
    }

    fn letter(&self, notice: &Notice, to: &Mailbox) -> Result<(Envelope, Vec<u8>), String> {
        let Content::Message { text, html, attachments, .. } = &notice.content else {
            return Err("found a notice for a program, expected one for people".to_owned());
        };
        let mut letter = Message::builder()
            .from(self.from.first.clone())
            .to(to.first.clone())
            .date(SystemTime::from(notice.created_at))
            .subject(visible_text::one_line(&notice.title))
            .message_id(Some(self.message_id(&notice.id)))
            .references(self.references(notice).join(" "))
            .in_reply_to(self.references(notice).last().cloned().unwrap_or_default())
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"));
        for other in &to.others {
            letter = letter.to(other.clone());
        }
        for copied in &to.copies {
            letter = letter.cc(copied.clone());
        }
        if let Some(reply_to) = &self.reply_to {
            letter = letter.reply_to(reply_to.first.clone());
        }
        if matches!(notice.kind, NoticeKind::Critical | NoticeKind::Escalation) {
            letter = letter.raw_header(header("Importance", "high"));
        }
        let body = parts(&notice.id, (text, html), attachments)?;
        let letter = letter.multipart(body).map_err(|error| error.to_string())?;
        Ok((letter.envelope().clone(), letter.formatted()))
    }

    fn unreachable(&self, error: &SmtpError) -> DeliveryAttempt {
        DeliveryAttempt::channel_failed(
            FailureReason::Unreachable,
            self.redacted(&error.to_string()),
        )
    }

    /// Only the code of the server's answer: some servers repeat the password they received.
    fn not_authenticated(&self, error: &SmtpError) -> DeliveryAttempt {
        match error.status() {
            Some(code) => {
                let detail = format!("the server answered {code} to the authentication");
                DeliveryAttempt::channel_failed(FailureReason::AuthError, detail)
            }
            None if error.is_client() => {
                let detail = "the server offers no authentication that Vigie knows (PLAIN, LOGIN)";
                DeliveryAttempt::channel_failed(FailureReason::AuthError, detail)
            }
            None => self.unreachable(error),
        }
    }

    /// The server's text, without addresses of people nor anything that might be the password.
    fn redacted(&self, text: &str) -> String {
        mail_addresses(&self.sent_secrets.redact(text))
    }

    fn message_id(&self, id: &NoticeId) -> String {
        format!("<{id}@{}>", self.from.domain())
    }

    /// The first mail of the thread, then the ones it follows: mail programs group them.
    fn references(&self, notice: &Notice) -> Vec<String> {
        let thread = Fingerprint::of_parts(&["thread", &notice.thread]);
        let root = format!("<thread.{}@{}>", thread.short(), self.from.domain());
        let follows = notice.follows.iter().map(|id| self.message_id(id));
        std::iter::once(root).chain(follows).collect()
    }
}

/// The text and its HTML, and the files beside them.
fn parts(
    id: &NoticeId,
    (text, html): (&str, &str),
    attachments: &[Attachment],
) -> Result<MultiPart, String> {
    // Boundaries are derived from the notice, where `lettre` would draw them at random, so that a mail tried again is
    // the same bytes.
    let boundary = Fingerprint::of_parts(&["boundary", id.as_str(), text, html]);
    let words = MultiPart::alternative()
        .boundary(format!("vigie-{}", boundary.short()))
        .singlepart(SinglePart::plain(visible_text::lines(text).into_owned()))
        .singlepart(SinglePart::html(visible_text::lines(html).into_owned()));
    if attachments.is_empty() {
        return Ok(words);
    }
    let around = format!("vigie-files-{}", boundary.short());
    let mixed = MultiPart::mixed().boundary(around).multipart(words);
    attachments.iter().try_fold(mixed, |mixed, file| Ok(mixed.singlepart(attached(file)?)))
}

fn attached(file: &Attachment) -> Result<SinglePart, String> {
    let name = file.name();
    let bytes = file.bytes().ok_or_else(|| format!("found `{name}` without its content"))?;
    let media_type = ContentType::parse(file.media_type())
        .map_err(|_| format!("found `{}`, expected a media type", file.media_type()))?;
    Ok(lettre::message::Attachment::new(name.to_owned()).body(bytes.to_vec(), media_type))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn parameters(settings: &MailSettings) -> Result<Option<TlsParameters>, ChannelFault> {
    if settings.tls == MailTls::None || settings.host.is_empty() {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if !settings.ca_file.as_os_str().is_empty() {
        let fault = |what: String| {
            ChannelFault::new("mail.ca_file", format!("`{}`: {what}", settings.ca_file.display()))
        };
        let pem = std::fs::read(&settings.ca_file).map_err(|error| fault(error.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| fault(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    let built =
        builder.build().map_err(|error| ChannelFault::new("mail.tls", error.to_string()))?;
    Ok(Some(built))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_travels_in_clear() {
        let settings = MailSettings {
            host: "mail.example".to_owned(),
            tls: MailTls::None,
            username: "vigie".to_owned(),
            from: "vigie@example.fr".to_owned(),
            ..MailSettings::default()
        };
        let fault = Mailer::new(&settings).unwrap_err().to_string();
        assert!(fault.starts_with("read the setting `mail.username`: a password would"), "{fault}");
    }

    #[test]
    fn a_sender_that_is_no_address_is_refused_without_repeating_it_whole() {
        let settings = MailSettings {
            host: "mail.example".to_owned(),
            from: "vigie@".to_owned(),
            ..MailSettings::default()
        };
        let fault = Mailer::new(&settings).unwrap_err().to_string();
        assert!(fault.contains("`mail.from`: found `v***@`, expected an address"), "{fault}");
    }
}
