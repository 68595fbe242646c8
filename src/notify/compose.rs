//! Composes the messages of a cycle: one digest for each receiver, and critical alerts apart. Pure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::correction::Correction;
use super::digest;
use super::digest::Facts;
use super::digest::News;
use super::digest::Scope;
use super::directory::Directory;
use super::letters;
use super::occurrence;
use super::occurrence::CycleDone;
use super::occurrence::Occurrence;
use super::occurrence::World;
use super::render::RenderError;
use super::settings::Settings;
use super::signals;
use super::silences;
use super::silences::SilenceNews;
use super::terms::Terms;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Lane;
use crate::domain::notice::LaneState;
use crate::domain::notice::Memory;
use crate::domain::notice::Notice;
use crate::domain::notice::Outgoing;
use crate::domain::notice::Receiver;
use crate::domain::notice::Told;
use crate::domain::subject::Subject;

/// Everything that messages are composed from: dates, facts, terms, and what was sent before.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub now: DateTime<Utc>,
    pub facts: &'a Facts<'a>,
    pub directory: &'a Directory,
    pub terms: &'a Terms,
    pub settings: &'a Settings,
    pub memories: &'a BTreeMap<(Receiver, Subject), Memory>,
    pub lanes: &'a [LaneState],
    pub silences: &'a [SilenceNews<'a>],
    /// Sends what is open to receivers that have just been set up, instead of taking it as known.
    pub announce: bool,
    /// Corrects the messages of a voided cycle, for those who received them and nobody else.
    pub correction: Option<Correction<'a>>,
}

/// What to send one receiver about one ministry, or about the portfolio.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) about: Subject,
    pub(super) scope: &'a Scope<'a>,
    pub(super) memory: Memory,
    pub(super) news: News<'a>,
}

/// Notices, and what each receiver knows once they are sent.
#[derive(Debug, Default)]
pub(super) struct Composed {
    pub(super) notices: Vec<Notice>,
    pub(super) memories: Vec<Told>,
}

/// Composes the messages of each receiver; one without news gets nothing.
pub fn outgoing(occasion: Occasion<'_>) -> Result<Outgoing, RenderError> {
    let scopes = digest::scopes(occasion.facts, occasion.directory);
    let (mut audience, unheard) = audience(occasion, &scopes);
    if let Some(correction) = occasion.correction {
        correction.narrow(&mut audience);
    }
    let mut outgoing = Outgoing { unheard, ..Outgoing::default() };
    let nothing = Scope::default();
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
        let composed = if state.is_none() && !occasion.announce {
            outgoing.old_news += parts.iter().map(|part| part.news.alerts.len()).sum::<usize>();
            old_news(occasion, &receiver, parts)
        } else {
            match &receiver {
                Receiver::SecretaryGeneral(_) | Receiver::Dinum | Receiver::Director => {
                    letters::compose(occasion, &receiver, parts)?
                }
                Receiver::Webhook(name) => signals::events(occasion, &receiver, name, parts),
                Receiver::Tchap => signals::chat(occasion, parts)?,
                // Accounts are notified of actions on them, not of what cycles find.
                Receiver::Account(_) => Composed { notices: vec![], memories: vec![] },
            }
        };
        outgoing.notices.extend(composed.notices);
        outgoing.told.extend(composed.memories);
    }
    outgoing.opened = lanes(occasion.settings)
        .into_iter()
        .filter(|lane| !occasion.lanes.iter().any(|state| state.lane == *lane))
        .collect();
    Ok(outgoing)
}

/// Adds to `outgoing` the webhook event that the cycle has ended. Only for channels that were open
/// before the cycle, unless `announce` is set: a first cycle sends nothing.
pub fn with_end_of_cycle(
    mut outgoing: Outgoing,
    occasion: Occasion<'_>,
    done: CycleDone<'_>,
) -> Outgoing {
    let Occasion { now, directory, settings, lanes, announce, .. } = occasion;
    let world = World { now, directory, settings, lanes };
    let events = occurrence::happened(Occurrence::Committed(done), world).into_iter();
    let is_open = |notice: &Notice| {
        announce || lanes.iter().any(|state| state.lane == notice.receiver.lane())
    };
    outgoing.notices.extend(
        events.filter(is_open).map(|notice| Notice { cycle: Some(occasion.cycle), ..notice }),
    );
    outgoing
}

/// The channels that the settings turn on.
pub fn lanes(settings: &Settings) -> Vec<Lane> {
    let mail = settings.mail.is_on().then_some(Lane::Mail);
    let webhooks = settings.webhooks.iter().map(|one| Lane::Webhook(one.name.clone()));
    let tchap = settings.tchap.is_on().then_some(Lane::Tchap);
    mail.into_iter().chain(webhooks).chain(tchap).collect()
}

/// The next digest of a ministry if it were written now, whatever channels are open.
pub fn preview(
    occasion: Occasion<'_>,
    ministry: &MinistryCode,
) -> Result<Vec<Notice>, RenderError> {
    let scopes = digest::scopes(occasion.facts, occasion.directory);
    let about = Subject::Ministry(ministry.clone());
    let nothing = Scope::default();
    let scope = scopes.get(&about).unwrap_or(&nothing);
    let receiver = Receiver::SecretaryGeneral(ministry.clone());
    let parts = vec![part(occasion, &receiver, about, scope)];
    Ok(letters::compose(occasion, &receiver, parts)?.notices)
}

/// The subjects to report to each receiver, and the subjects that have no receiver.
fn audience(
    occasion: Occasion<'_>,
    scopes: &BTreeMap<Subject, Scope<'_>>,
) -> (BTreeMap<Receiver, BTreeSet<Subject>>, Vec<Subject>) {
    let settings = occasion.settings;
    let remembered = occasion.memories.keys().map(|(_, about)| about);
    let silenced = silences::ministries(occasion).map(|one| Subject::Ministry(one.clone()));
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
                Some(ministry) if occasion.directory.has_secretary_general(ministry) => {
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
    occasion: Occasion<'a>,
    receiver: &Receiver,
    about: Subject,
    scope: &'a Scope<'a>,
) -> Part<'a> {
    let memory = occasion.memories.get(&(receiver.clone(), about.clone())).cloned();
    let mut memory = memory.unwrap_or_default();
    occasion.facts.follow(&mut memory);
    let news = digest::news(&about, scope, &memory, occasion.facts, occasion.directory);
    Part { about, scope, memory, news }
}

fn old_news(occasion: Occasion<'_>, receiver: &Receiver, parts: Vec<Part<'_>>) -> Composed {
    let memories = parts.into_iter().filter_map(|part| {
        let on = today(occasion.now);
        let memory = digest::remember(&part.memory, part.scope, occasion.facts, on, |_| None);
        changed(receiver, part, memory)
    });
    Composed { notices: vec![], memories: memories.collect() }
}

/// The memory to write; `None` when it has not changed.
pub(super) fn changed(receiver: &Receiver, part: Part<'_>, memory: Memory) -> Option<Told> {
    (memory != part.memory).then(|| Told { receiver: receiver.clone(), about: part.about, memory })
}

pub(super) fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::Europe::Paris).date_naive()
}

/// An id that is the same whenever the same receiver and occasion are composed again, and differs
/// for another cycle or database.
pub(super) fn notice_id(receiver: &Receiver, parts: &[&str], now: DateTime<Utc>) -> NoticeId {
    let receiver = receiver.to_string();
    let now = now.to_rfc3339();
    let mut all = vec!["notice", receiver.as_str(), now.as_str()];
    all.extend_from_slice(parts);
    let fingerprint = Fingerprint::of_parts(&all);
    NoticeId::new(fingerprint.as_str().get(..24).unwrap_or_default())
}
