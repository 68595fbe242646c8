//! Messages about an outage of a channel and its end, sent to the risk team through the channels
//! that work. Pure.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{ChannelState, Notice, NoticeKind, Receiver};
use crate::domain::messages::outage::{Outage, OutageNews, OutageTurn};
use crate::notify::compose::context::notice_id;
use crate::notify::compose::domain_event;
use crate::notify::compose::domain_event::DeliveryContext;
use crate::notify::compose::event::Event;
use crate::notify::compose::notices::lanes;
use crate::notify::layout::footer::footer;
use crate::notify::layout::message::{Chat, Message};
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;
use crate::support::french;

/// One notice for each other working channel that reaches the risk team: its mailbox, and the
/// webhooks and Tchap room that receive every ministry's events. None when there is no such
/// channel.
pub fn outage_notices(
    news: &OutageNews,
    down: &[Outage],
    context: DeliveryContext<'_>,
) -> Result<Vec<Notice>, RenderError> {
    let failing = &news.outage.lane;
    let works = |lane: &Channel| {
        let is_closed = |state: &ChannelState| state.lane == *lane && state.closed_at.is_some();
        lane != failing
            && !down.iter().any(|outage| outage.lane == *lane)
            && !context.lanes.iter().any(is_closed)
    };
    let settings = context.settings;
    let mut notices = domain_event::notices(&event(news), None, (context, moment(news)));
    notices.retain(|notice| works(&notice.receiver.lane()));
    if works(&Channel::Mail) && settings.mail.is_on() && !settings.mail.dinum.is_empty() {
        notices.push(mail(news, context)?);
    }
    if works(&Channel::Tchap) && settings.tchap.is_on() && settings.tchap.ministries.is_empty() {
        notices.push(chat(news, context)?);
    }
    debug_assert!(
        notices.iter().all(|notice| lanes(settings).contains(&notice.receiver.lane())),
        "a notice for a channel that is not set up"
    );
    Ok(notices)
}

/// The instant that distinguishes one message from the next: it becomes part of the notice's id.
fn moment(news: &OutageNews) -> DateTime<Utc> {
    news.outage.ended_at.unwrap_or(news.outage.since)
}

fn event(news: &OutageNews) -> Event {
    let outage = &news.outage;
    let (name, error) = match news.turn {
        OutageTurn::Lasts => ("channel.down", Some(&outage.error)),
        OutageTurn::Ended => ("channel.up", None),
    };
    let data = json!({
        "channel": outage.lane.to_string(),
        "since": outage.since,
        "ended_at": outage.ended_at,
        "reason": outage.reason,
        "error": error,
        "waiting": news.waiting,
    });
    Event::of_thing(name, format!("channel/{}", outage.lane), data)
}

fn mail(news: &OutageNews, context: DeliveryContext<'_>) -> Result<Notice, RenderError> {
    let receiver = Receiver::Dinum;
    let message = Message {
        title: format!("[VIGIE] {}", headline(news)),
        heading: headline(news),
        intro: paragraphs(news),
        footer: footer(&receiver, "", context.settings),
        ..Message::default()
    };
    let rendered = render::content(&message, None, usize::MAX)?;
    Ok(notice(news, context, receiver, (message.title, rendered)))
}

fn chat(news: &OutageNews, context: DeliveryContext<'_>) -> Result<Notice, RenderError> {
    let chat = Chat { heading: headline(news), lines: paragraphs(news), url: None };
    let rendered = render::chat(&chat)?;
    Ok(notice(news, context, Receiver::Tchap, (chat.heading, rendered)))
}

fn notice(
    news: &OutageNews,
    context: DeliveryContext<'_>,
    receiver: Receiver,
    (title, rendered): (String, crate::domain::messages::notice::Content),
) -> Notice {
    let name = match news.turn {
        OutageTurn::Lasts => "channel.down",
        OutageTurn::Ended => "channel.up",
    };
    Notice {
        id: notice_id(&receiver, &[name, &news.outage.lane.to_string()], moment(news)),
        thread: format!("channel/{}/{receiver}", news.outage.lane),
        receiver,
        kind: NoticeKind::Event,
        cycle: None,
        follows: vec![],
        title,
        content: rendered,
        created_at: context.now,
        not_before: context.now,
    }
}

fn headline(news: &OutageNews) -> String {
    let channel = channel(&news.outage.lane);
    match news.turn {
        OutageTurn::Lasts => format!("Envoi des messages interrompu : {channel}"),
        OutageTurn::Ended => format!("Envoi des messages rétabli : {channel}"),
    }
}

fn paragraphs(news: &OutageNews) -> Vec<String> {
    let outage = &news.outage;
    let since = french::moment(outage.since);
    let waiting = match news.waiting {
        0 => "Aucun message n’attend.".to_owned(),
        1 => "1 message attend.".to_owned(),
        several => format!("{several} messages attendent."),
    };
    match news.turn {
        OutageTurn::Lasts => vec![
            format!("Depuis le {since}, Vigie ne peut plus envoyer de messages par ce canal."),
            format!("Dernier échec : {} ({}).", outage.error, outage.reason),
            format!(
                "{waiting} Aucun n’est perdu ni abandonné : ils partiront dans l’ordre dès que le canal \
                 répondra."
            ),
            "À vérifier : le serveur destinataire, le réseau, le mot de passe ou le jeton. L’état des canaux \
             s’affiche avec la commande « vigie receivers list »."
                .to_owned(),
        ],
        OutageTurn::Ended => {
            let end = french::moment(moment(news));
            vec![
                format!("Le canal répond de nouveau depuis le {end}. L’interruption a duré depuis le {since}."),
                match news.waiting {
                    0 => "Tous les messages qui attendaient sont partis.".to_owned(),
                    1 | 2.. => format!("{waiting} Ils partent dans l’ordre."),
                },
            ]
        }
    }
}

fn channel(lane: &Channel) -> String {
    match lane {
        Channel::Mail => "courrier électronique".to_owned(),
        Channel::Webhook(name) => format!("webhook « {name} »"),
        Channel::Tchap => "Tchap".to_owned(),
    }
}
