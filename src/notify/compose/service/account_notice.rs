//! The mail that notifies an account of a token issued for it on the database's machine. Pure.

use crate::domain::accounts::access::Account;
use crate::domain::accounts::audit::ActionContext;
use crate::domain::messages::notice::{Notice, NoticeKind, Receiver};
use crate::notify::channels::email::Mailbox;
use crate::notify::compose::context::notice_id;
use crate::notify::layout::footer::footer;
use crate::notify::layout::message::Message;
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;
use crate::notify::settings::NotifySettings;
use crate::support::clock::today;
use crate::support::french;

/// `None` when mail is not set up, or the account has no address and its name is none. Sent at once, whatever
/// the hour.
pub fn local_token_notice(
    account: &Account,
    (label, act): (&str, &ActionContext),
    settings: &NotifySettings,
) -> Result<Option<Notice>, RenderError> {
    let has_address =
        account.mail_address.is_some() || Mailbox::parse(account.name.as_str()).is_ok();
    if !settings.mail.is_on() || !has_address {
        return Ok(None);
    }
    let receiver = Receiver::Account(account.number);
    let id = notice_id(&receiver, &["local_token", label], act.at);
    let on = french::date(today(act.at));
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
        footer: footer(&receiver, "", settings),
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
        content: render::content(&message, None, usize::MAX)?,
        created_at: act.at,
        not_before: act.at,
    }))
}
