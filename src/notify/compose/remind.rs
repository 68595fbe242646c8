//! Reminders of alerts that nobody acknowledged, and their escalation. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::context::notice_id;
use super::domain_event;
use super::domain_event::DeliveryContext;
use super::event::Event;
use super::terms::NoticeTerms;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::ids::{AlertId, NoticeId};
use crate::domain::level::Level;
use crate::domain::messages::notice::{
    ChannelState, Notice, NoticeKind, NotifiedState, Receiver, Reminded,
};
use crate::domain::missions::mission::{Mission, MissionState};
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::layout::footer::{footer, page_url};
use crate::notify::layout::message::{Group, Message, Section, plural};
use crate::notify::layout::render::RenderError;
use crate::notify::layout::{message, render};
use crate::notify::settings::NotifySettings;
use crate::support::clock::today;
use crate::support::french;

/// Most references that mail programs accept in a thread.
const LONGEST_FOLLOWS: usize = 10;

#[derive(Clone, Copy, Debug)]
pub struct ReminderInputs<'a> {
    pub now: DateTime<Utc>,
    pub directory: &'a Directory,
    pub terms: &'a NoticeTerms,
    pub settings: &'a NotifySettings,
    pub lanes: &'a [ChannelState],
    pub memories: &'a BTreeMap<(Receiver, Subject), NotifiedState>,
    pub reminded: &'a [Reminded],
    pub alerts: &'a BTreeMap<AlertId, Alert>,
    /// Alerts hidden by a silence.
    pub silenced: &'a BTreeSet<AlertId>,
    /// Alerts that someone acknowledged.
    pub acknowledged: &'a BTreeSet<AlertId>,
    /// All missions; those that are proposed wait for a decision.
    pub missions: &'a [Mission],
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reminders {
    pub notices: Vec<Notice>,
    pub reminded: Vec<Reminded>,
}

/// An alert that was sent and that nobody acknowledged.
struct UnacknowledgedAlert<'a> {
    alert: &'a Alert,
    sent_on: NaiveDate,
    sent_by: &'a NoticeId,
}

/// The reminders and escalations that are due today.
pub fn reminders(waiting: ReminderInputs<'_>) -> Result<Reminders, RenderError> {
    let today = today(waiting.now);
    let mut reminders = Reminders::default();
    let counts: BTreeMap<(&Receiver, &AlertId, &NoticeId), &Reminded> =
        waiting.reminded.iter().map(|one| ((&one.receiver, &one.alert, &one.told), one)).collect();
    for ((receiver, about), memory) in waiting.memories {
        let (mut due, mut escalated) = (Vec::new(), Vec::new());
        for one in unacknowledged(waiting, about, memory) {
            let known = counts.get(&(receiver, &one.alert.id, one.sent_by)).copied().cloned();
            let mut count = known.unwrap_or_else(|| Reminded {
                receiver: receiver.clone(),
                alert: one.alert.id.clone(),
                told: one.sent_by.clone(),
                reminders: 0,
                last_on: None,
                escalated_on: None,
            });
            let remind = is_reminder_due(&one, &count, waiting.terms, today);
            let escalate = is_escalation_due(&one, &count, waiting, today);
            if remind {
                count.reminders += 1;
                count.last_on = Some(today);
            }
            if escalate {
                count.escalated_on = Some(today);
            }
            if remind || escalate {
                reminders.reminded.push(count.clone());
            }
            if escalate {
                escalated.push((one, count.reminders));
            } else if remind {
                due.push(one);
            }
        }
        if !due.is_empty() {
            reminders.notices.push(reminder(waiting, receiver, about, &due)?);
        }
        if !escalated.is_empty() {
            reminders.notices.push(escalation(waiting, about, &escalated)?);
            reminders.notices.extend(events(waiting, about, &escalated));
        }
    }
    Ok(reminders)
}

fn unacknowledged<'a>(
    waiting: ReminderInputs<'a>,
    about: &'a Subject,
    memory: &'a NotifiedState,
) -> impl Iterator<Item = UnacknowledgedAlert<'a>> {
    memory.alerts.iter().filter_map(move |(id, sent)| {
        let alert = waiting.alerts.get(id)?;
        let notice = sent.notice.as_ref()?;
        let waits = alert.state == AlertState::Open
            && alert.hidden_by.is_none()
            && !waiting.silenced.contains(id)
            && !waiting.acknowledged.contains(id)
            && waiting.directory.home(&alert.subject) == *about;
        // A date in the future was written by a clock that was ahead: it counts as today.
        let sent_on = sent.on.min(today(waiting.now));
        waits.then_some(UnacknowledgedAlert { alert, sent_on, sent_by: notice })
    })
}

fn is_reminder_due(
    one: &UnacknowledgedAlert<'_>,
    count: &Reminded,
    terms: &NoticeTerms,
    today: NaiveDate,
) -> bool {
    let reminder = &terms.reminder;
    one.alert.level >= reminder.from
        && has_passed(one.sent_on, reminder.after_days, today)
        && count.reminders < reminder.at_most
        && count
            .last_on
            .is_none_or(|last| last > today || has_passed(last, reminder.every_days, today))
}

fn is_escalation_due(
    one: &UnacknowledgedAlert<'_>,
    count: &Reminded,
    waiting: ReminderInputs<'_>,
    today: NaiveDate,
) -> bool {
    let escalation = &waiting.terms.escalation;
    !waiting.settings.mail.director.is_empty()
        && one.alert.level >= escalation.from
        && count.escalated_on.is_none()
        && has_passed(one.sent_on, escalation.after_days, today)
}

fn has_passed(since: NaiveDate, days: u32, today: NaiveDate) -> bool {
    (today - since).num_days() >= i64::from(days)
}

fn reminder(
    waiting: ReminderInputs<'_>,
    receiver: &Receiver,
    about: &Subject,
    due: &[UnacknowledgedAlert<'_>],
) -> Result<Notice, RenderError> {
    let place = waiting.directory.name(about);
    let levels: Vec<Level> = due.iter().map(|one| one.alert.level).collect();
    let decisions = pending(waiting, about);
    let count = counted(&decisions, &format!("{} sans réponse", alerts(&levels)));
    let today = today(waiting.now).to_string();
    let id = notice_id(receiver, &["reminder", &about.to_string(), &today], at_day(waiting.now));
    let sent_by: BTreeSet<&NoticeId> = due.iter().map(|one| one.sent_by).collect();
    let wait = if due.len() == 1 { "attend" } else { "attendent" };
    let page = page_url(waiting.settings, &id).filter(|_| receiver.is_of_ministry());
    let unanswered = format!(
        "{} {wait} qu’une personne de votre ministère en accuse réception auprès de la DINUM.",
        plural(due.len(), "alerte déjà signalée", "alertes déjà signalées")
    );
    let message = Message {
        title: format!("[RISQUE][{}] {place}, rappel : {count}", worst(&levels)),
        heading: format!("{place}, rappel : {count}"),
        intro: std::iter::once(unanswered).chain(undecided(&decisions, waiting)).collect(),
        sections: vec![section("En attente de réponse", waiting, due.iter(), page.as_deref())],
        more_url: page_url(waiting.settings, &id),
        footer: footer(receiver, &place, waiting.settings),
        ..Message::default()
    };
    let follows = sent_by.into_iter().take(LONGEST_FOLLOWS).cloned().collect();
    notice(waiting, NoticeKind::Reminder, (id, receiver.clone(), follows), message)
}

fn escalation(
    waiting: ReminderInputs<'_>,
    about: &Subject,
    escalated: &[(UnacknowledgedAlert<'_>, u32)],
) -> Result<Notice, RenderError> {
    let receiver = Receiver::Director;
    let place = waiting.directory.name(about);
    let levels: Vec<Level> = escalated.iter().map(|(one, _)| one.alert.level).collect();
    let decisions = pending(waiting, about);
    let count = counted(&decisions, &alerts(&levels));
    let today = today(waiting.now).to_string();
    let id = notice_id(&receiver, &["escalation", &about.to_string(), &today], at_day(waiting.now));
    let reminders = escalated.iter().map(|(_, reminders)| *reminders).max().unwrap_or(0);
    let after = usize::try_from(reminders).unwrap_or(usize::MAX);
    let after = plural(after, "rappel", "rappels");
    let ignored = if reminders == 0 {
        "sans réponse".to_owned()
    } else {
        format!("sans réponse malgré {after}")
    };
    let counts = format!(
        "{}, sans accusé de réception après {after} :",
        plural(
            escalated.len(),
            "alerte signalée au secrétaire général",
            "alertes signalées au secrétaire général"
        )
    );
    let message = Message {
        title: format!("[RISQUE][{}] {place}, {ignored} : {count}", worst(&levels)),
        heading: format!("{place}, {ignored} : {count}"),
        intro: undecided(&decisions, waiting).into_iter().chain([counts]).collect(),
        sections: vec![section(
            "À porter au secrétaire général",
            waiting,
            escalated.iter().map(|(one, _)| one),
            None,
        )],
        more_url: page_url(waiting.settings, &id),
        footer: footer(&receiver, &place, waiting.settings),
        ..Message::default()
    };
    notice(waiting, NoticeKind::Escalation, (id, receiver, vec![]), message)
}

/// The missions of a ministry, or of the portfolio, that wait for a decision.
fn pending<'a>(waiting: ReminderInputs<'a>, about: &Subject) -> Vec<&'a Mission> {
    let is_pending = |mission: &&Mission| {
        mission.state == MissionState::Proposed
            && waiting.directory.home(&mission.subject) == *about
    };
    waiting.missions.iter().filter(is_pending).collect()
}

/// For example `16 décisions, 7 alertes sans réponse`.
fn counted(decisions: &[&Mission], alerts: &str) -> String {
    match decisions.len() {
        0 => alerts.to_owned(),
        count => format!("{}, {alerts}", plural(count, "décision", "décisions")),
    }
}

/// For example `7 alertes (dont 6 critiques)`.
fn alerts(levels: &[Level]) -> String {
    let critical = levels.iter().filter(|level| **level == Level::Critical).count();
    if critical == levels.len() {
        return plural(critical, "alerte critique", "alertes critiques");
    }
    let all = plural(levels.len(), "alerte", "alertes");
    match critical {
        0 => all,
        _ => format!("{all} (dont {})", plural(critical, "critique", "critiques")),
    }
}

fn worst(levels: &[Level]) -> &'static str {
    levels.iter().max().map_or("", |level| level.label())
}

/// How many decisions are left to take, and by when the first one.
fn undecided(decisions: &[&Mission], waiting: ReminderInputs<'_>) -> Option<String> {
    let first = decisions.iter().map(|mission| mission.due_on).min()?;
    let left = plural(decisions.len(), "décision reste à prendre", "décisions restent à prendre");
    let is_past = first < today(waiting.now);
    let first = french::date(first);
    Some(match (decisions.len(), is_past) {
        (1, false) => format!("{left} avant le {first}."),
        (1, true) => format!("{left}, alors qu’elle était attendue avant le {first}."),
        (_, false) => format!("{left}, la première avant le {first}."),
        (_, true) => format!("{left}, alors que la première était attendue avant le {first}."),
    })
}

fn events(
    waiting: ReminderInputs<'_>,
    about: &Subject,
    escalated: &[(UnacknowledgedAlert<'_>, u32)],
) -> Vec<Notice> {
    let ReminderInputs { now, directory, settings, lanes, .. } = waiting;
    let context = DeliveryContext { now, directory, settings, lanes };
    let events = escalated
        .iter()
        .map(|(one, _)| Event::of_escalation(one.alert, directory, &settings.public_url));
    events
        .flat_map(|event| domain_event::notices(&event, about.ministry(), (context, at_day(now))))
        .collect()
}

fn section<'a>(
    title: &str,
    waiting: ReminderInputs<'_>,
    alerts: impl Iterator<Item = &'a UnacknowledgedAlert<'a>>,
    acknowledge: Option<&str>,
) -> Section {
    let today = today(waiting.now);
    let mut groups: BTreeMap<String, Vec<(Level, message::MessageLine)>> = BTreeMap::new();
    for one in alerts {
        let line =
            message::waiting_line(one.alert, one.sent_on, today, (waiting.directory, acknowledge));
        let name = waiting.directory.name(&one.alert.subject);
        groups.entry(name).or_default().push((one.alert.level, line));
    }
    let groups = groups.into_iter().map(|(name, mut lines)| {
        lines.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        Group { name, points: vec![], lines }
    });
    Section { title: title.to_owned(), groups: groups.collect() }
}

fn notice(
    waiting: ReminderInputs<'_>,
    kind: NoticeKind,
    (id, receiver, follows): (NoticeId, Receiver, Vec<NoticeId>),
    message: Message,
) -> Result<Notice, RenderError> {
    Ok(Notice {
        thread: format!("{}/{receiver}", kind.as_str()),
        content: render::content(&message, None, waiting.terms.digest.lines)?,
        id,
        receiver,
        kind,
        cycle: None,
        follows,
        title: message.title,
        created_at: waiting.now,
        not_before: waiting.settings.calendar.office_hours_from(waiting.now),
    })
}

/// The same for two programs that remind on the same day, so that both write the same notice.
fn at_day(now: DateTime<Utc>) -> DateTime<Utc> {
    today(now).and_time(chrono::NaiveTime::MIN).and_utc()
}
