//! Messages of a cycle to programs: one event for each change to webhooks, and counts only to a
//! Tchap room.

use super::context::{ComposeContext, Composed, Part, changed, notice_id};
use super::datasets::on_hold;
use super::digest;
use super::digest::AlertNews;
use super::event::Event;
use crate::domain::ids::NoticeId;
use crate::domain::messages::notice::{Notice, NoticeKind, Receiver, ReceiverMemory};
use crate::notify::layout::message::Chat;
use crate::notify::layout::render::RenderError;
use crate::notify::layout::{message, render};
use crate::notify::settings::WebhookSettings;
use crate::support::clock::today;
use crate::support::french;

pub(in crate::notify) fn events(
    occasion: ComposeContext<'_>,
    receiver: &Receiver,
    name: &str,
    parts: Vec<Part<'_>>,
) -> Composed {
    let mut composed = Composed::default();
    let Some(webhook) = occasion.settings.webhooks.iter().find(|one| one.name == name) else {
        return composed;
    };
    let (directory, url) = (occasion.directory, occasion.settings.public_url.as_str());
    for part in parts {
        let alerts = part.news.alerts.iter().map(|one| Event::of_alert(one, directory, url));
        let missions = part.news.missions.iter().map(|one| Event::of_mission(one, directory, url));
        let stale = part.news.stale.iter().copied().map(Event::of_stale);
        let held = part.news.on_hold.iter().map(on_hold::event);
        let events: Vec<Event> = alerts.chain(missions).chain(stale).chain(held).collect();
        composed.notices.extend(events.iter().filter_map(|event| {
            let id = event_id(occasion, receiver, event);
            notice(occasion, webhook, receiver, (id, event))
        }));
        composed.memories.extend(memory_of(occasion, receiver, part, None));
    }
    composed
}

/// One event for one webhook; `None` when the webhook did not subscribe to it or its format cannot
/// express it.
pub(in crate::notify) fn notice(
    occasion: ComposeContext<'_>,
    webhook: &WebhookSettings,
    receiver: &Receiver,
    (id, event): (NoticeId, &Event),
) -> Option<Notice> {
    if !webhook.events.is_empty() && !webhook.events.iter().any(|wanted| wanted == event.name) {
        return None;
    }
    let now = occasion.now;
    let names = (webhook.name.as_str(), occasion.settings.public_url.as_str());
    let content = event.content(webhook.format, &id, now, names)?;
    Some(Notice {
        id,
        receiver: receiver.clone(),
        kind: NoticeKind::Event,
        cycle: Some(occasion.cycle),
        thread: event.thread.clone(),
        follows: vec![],
        title: event.title.clone(),
        content,
        created_at: now,
        not_before: now,
    })
}

/// Counts by ministry. Sent in office hours, or at once when something is critical.
pub(in crate::notify) fn chat(
    occasion: ComposeContext<'_>,
    parts: Vec<Part<'_>>,
) -> Result<Composed, RenderError> {
    let mut composed = Composed::default();
    let with_news: Vec<&Part<'_>> = parts.iter().filter(|part| !part.news.is_empty()).collect();
    if with_news.is_empty() && occasion.correction.is_none() {
        return Ok(composed);
    }
    let receiver = Receiver::Tchap;
    let kind = match occasion.correction {
        Some(_) => NoticeKind::Correction,
        None => NoticeKind::Digest,
    };
    let id = notice_id(&receiver, &[kind.as_str(), &occasion.cycle.to_string()], occasion.now);
    let lines = with_news.iter().map(|part| {
        let worst = message::worst(&part.news.alerts);
        let level =
            worst.map_or(String::new(), |level| format!(" (jusqu’à « {} »)", level.label()));
        let counted = message::counted(&part.news.alerts, &part.news.missions, false);
        format!("{} : {counted}{level}", occasion.directory.name(&part.about))
    });
    let url = occasion.settings.public_url.as_str();
    let heading = match occasion.correction {
        Some(correction) => format!("Vigie, rectificatif : {}", correction.title()),
        None => format!("Vigie, situation au {}", french::date(occasion.as_of)),
    };
    let chat = Chat {
        heading: heading.clone(),
        lines: lines.collect(),
        url: (!url.is_empty()).then(|| url.to_owned()),
    };
    let calendar = &occasion.settings.calendar;
    let critical =
        with_news.iter().any(|part| part.news.alerts.iter().any(AlertNews::is_newly_critical));
    composed.notices.push(Notice {
        id: id.clone(),
        receiver: receiver.clone(),
        kind,
        cycle: Some(occasion.cycle),
        thread: "tchap".to_owned(),
        follows: vec![],
        title: heading,
        content: render::chat(&chat)?,
        created_at: occasion.now,
        not_before: if critical || occasion.correction.is_some() {
            calendar.end_of_night_from(occasion.now)
        } else {
            calendar.office_hours_from(occasion.now)
        },
    });
    for part in parts {
        composed.memories.extend(memory_of(occasion, &receiver, part, Some(&id)));
    }
    Ok(composed)
}

fn event_id(occasion: ComposeContext<'_>, receiver: &Receiver, event: &Event) -> NoticeId {
    let cycle = occasion.cycle.to_string();
    let what = if occasion.correction.is_some() { "correction" } else { "event" };
    notice_id(receiver, &[what, &cycle, event.name, &event.thing], occasion.now)
}

/// The memory of what was sent to a program. It refers to no notice, because nobody is reminded of
/// it.
fn memory_of(
    occasion: ComposeContext<'_>,
    receiver: &Receiver,
    part: Part<'_>,
    last: Option<&NoticeId>,
) -> Option<ReceiverMemory> {
    let on = today(occasion.now);
    let mut memory = digest::remember(&part.memory, part.scope, occasion.facts, on, |_| None);
    if !part.news.is_empty() {
        memory.last = last.cloned().or(memory.last);
    }
    changed(receiver, part, memory)
}
