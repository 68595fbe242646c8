//! Webhook events other than the changes of alerts and missions in a cycle. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::context::notice_id;
use super::event::Event;
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::{CycleNumber, MinistryCode, VersionNumber};
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{ChannelState, Notice, NoticeKind, Receiver};
use crate::domain::operation::cycle::{CycleCounts, CycleInputs};
use crate::domain::operation::job::{ImportSource, JobRun};
use crate::domain::rules::overlay::RulePath;
use crate::notify::channels::directory::Directory;
use crate::notify::layout::footer::footer;
use crate::notify::layout::message::Message;
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;
use crate::notify::settings::{NotifySettings, WebhookSettings};
use crate::support::clock::ClockJump;
use crate::support::fingerprint::Fingerprint;

/// Something that happened. Its events are written in the transaction that records it.
#[derive(Clone, Copy, Debug)]
pub enum DomainEvent<'a> {
    /// A person acknowledged an alert.
    Acknowledged {
        alert: &'a Alert,
        act: &'a ActionContext,
    },
    /// A cycle is committed.
    Committed(CycleDone<'a>),
    /// A committed cycle is voided.
    Voided {
        number: CycleNumber,
        as_of: NaiveDate,
        act: &'a ActionContext,
    },
    /// The clock jumped by days.
    ClockJumped(ClockJump),
    /// A job failed.
    RunFailed {
        run: &'a JobRun,
    },
    /// The import job refused a file, with this number of faults.
    Rejected {
        source: &'a ImportSource,
        faults: usize,
    },
    RulePublished(RuleRevisionChange<'a>),
    RuleRolledBack(RuleRevisionChange<'a>),
}

/// A committed cycle, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct CycleDone<'a> {
    pub number: CycleNumber,
    pub inputs: &'a CycleInputs,
    pub counts: CycleCounts,
    pub alert_changes: usize,
    pub mission_changes: usize,
    /// Rules left out because they do not compile.
    pub rule_faults: usize,
}

/// A version of a rule, or of a file that ships with the rules, that comes into force.
#[derive(Clone, Copy, Debug)]
pub struct RuleRevisionChange<'a> {
    pub path: &'a RulePath,
    /// Title of the rule, if the file is that of a rule or its cases.
    pub title: Option<&'a str>,
    /// `None` for the shipped text.
    pub version: Option<VersionNumber>,
    /// Hash of the text now in force; `None` when the file was removed.
    pub revision: Option<&'a Fingerprint>,
    /// The person who decided it.
    pub by: &'a Actor,
    pub reason: &'a str,
}

/// When, and the names and receivers that events are written with.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryContext<'a> {
    pub now: DateTime<Utc>,
    pub directory: &'a Directory,
    pub settings: &'a NotifySettings,
    pub lanes: &'a [ChannelState],
}

/// One notice for each webhook that subscribed to the event. An event that belongs to no ministry
/// goes to the webhooks that receive every ministry's.
pub fn notices_for(occurrence: DomainEvent<'_>, context: DeliveryContext<'_>) -> Vec<Notice> {
    let url = context.settings.public_url.as_str();
    let (event, ministry) = match occurrence {
        DomainEvent::Acknowledged { alert, act } => {
            let home = context.directory.home(&alert.subject);
            let event = Event::of_acknowledgement(alert, act, context.directory, url);
            (event, home.ministry().cloned())
        }
        DomainEvent::Committed(done) => (cycle_finished(done, url), None),
        DomainEvent::Voided { number, as_of, act } => (cycle_voided(number, as_of, act, url), None),
        DomainEvent::ClockJumped(jump) => (clock_jumped(jump), None),
        DomainEvent::RunFailed { run } => (run_failed(run), None),
        DomainEvent::Rejected { source, faults } => (file_rejected(source, faults), None),
        DomainEvent::RulePublished(turn) => (rule_changed("rule.published", turn, url), None),
        DomainEvent::RuleRolledBack(turn) => (rule_changed("rule.rolled_back", turn, url), None),
    };
    notices(&event, ministry.as_ref(), (context, context.now))
}

/// `at` distinguishes one occurrence from the next: the same event at the same instant has the same
/// id.
pub(in crate::notify) fn notices(
    event: &Event,
    ministry: Option<&MinistryCode>,
    (context, at): (DeliveryContext<'_>, DateTime<Utc>),
) -> Vec<Notice> {
    let wanting =
        context.settings.webhooks.iter().filter(|one| wants(one, event, ministry, context));
    let notice = |webhook: &WebhookSettings| {
        let receiver = Receiver::Webhook(webhook.name.clone());
        let names = (webhook.name.as_str(), context.settings.public_url.as_str());
        let id = notice_id(&receiver, &[event.name, &event.thing], at);
        let rendered = event.content(webhook.format, &id, context.now, names)?;
        Some(Notice {
            id,
            receiver,
            kind: NoticeKind::Event,
            cycle: None,
            thread: event.thread.clone(),
            follows: vec![],
            title: event.title.clone(),
            content: rendered,
            created_at: context.now,
            not_before: context.now,
        })
    };
    wanting.filter_map(notice).collect()
}

fn wants(
    webhook: &WebhookSettings,
    event: &Event,
    ministry: Option<&MinistryCode>,
    context: DeliveryContext<'_>,
) -> bool {
    let lane = Channel::Webhook(webhook.name.clone());
    let is_closed = |state: &ChannelState| state.lane == lane && state.closed_at.is_some();
    let lets_in = webhook.ministries.is_empty()
        || ministry.is_some_and(|one| webhook.ministries.contains(one));
    let is_subscribed =
        webhook.events.is_empty() || webhook.events.iter().any(|one| one == event.name);
    lets_in && is_subscribed && !context.lanes.iter().any(is_closed)
}

fn cycle_finished(done: CycleDone<'_>, url: &str) -> Event {
    let CycleDone { number, inputs, counts, alert_changes, mission_changes, rule_faults } = done;
    let data = json!({
        "cycle": number,
        "as_of": inputs.as_of,
        "edition": inputs.edition.to_string(),
        "catalogue": inputs.catalogue,
        "counts": counts,
        "alert_changes": alert_changes,
        "mission_changes": mission_changes,
        "rule_faults": rule_faults,
    });
    Event::of_thing("run.finished", format!("cycle/{number}"), data).in_thread("cycle").with_link(
        url,
        "cycles",
        &number.to_string(),
    )
}

fn cycle_voided(number: CycleNumber, as_of: NaiveDate, act: &ActionContext, url: &str) -> Event {
    let data = json!({ "cycle": number, "as_of": as_of, "by": act.actor, "reason": act.reason });
    Event::of_thing("run.voided", format!("cycle/{number}"), data).in_thread("cycle").with_link(
        url,
        "cycles",
        &number.to_string(),
    )
}

fn clock_jumped(jump: ClockJump) -> Event {
    let data = json!({ "expected": jump.expected, "found": jump.found });
    Event::of_thing("clock.jumped", "clock".to_owned(), data)
}

/// The mail to the risk team, which must alert the people in charge of the machine. `None` without
/// its address.
pub fn clock_letter(
    jump: ClockJump,
    settings: &NotifySettings,
) -> Result<Option<Notice>, RenderError> {
    if !settings.mail.is_on() || settings.mail.dinum.is_empty() {
        return Ok(None);
    }
    let (receiver, now) = (Receiver::Dinum, jump.found);
    let shown = |at: DateTime<Utc>| at.format("%d/%m/%Y à %H:%M (UTC)").to_string();
    let id = notice_id(&receiver, &["clock", &jump.expected.to_rfc3339()], now);
    let heading = "L’horloge de Vigie a sauté".to_owned();
    let message = Message {
        title: format!("[RISQUE] {heading}"),
        heading,
        intro: vec![
            format!("Heure attendue : {} ; heure trouvée : {}.", shown(jump.expected), shown(now)),
            "Faites vérifier l’heure de la machine avant la prochaine évaluation. Un cycle évalué à une \
             date fausse peut être annulé par un administrateur : vigie cycles void."
                .to_owned(),
        ],
        footer: footer(&receiver, "", settings),
        ..Message::default()
    };
    Ok(Some(Notice {
        thread: format!("clock/{receiver}"),
        id,
        receiver,
        kind: NoticeKind::Event,
        cycle: None,
        follows: vec![],
        title: message.title.clone(),
        content: render::content(&message, None, usize::MAX)?,
        created_at: now,
        not_before: now,
    }))
}

fn run_failed(run: &JobRun) -> Event {
    let data = json!({
        "job": run.job,
        "run": run.number,
        "occasion": run.occasion,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "outcome": run.outcome,
        "detail": run.detail,
    });
    Event::of_thing("run.failed", format!("job/{}", run.job.as_str()), data)
}

/// Does not say what is wrong, because a file may hold names and addresses: `vigie jobs files`
/// shows it.
fn file_rejected(source: &ImportSource, faults: usize) -> Event {
    let data = json!({
        "source": source.source,
        "sha256": source.sha256,
        "size": source.size,
        "faults": faults,
    });
    Event::of_thing("dataset.rejected", format!("source/{}", source.source), data)
}

fn rule_changed(name: &'static str, turn: RuleRevisionChange<'_>, url: &str) -> Event {
    let RuleRevisionChange { path, title, version, revision, by, reason } = turn;
    let data = json!({
        "file": path,
        "rule": path.rule(),
        "title": title,
        "version": version,
        "sha256": revision,
        "by": by,
        "reason": reason,
    });
    let event = Event::of_thing(name, format!("rules/{path}"), data);
    match path.rule() {
        Some(rule) => event.with_link(url, "rules", rule),
        None => event,
    }
}
