//! Composes the messages of a cycle: one digest for each receiver, and critical alerts apart. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{ComposeContext, Composed, Part, changed};
use super::correction::Correction;
use super::digest::DigestScope;
use super::domain_event::{CycleDone, DeliveryContext, DomainEvent};
use super::{digest, domain_event, messages, signals, silences};
use crate::domain::ids::MinistryCode;
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{Notice, Outgoing, Receiver};
use crate::domain::portfolio::subject::Subject;
use crate::notify::layout::render::RenderError;
use crate::notify::settings::NotifySettings;
use crate::support::clock::today;

/// Composes the messages of each receiver; one without news gets nothing.
pub fn outgoing(occasion: ComposeContext<'_>) -> Result<Outgoing, RenderError> {
    let scopes = digest::scopes(occasion.facts, occasion.directory);
    let (mut audience, unheard) = audience(occasion, &scopes);
    if let Some(correction) = occasion.correction {
        correction.narrow(&mut audience);
    }
    let mut outgoing = Outgoing { unheard, ..Outgoing::default() };
    let nothing = DigestScope::default();
    for (receiver, abouts) in audience {
        let lane = receiver.lane();
        let state = occasion.lanes.iter().find(|state| state.lane == lane);
        if state.is_some_and(|state| state.closed_at.is_some()) {
            continue;
        }
        let parts = abouts.into_iter().map(|about| {
            let scope = scopes.get(&about).unwrap_or(&nothing);
            part(occasion, &receiver, about, scope)
        });
        let parts: Vec<Part<'_>> = parts.collect();
        let is_new = state.is_none() && !occasion.announce;
        let composed = if is_new || occasion.untold {
            if !occasion.untold {
                outgoing.old_news += parts.iter().map(|part| part.news.alerts.len()).sum::<usize>();
            }
            old_news(occasion, &receiver, parts)
        } else {
            match &receiver {
                Receiver::SecretaryGeneral(_) | Receiver::Dinum | Receiver::Director => {
                    messages::compose(occasion, &receiver, parts)?
                }
                Receiver::Webhook(name) => signals::events(occasion, &receiver, name, parts),
                Receiver::Tchap => signals::chat(occasion, parts)?,
                // Accounts are notified of actions on them, projects of questions: not of what cycles find.
                Receiver::Account(_)
                | Receiver::ProjectDirector(_)
                | Receiver::SecurityRelay(_) => Composed { notices: vec![], memories: vec![] },
            }
        };
        outgoing.notices.extend(composed.notices);
        outgoing.told.extend(composed.memories);
    }
    if occasion.untold {
        // Channels that have just been set up are opened by the next cycle, which sends.
        return Ok(outgoing);
    }
    outgoing.opened = lanes(occasion.settings)
        .into_iter()
        .filter(|lane| !occasion.lanes.iter().any(|state| state.lane == *lane))
        .collect();
    Ok(outgoing)
}

/// Composes a correction for each receiver of the cycle's messages, with what is true again minus
/// what was sent before. Webhooks also receive an event that the cycle is void.
pub fn correct(
    occasion: ComposeContext<'_>,
    correction: Correction<'_>,
) -> Result<Outgoing, RenderError> {
    let ComposeContext { now, directory, settings, lanes, .. } = occasion;
    let open = self::lanes(settings);
    let receivers: BTreeSet<Receiver> =
        correction.receivers.iter().filter(|one| open.contains(&one.lane())).cloned().collect();
    let correction = Correction { receivers: &receivers, ..correction };
    let mut outgoing = outgoing(ComposeContext { correction: Some(correction), ..occasion })?;
    // Newly set up channels are opened by the next cycle.
    outgoing.opened.clear();
    let Correction { number, as_of, act, .. } = correction;
    let context = DeliveryContext { now, directory, settings, lanes };
    let voided =
        domain_event::notices_for(DomainEvent::Voided { number, as_of, act }, context).into_iter();
    let is_open = |notice: &Notice| lanes.iter().any(|one| one.lane == notice.receiver.lane());
    let cycle = Some(number);
    outgoing.notices.extend(voided.filter(is_open).map(|notice| Notice { cycle, ..notice }));
    Ok(outgoing)
}

/// Adds to `outgoing` the webhook event that the cycle has ended. Only for channels that were open
/// before the cycle, unless `announce` is set: a first cycle sends nothing.
pub fn with_end_of_cycle(
    mut outgoing: Outgoing,
    occasion: ComposeContext<'_>,
    done: CycleDone<'_>,
) -> Outgoing {
    let ComposeContext { now, directory, settings, lanes, announce, .. } = occasion;
    let context = DeliveryContext { now, directory, settings, lanes };
    let events = domain_event::notices_for(DomainEvent::Committed(done), context).into_iter();
    let is_open = |notice: &Notice| {
        announce || lanes.iter().any(|state| state.lane == notice.receiver.lane())
    };
    outgoing.notices.extend(
        events.filter(is_open).map(|notice| Notice { cycle: Some(occasion.cycle), ..notice }),
    );
    outgoing
}

/// The channels that the settings turn on.
pub fn lanes(settings: &NotifySettings) -> Vec<Channel> {
    let mail = settings.mail.is_on().then_some(Channel::Mail);
    let webhooks = settings.webhooks.iter().map(|one| Channel::Webhook(one.name.clone()));
    let tchap = settings.tchap.is_on().then_some(Channel::Tchap);
    mail.into_iter().chain(webhooks).chain(tchap).collect()
}

/// The next digest of a ministry if it were written now, whatever channels are open.
pub fn preview(
    occasion: ComposeContext<'_>,
    ministry: &MinistryCode,
) -> Result<Vec<Notice>, RenderError> {
    let scopes = digest::scopes(occasion.facts, occasion.directory);
    let about = Subject::Ministry(ministry.clone());
    let nothing = DigestScope::default();
    let scope = scopes.get(&about).unwrap_or(&nothing);
    let receiver = Receiver::SecretaryGeneral(ministry.clone());
    let parts = vec![part(occasion, &receiver, about, scope)];
    Ok(messages::compose(occasion, &receiver, parts)?.notices)
}

/// The subjects to report to each receiver, and the subjects that have no receiver.
fn audience(
    occasion: ComposeContext<'_>,
    scopes: &BTreeMap<Subject, DigestScope<'_>>,
) -> (BTreeMap<Receiver, BTreeSet<Subject>>, Vec<Subject>) {
    let settings = occasion.settings;
    let remembered = occasion.memories.keys().map(|(_, about)| about);
    let silenced =
        silences::ministries(occasion.silences).map(|one| Subject::Ministry(one.clone()));
    let silenced: BTreeSet<Subject> = silenced.collect();
    let abouts: BTreeSet<&Subject> = scopes.keys().chain(remembered).chain(&silenced).collect();
    let mut audience: BTreeMap<Receiver, BTreeSet<Subject>> = BTreeMap::new();
    let mut unheard = Vec::new();
    for about in abouts {
        let mut add = |receiver| {
            audience.entry(receiver).or_default().insert(about.clone());
        };
        if settings.mail.is_on() {
            match about.ministry() {
                Some(ministry) if occasion.directory.has_recipients(ministry) => {
                    add(Receiver::SecretaryGeneral(ministry.clone()));
                }
                // Nobody holds the office: the risk team receives it instead.
                Some(_) | None if !settings.mail.dinum.is_empty() => add(Receiver::Dinum),
                Some(_) | None if scopes.contains_key(about) => unheard.push(about.clone()),
                Some(_) | None => {}
            }
        }
        let lets_in = |ministries: &[MinistryCode]| {
            ministries.is_empty() || about.ministry().is_some_and(|one| ministries.contains(one))
        };
        for webhook in settings.webhooks.iter().filter(|one| lets_in(&one.ministries)) {
            add(Receiver::Webhook(webhook.name.clone()));
        }
        if settings.tchap.is_on() && lets_in(&settings.tchap.ministries) {
            add(Receiver::Tchap);
        }
    }
    // The risk team receives the news of every silence, whichever alerts it covers.
    if settings.mail.is_on() && !settings.mail.dinum.is_empty() && !occasion.silences.is_empty() {
        audience.entry(Receiver::Dinum).or_default();
    }
    (audience, unheard)
}

fn part<'a>(
    occasion: ComposeContext<'a>,
    receiver: &Receiver,
    about: Subject,
    scope: &'a DigestScope<'a>,
) -> Part<'a> {
    let memory = occasion.memories.get(&(receiver.clone(), about.clone())).cloned();
    let mut memory = memory.unwrap_or_default();
    occasion.facts.follow(&mut memory);
    let news = digest::news(&about, scope, &memory, occasion.facts, occasion.directory);
    Part { about, scope, memory, news }
}

fn old_news(occasion: ComposeContext<'_>, receiver: &Receiver, parts: Vec<Part<'_>>) -> Composed {
    let memories = parts.into_iter().filter_map(|part| {
        let on = today(occasion.now);
        let memory = digest::remember(&part.memory, part.scope, occasion.facts, on, |_| None);
        changed(receiver, part, memory)
    });
    Composed { notices: vec![], memories: memories.collect() }
}
