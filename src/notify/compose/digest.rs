//! What is new for a receiver: the current state, minus what was already sent to it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::datasets::stale::StaleDataset;
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::ids::{AlertId, CycleNumber, MissionId, NoticeId};
use crate::domain::level::Level;
use crate::domain::messages::notice::{NotifiedAlert, NotifiedState};
use crate::domain::missions::mission::Mission;
use crate::domain::portfolio::import::HeldImport;
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;

/// The state once a cycle has decided.
#[derive(Debug)]
pub struct CycleFacts<'a> {
    /// Every alert ever raised, in its current state.
    pub alerts: BTreeMap<&'a AlertId, &'a Alert>,
    /// The changes of this cycle, by alert.
    pub changes: BTreeMap<&'a AlertId, &'a AlertChange>,
    /// Every mission ever opened, in its current state.
    pub missions: BTreeMap<&'a MissionId, &'a Mission>,
    /// Alerts hidden by a silence. These, and those hidden by another alert, are not sent.
    pub silenced: &'a BTreeSet<AlertId>,
    /// Datasets without a recent import.
    pub stale: Vec<StaleDataset>,
    /// Imports that wait for a person.
    pub on_hold: Vec<HeldImport>,
}

impl CycleFacts<'_> {
    fn is_hidden(&self, alert: &Alert) -> bool {
        alert.hidden_by.is_some() || self.silenced.contains(&alert.id)
    }

    /// Moves what was sent about an alert to the alert that continues it under another id.
    pub(in crate::notify) fn follow(&self, memory: &mut NotifiedState) {
        for change in self.changes.values() {
            let AlertChange { alert, counterpart: Some(into), .. } = change else { continue };
            if change.kind == AlertChangeKind::Moved
                && let Some(sent) = memory.alerts.remove(&alert.id)
            {
                memory.alerts.entry(into.clone()).or_insert(sent);
            }
        }
    }
}

/// Everything that may be sent about one ministry, or about the portfolio.
#[derive(Debug, Default)]
pub(in crate::notify) struct DigestScope<'a> {
    /// Open alerts that nothing hides.
    pub(in crate::notify) alerts: Vec<&'a Alert>,
    /// Missions that are proposed or open.
    pub(in crate::notify) missions: Vec<&'a Mission>,
    /// Only in the scope of the portfolio: datasets belong to no ministry.
    pub(in crate::notify) stale: Vec<StaleDataset>,
    /// Only in the scope of the portfolio.
    pub(in crate::notify) on_hold: Vec<HeldImport>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::notify) enum Turn {
    Raised,
    Reopened,
    /// Its project is listed again.
    Woken,
    Worsened,
    /// Its level is as it was sent, and what it rests on has become worse.
    NewFact,
    Eased,
    Resolved,
    /// Its project left the panorama and nobody has said why.
    Dormant,
    /// The rule is no longer in use.
    Retired,
}

#[derive(Clone, Debug)]
pub(in crate::notify) struct AlertNews<'a> {
    pub(in crate::notify) alert: &'a Alert,
    pub(in crate::notify) turn: Turn,
    /// The level that was last sent.
    pub(in crate::notify) from: Option<Level>,
    /// The cycle of the last new fact that was sent.
    pub(in crate::notify) since: Option<CycleNumber>,
    /// The reason, if this cycle made the change.
    pub(in crate::notify) reason: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub(in crate::notify) struct MissionNews<'a> {
    pub(in crate::notify) mission: &'a Mission,
}

#[derive(Clone, Debug, Default)]
pub(in crate::notify) struct DigestNews<'a> {
    pub(in crate::notify) alerts: Vec<AlertNews<'a>>,
    pub(in crate::notify) missions: Vec<MissionNews<'a>>,
    /// Only sent to webhooks: people see it in their own tools.
    pub(in crate::notify) stale: Vec<StaleDataset>,
    pub(in crate::notify) on_hold: Vec<HeldImport>,
}

impl Turn {
    pub(in crate::notify) fn is_bad(self) -> bool {
        matches!(self, Self::Raised | Self::Reopened | Self::Woken | Self::Worsened | Self::NewFact)
    }
}

impl AlertNews<'_> {
    /// The new facts that were not sent yet, oldest first.
    pub(in crate::notify) fn facts(&self) -> impl Iterator<Item = &str> {
        let unsent = self.alert.facts.iter().filter(|fact| Some(fact.cycle) > self.since);
        unsent.map(|fact| fact.text.as_str())
    }

    pub(in crate::notify) fn is_newly_critical(&self) -> bool {
        self.turn.is_bad() && self.turn != Turn::NewFact && self.alert.level == Level::Critical
    }
}

impl DigestNews<'_> {
    pub(in crate::notify) fn is_empty(&self) -> bool {
        self.alerts.is_empty() && self.missions.is_empty() && self.on_hold.is_empty()
    }
}

/// Groups alerts and missions by ministry, so that no ministry receives another's.
pub(in crate::notify) fn scopes<'a>(
    facts: &CycleFacts<'a>,
    directory: &Directory,
) -> BTreeMap<Subject, DigestScope<'a>> {
    let mut scopes: BTreeMap<Subject, DigestScope<'a>> = BTreeMap::new();
    let tellable = |alert: &&&Alert| alert.state == AlertState::Open && !facts.is_hidden(alert);
    for alert in facts.alerts.values().filter(tellable) {
        scopes.entry(directory.home(&alert.subject)).or_default().alerts.push(alert);
    }
    for mission in facts.missions.values().filter(|mission| mission.state.is_live()) {
        scopes.entry(directory.home(&mission.subject)).or_default().missions.push(mission);
    }
    if !facts.stale.is_empty() {
        scopes.entry(Subject::Portfolio).or_default().stale.clone_from(&facts.stale);
    }
    if !facts.on_hold.is_empty() {
        scopes.entry(Subject::Portfolio).or_default().on_hold.clone_from(&facts.on_hold);
    }
    scopes
}

/// News by alert, then by mission. What was sent and has since moved to another ministry is not
/// news.
pub(in crate::notify) fn news<'a>(
    about: &Subject,
    scope: &DigestScope<'a>,
    memory: &NotifiedState,
    facts: &CycleFacts<'a>,
    directory: &Directory,
) -> DigestNews<'a> {
    let is_here = |subject: &Subject| directory.home(subject) == *about;
    let mut news = DigestNews::default();
    for alert in &scope.alerts {
        let change = facts.changes.get(&alert.id);
        let known = memory.alerts.get(&alert.id);
        let sent = known.map(|sent| sent.level);
        let learns = known.is_some_and(|known| last_fact(alert) > known.fact);
        let turn = match sent {
            None => match change.map(|one| one.kind) {
                Some(AlertChangeKind::Reopened) => Turn::Reopened,
                Some(AlertChangeKind::Woken) => Turn::Woken,
                Some(_) | None => Turn::Raised,
            },
            Some(sent) if alert.level > sent => Turn::Worsened,
            Some(sent) if alert.level < sent => Turn::Eased,
            Some(_) if learns => Turn::NewFact,
            Some(_) => continue,
        };
        let since = known.and_then(|known| known.fact);
        news.alerts.push(AlertNews { alert, turn, from: sent, since, reason: reason(change) });
    }
    for (id, sent) in &memory.alerts {
        let Some(alert) = facts.alerts.get(id) else { continue };
        let is_over = matches!(alert.state, AlertState::Resolved | AlertState::Dormant);
        let ended = is_over && !facts.is_hidden(alert) && is_here(&alert.subject);
        if ended {
            let change = facts.changes.get(id);
            let retired = change.is_some_and(|one| one.kind == AlertChangeKind::Retired);
            let turn = match alert.state {
                AlertState::Dormant => Turn::Dormant,
                _ if retired => Turn::Retired,
                AlertState::Pending | AlertState::Open | AlertState::Resolved => Turn::Resolved,
            };
            let (from, reason) = (Some(sent.level), reason(change));
            news.alerts.push(AlertNews { alert, turn, from, since: sent.fact, reason });
        }
    }
    for mission in &scope.missions {
        let sent = memory.missions.get(&mission.id);
        if sent.is_none_or(|sent| sent != mission.state.as_str()) {
            news.missions.push(MissionNews { mission });
        }
    }
    let ended = memory.missions.keys().filter_map(|id| facts.missions.get(id));
    for mission in ended.filter(|one| !one.state.is_live() && is_here(&one.subject)) {
        news.missions.push(MissionNews { mission });
    }
    let is_sent = |one: &&StaleDataset| memory.stale.get(&one.dataset) == Some(&one.last_import_at);
    news.stale = scope.stale.iter().filter(|one| !is_sent(one)).copied().collect();
    let is_new = |one: &&HeldImport| !memory.on_hold.contains(&one.number);
    news.on_hold = scope.on_hold.iter().filter(is_new).cloned().collect();
    news
}

/// What the receiver knows once it has received this. `notice` gives the notice that reports an
/// alert; without one, the alert is taken as known.
pub(in crate::notify) fn remember(
    memory: &NotifiedState,
    scope: &DigestScope<'_>,
    facts: &CycleFacts<'_>,
    on: NaiveDate,
    notice: impl Fn(&AlertId) -> Option<NoticeId>,
) -> NotifiedState {
    let mut next = NotifiedState { last: memory.last.clone(), ..NotifiedState::default() };
    for alert in &scope.alerts {
        let sent = match memory.alerts.get(&alert.id) {
            Some(sent) if sent.level >= alert.level && sent.fact >= last_fact(alert) => {
                // An alert that has eased stays reported by its earlier notice: it need not be
                // acknowledged again.
                NotifiedAlert { level: alert.level, ..sent.clone() }
            }
            Some(_) | None => NotifiedAlert {
                level: alert.level,
                on,
                notice: notice(&alert.id),
                fact: last_fact(alert),
            },
        };
        next.alerts.insert(alert.id.clone(), sent);
    }
    // A hidden alert stays remembered, so that the end of its silence is not news by itself.
    for (id, sent) in &memory.alerts {
        let hushed = facts
            .alerts
            .get(id)
            .is_some_and(|alert| alert.state == AlertState::Open && facts.is_hidden(alert));
        if hushed {
            next.alerts.insert(id.clone(), sent.clone());
        }
    }
    for mission in &scope.missions {
        next.missions.insert(mission.id.clone(), mission.state.as_str().to_owned());
    }
    next.on_hold = scope.on_hold.iter().map(|one| one.number).collect();
    next.stale = scope.stale.iter().map(|one| (one.dataset, one.last_import_at)).collect();
    next
}

/// The cycle of the last new fact of an alert.
fn last_fact(alert: &Alert) -> Option<CycleNumber> {
    alert.facts.last().map(|fact| fact.cycle)
}

fn reason<'a>(change: Option<&&'a AlertChange>) -> Option<&'a str> {
    change.map(|change| change.reason.as_str())
}
