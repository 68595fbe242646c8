//! What has changed for a receiver: what is true, less what it was told. Pure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::directory::Directory;
use super::stale::StaleDataset;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertChangeKind;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::domain::ids::MissionId;
use crate::domain::ids::NoticeId;
use crate::domain::level::Level;
use crate::domain::mission::Mission;
use crate::domain::notice::Memory;
use crate::domain::notice::ToldAlert;
use crate::domain::subject::Subject;

/// What is true once a cycle has decided.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Every alert ever raised, as it now stands.
    pub alerts: BTreeMap<&'a AlertId, &'a Alert>,
    /// What this cycle did to them.
    pub changes: BTreeMap<&'a AlertId, &'a AlertChange>,
    /// Every mission ever, as it now stands.
    pub missions: BTreeMap<&'a MissionId, &'a Mission>,
    /// Silenced: not to be told, nor is what another alert hides.
    pub quiet: &'a BTreeSet<AlertId>,
    /// Datasets that nobody has fed for too long.
    pub stale: Vec<StaleDataset>,
}

impl Facts<'_> {
    fn is_quiet(&self, alert: &Alert) -> bool {
        alert.hidden_by.is_some() || self.quiet.contains(&alert.id)
    }

    /// What was told of an alert that goes on under another id was told of that one.
    pub(super) fn follow(&self, memory: &mut Memory) {
        for change in self.changes.values() {
            let AlertChange { alert, counterpart: Some(into), .. } = change else { continue };
            if change.kind == AlertChangeKind::Moved
                && let Some(told) = memory.alerts.remove(&alert.id)
            {
                memory.alerts.entry(into.clone()).or_insert(told);
            }
        }
    }
}

/// What may be told of one ministry, or of the portfolio.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    /// Open and not quiet.
    pub(super) alerts: Vec<&'a Alert>,
    /// Proposed or under way.
    pub(super) missions: Vec<&'a Mission>,
    /// They are nobody's in particular.
    pub(super) stale: Vec<StaleDataset>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Raised,
    Reopened,
    Worsened,
    Eased,
    Resolved,
    /// Its rule is no longer in use.
    Retired,
}

#[derive(Clone, Debug)]
pub(super) struct AlertNews<'a> {
    pub(super) alert: &'a Alert,
    pub(super) turn: Turn,
    /// As it was told.
    pub(super) from: Option<Level>,
    /// Why, when this cycle made the change.
    pub(super) reason: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub(super) struct MissionNews<'a> {
    pub(super) mission: &'a Mission,
}

#[derive(Clone, Debug, Default)]
pub(super) struct News<'a> {
    pub(super) alerts: Vec<AlertNews<'a>>,
    pub(super) missions: Vec<MissionNews<'a>>,
    /// For programs: people read of them in their tools.
    pub(super) stale: Vec<StaleDataset>,
}

impl Turn {
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Self::Raised | Self::Reopened | Self::Worsened)
    }
}

impl AlertNews<'_> {
    pub(super) fn is_newly_critical(&self) -> bool {
        self.turn.is_bad() && self.alert.level == Level::Critical
    }
}

impl News<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.alerts.is_empty() && self.missions.is_empty()
    }
}

/// Each alert and mission under the ministry whose it is: nobody is told of another's.
pub(super) fn scopes<'a>(facts: &Facts<'a>, directory: &Directory) -> BTreeMap<Subject, Scope<'a>> {
    let mut scopes: BTreeMap<Subject, Scope<'a>> = BTreeMap::new();
    let tellable = |alert: &&&Alert| alert.state == AlertState::Open && !facts.is_quiet(alert);
    for alert in facts.alerts.values().filter(tellable) {
        scopes.entry(directory.home(&alert.subject)).or_default().alerts.push(alert);
    }
    for mission in facts.missions.values().filter(|mission| mission.state.is_live()) {
        scopes.entry(directory.home(&mission.subject)).or_default().missions.push(mission);
    }
    if !facts.stale.is_empty() {
        scopes.entry(Subject::Portfolio).or_default().stale.clone_from(&facts.stale);
    }
    scopes
}

/// By alert, then by mission. What was told and belongs to another ministry since is nobody's news.
pub(super) fn news<'a>(
    about: &Subject,
    scope: &Scope<'a>,
    memory: &Memory,
    facts: &Facts<'a>,
    directory: &Directory,
) -> News<'a> {
    let is_here = |subject: &Subject| directory.home(subject) == *about;
    let mut news = News::default();
    for alert in &scope.alerts {
        let change = facts.changes.get(&alert.id);
        let told = memory.alerts.get(&alert.id).map(|told| told.level);
        let turn = match told {
            None if change.is_some_and(|one| one.kind == AlertChangeKind::Reopened) => {
                Turn::Reopened
            }
            None => Turn::Raised,
            Some(told) if alert.level > told => Turn::Worsened,
            Some(told) if alert.level < told => Turn::Eased,
            Some(_) => continue,
        };
        news.alerts.push(AlertNews { alert, turn, from: told, reason: reason(change) });
    }
    for (id, told) in &memory.alerts {
        let Some(alert) = facts.alerts.get(id) else { continue };
        let ended = alert.state == AlertState::Resolved
            && !facts.is_quiet(alert)
            && is_here(&alert.subject);
        if ended {
            let change = facts.changes.get(id);
            let retired = change.is_some_and(|one| one.kind == AlertChangeKind::Retired);
            let turn = if retired { Turn::Retired } else { Turn::Resolved };
            let (from, reason) = (Some(told.level), reason(change));
            news.alerts.push(AlertNews { alert, turn, from, reason });
        }
    }
    for mission in &scope.missions {
        let told = memory.missions.get(&mission.id);
        if told.is_none_or(|told| told != mission.state.as_str()) {
            news.missions.push(MissionNews { mission });
        }
    }
    let ended = memory.missions.keys().filter_map(|id| facts.missions.get(id));
    for mission in ended.filter(|one| !one.state.is_live() && is_here(&one.subject)) {
        news.missions.push(MissionNews { mission });
    }
    let told = |one: &&StaleDataset| memory.stale.get(&one.dataset) == Some(&one.last_import_at);
    news.stale = scope.stale.iter().filter(|one| !told(one)).copied().collect();
    news
}

/// What the receiver knows once it is told. `notice` says which notice tells an alert; none, that
/// it is taken as known.
pub(super) fn remember(
    memory: &Memory,
    scope: &Scope<'_>,
    facts: &Facts<'_>,
    on: NaiveDate,
    notice: impl Fn(&AlertId) -> Option<NoticeId>,
) -> Memory {
    let mut next = Memory { last: memory.last.clone(), ..Memory::default() };
    for alert in &scope.alerts {
        let told = match memory.alerts.get(&alert.id) {
            Some(told) if told.level >= alert.level => {
                // What has eased was told all the same: it is not to be answered anew.
                ToldAlert { level: alert.level, ..told.clone() }
            }
            Some(_) | None => ToldAlert { level: alert.level, on, notice: notice(&alert.id) },
        };
        next.alerts.insert(alert.id.clone(), told);
    }
    // Kept while it is quiet, so that the end of a silence is no news by itself.
    for (id, told) in &memory.alerts {
        let hushed = facts
            .alerts
            .get(id)
            .is_some_and(|alert| alert.state == AlertState::Open && facts.is_quiet(alert));
        if hushed {
            next.alerts.insert(id.clone(), told.clone());
        }
    }
    for mission in &scope.missions {
        next.missions.insert(mission.id.clone(), mission.state.as_str().to_owned());
    }
    next.stale = scope.stale.iter().map(|one| (one.dataset, one.last_import_at)).collect();
    next
}

fn reason<'a>(change: Option<&&'a AlertChange>) -> Option<&'a str> {
    change.map(|change| change.reason.as_str())
}
