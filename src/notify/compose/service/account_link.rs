//! Mails that carry a link to an account: an invitation, or a link to sign in. What is stored of them has no link: it is
//! put in when the mail leaves. Pure.

use chrono::{DateTime, Utc};

use crate::domain::accounts::access::Account;
use crate::domain::accounts::audit::Actor;
use crate::domain::accounts::sessions::AccountLinkKind;
use crate::domain::messages::notice::{Content, Notice, NoticeKind, Receiver};
use crate::notify::compose::context::notice_id;
use crate::notify::layout::footer::footer;
use crate::notify::layout::message::{Message, MessageAction};
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;
use crate::notify::settings::NotifySettings;
use crate::support::fingerprint::Fingerprint;
use crate::support::french;

/// Where the secret of the link is to stand.
const PLACE: &str = "lien-envoye-par-courriel";

/// What a mail with a link to an account says.
#[derive(Clone, Copy, Debug)]
pub enum AccountLinkMessage<'a> {
    Invitation {
        by: &'a Actor,
        until: DateTime<Utc>,
    },
    SignIn {
        /// Of the browser that asked, so that two requests of one moment make two mails.
        browser: &'a Fingerprint,
    },
}

/// The mail, which leaves at once, whatever the hour. `None` when mail is not set up, people have no address of Vigie, or
/// the account has no mail address.
///
/// # Errors
/// If the templates have a fault.
pub fn account_link_notice(
    account: &Account,
    what: AccountLinkMessage<'_>,
    (settings, now): (&NotifySettings, DateTime<Utc>),
) -> Result<Option<Notice>, RenderError> {
    if account.mail_address.is_none() || !settings.sends_links() {
        return Ok(None);
    }
    let receiver = Receiver::Account(account.number);
    let (kind, occasion) = match what {
        AccountLinkMessage::Invitation { .. } => (AccountLinkKind::Invitation, ""),
        AccountLinkMessage::SignIn { browser } => (AccountLinkKind::SignIn, browser.as_str()),
    };
    let id = notice_id(&receiver, &[kind.as_str(), occasion], now);
    let message = message(account, what, (settings, now));
    let message = Message { footer: footer(&receiver, "", settings), ..message };
    Ok(Some(Notice {
        // It waits for no other mail.
        thread: format!("{}/{receiver}/{id}", NoticeKind::Account.as_str()),
        id,
        receiver,
        kind: NoticeKind::Account,
        cycle: None,
        follows: vec![],
        title: message.title.clone(),
        content: render::content(&message, None, usize::MAX)?,
        created_at: now,
        not_before: now,
    }))
}

/// The mail with its link, whose secret it is given.
pub fn with_account_link(notice: &Notice, secret: &str) -> Notice {
    let content = match &notice.content {
        Content::Message { text, html, page, attachments } => Content::Message {
            text: text.replace(PLACE, secret),
            html: html.replace(PLACE, secret),
            page: page.clone(),
            attachments: attachments.clone(),
        },
        Content::Post { .. } => notice.content.clone(),
    };
    Notice { content, ..notice.clone() }
}

fn message(
    account: &Account,
    what: AccountLinkMessage<'_>,
    (settings, now): (&NotifySettings, DateTime<Utc>),
) -> Message {
    let home = &settings.public_url;
    match what {
        AccountLinkMessage::Invitation { by, until } => Message {
            title: "[Vigie] Votre accès à Vigie".to_owned(),
            heading: "Votre accès à Vigie".to_owned(),
            intro: vec![
                format!(
                    "{by} vous ouvre l’accès à Vigie, dispositif de veille de la DINUM sur les grands projets \
                     numériques de l’État, au nom de « {} ».",
                    account.name
                ),
                format!(
                    "Le lien ci-dessous sert une seule fois, jusqu’au {}. Ne le transmettez pas : qui le détient \
                     agit sous votre nom.",
                    french::moment(until)
                ),
            ],
            action: Some(MessageAction {
                label: "Ouvrir ma session".to_owned(),
                url: format!("{home}/invitation/{PLACE}"),
            }),
            ..Message::default()
        },
        AccountLinkMessage::SignIn { .. } => Message {
            title: "[Vigie] Votre lien de connexion".to_owned(),
            heading: "Votre lien de connexion à Vigie".to_owned(),
            intro: vec![
                format!("Ce lien a été demandé le {}.", french::moment(now)),
                format!(
                    "Il sert une seule fois, pendant {} minutes, dans le navigateur où il a été demandé.",
                    AccountLinkKind::SignIn.lasts().num_minutes()
                ),
                "Si vous n’avez rien demandé, ne suivez pas ce lien : ignorez ce message."
                    .to_owned(),
            ],
            action: Some(MessageAction {
                label: "Me connecter".to_owned(),
                url: format!("{home}/connexion/{PLACE}"),
            }),
            ..Message::default()
        },
    }
}
