//! The mail that notifies an account of a token issued for it on the database's machine. Pure.

use super::compose::notice_id;
use super::email::Mailbox;
use super::letters;
use super::message::Message;
use super::render;
use super::render::RenderError;
use super::settings::Settings;
use crate::domain::access::Account;
use crate::domain::audit::Act;
use crate::domain::french;
use crate::domain::notice::Notice;
use crate::domain::notice::NoticeKind;
use crate::domain::notice::Receiver;

/// `None` when mail is not set up, or the account's name is not an address. Sent at once, whatever
/// the hour.
pub fn local_token_notice(
    account: &Account,
    (label, act): (&str, &Act),
    settings: &Settings,
) -> Result<Option<Notice>, RenderError> {
    let is_address = Mailbox::parse(account.name.as_str()).is_ok();
    if !settings.mail.is_on() || !is_address {
        return Ok(None);
    }
    let receiver = Receiver::Account(account.number);
    let id = notice_id(&receiver, &["local_token", label], act.at);
    let on = french::date(super::compose::today(act.at));
    let message = Message {
        title: "[Vigie] Un jeton a été émis pour votre compte, en local".to_owned(),
        heading: "Un jeton a été émis pour votre compte".to_owned(),
        intro: vec![
            format!(
                "Le {on}, un jeton pour « {label} » a été émis au nom de votre compte, sur la machine de la \
                 base de données, par {}.",
                act.actor
            ),
            "Qui le détient agit sous votre nom. Si vous ne l’avez pas demandé, révoquez-le et dites-le à un \
             administrateur."
                .to_owned(),
        ],
        footer: letters::footer(&receiver, "", settings),
        ..Message::default()
    };
    Ok(Some(Notice {
        thread: format!("{}/{receiver}", NoticeKind::Account.as_str()),
        id,
        receiver,
        kind: NoticeKind::Account,
        cycle: None,
        follows: vec![],
        title: message.title.clone(),
        content: render::content(&message, usize::MAX)?,
        created_at: act.at,
        not_before: act.at,
    }))
}
