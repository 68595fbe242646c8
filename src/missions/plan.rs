//! Decides which missions the alerts of a cycle call for. Pure: decides, changes nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::playbook::Playbook;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertChangeKind;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::RuleId;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::mission::MissionChangeKind;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::domain::rule::RuleTerms;
use crate::domain::subject::Subject;

/// The cycle that plans, and what it goes by.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub terms: &'a BTreeMap<RuleId, RuleTerms>,
    pub playbook: &'a Playbook,
}

/// One live mission per subject and kind, which gathers the alerts that call for it. `known` are
/// all missions ever, since one that was closed is not proposed again until its alert moves.
pub fn plan(known: &[Mission], changes: &[AlertChange], moment: Moment<'_>) -> Vec<MissionChange> {
    let mut planned: BTreeMap<(Subject, MissionKind), MissionChange> = BTreeMap::new();
    for change in changes {
        let Some((kind, rule)) = called_for(&change.alert, moment.terms) else { continue };
        let key = (change.alert.subject.clone(), kind);
        let live = planned.get(&key).map(|planned| &planned.mission).or_else(|| {
            known.iter().find(|mission| {
                mission.state.is_live() && mission.subject == key.0 && mission.kind == kind
            })
        });
        let next = match live {
            Some(mission) => gather(mission, change, rule, moment),
            None if is_answered(known, change, kind) => None,
            None => Some(begin(change, kind, rule, moment)),
        };
        if let Some(next) = next {
            let merged = match planned.remove(&key) {
                // What began in this cycle stays a beginning, whatever joins it.
                Some(first) if first.kind == MissionChangeKind::Opened => {
                    MissionChange { mission: next.mission, ..first }
                }
                Some(first) if next.kind == MissionChangeKind::Gathered => {
                    MissionChange { mission: next.mission, ..first }
                }
                Some(_) | None => next,
            };
            planned.insert(key, merged);
        }
    }
    let mut all = withdrawn(known, changes);
    // A new alert may join a proposal in the very cycle that resolves the former ones.
    all.retain(|change| {
        !planned.contains_key(&(change.mission.subject.clone(), change.mission.kind))
    });
    all.extend(planned.into_values());
    all.sort_by(|a, b| {
        (&a.mission.subject, a.mission.kind).cmp(&(&b.mission.subject, b.mission.kind))
    });
    all
}

fn called_for<'a>(
    alert: &Alert,
    terms: &'a BTreeMap<RuleId, RuleTerms>,
) -> Option<(MissionKind, &'a RuleTerms)> {
    let rule = terms.get(&alert.rule)?;
    let call = rule.mission?;
    let calls = alert.state == AlertState::Open && alert.level >= call.from;
    calls.then_some((call.kind, rule))
}

/// An alert that has not moved was answered by the mission that already gathered it, even closed.
fn is_answered(known: &[Mission], change: &AlertChange, kind: MissionKind) -> bool {
    let unmoved = matches!(change.kind, AlertChangeKind::Persisted | AlertChangeKind::Eased);
    unmoved
        && known
            .iter()
            .any(|mission| mission.kind == kind && mission.alerts.contains(&change.alert.id))
}

fn begin(
    change: &AlertChange,
    kind: MissionKind,
    rule: &RuleTerms,
    moment: Moment<'_>,
) -> MissionChange {
    let subject = change.alert.subject.clone();
    let because = moment.playbook.automatic_because(&rule.id, kind);
    let reason = reason(&change.alert, rule);
    let mission = Mission {
        id: Mission::id_of(&subject, kind, moment.cycle),
        subject,
        kind,
        state: if because.is_some() { MissionState::Open } else { MissionState::Proposed },
        automatic: because.is_some(),
        reasons: vec![reason.clone()],
        alerts: vec![change.alert.id.clone()],
        opened_in: moment.cycle,
        opened_on: moment.as_of,
        due_on: moment.playbook.due_on(kind, moment.as_of),
    };
    match because {
        Some(because) => {
            MissionChange { mission, kind: MissionChangeKind::Opened, reason: because.to_owned() }
        }
        None => MissionChange { mission, kind: MissionChangeKind::Proposed, reason },
    }
}

fn gather(
    live: &Mission,
    change: &AlertChange,
    rule: &RuleTerms,
    moment: Moment<'_>,
) -> Option<MissionChange> {
    let mut mission = live.clone();
    let joins = !mission.alerts.contains(&change.alert.id);
    let words = reason(&change.alert, rule);
    if joins {
        mission.alerts.push(change.alert.id.clone());
        mission.reasons.push(words.clone());
    }
    let because = moment.playbook.automatic_because(&rule.id, mission.kind);
    match because {
        Some(because) if mission.state == MissionState::Proposed => {
            mission.state = MissionState::Open;
            mission.automatic = true;
            let reason = because.to_owned();
            Some(MissionChange { mission, kind: MissionChangeKind::Opened, reason })
        }
        Some(_) | None if joins => {
            Some(MissionChange { mission, kind: MissionChangeKind::Gathered, reason: words })
        }
        Some(_) | None => None,
    }
}

/// A proposal that nobody decided has no object once every alert behind it is resolved. An alert
/// that stands has a change in every cycle, so one without any does not stand.
fn withdrawn(known: &[Mission], changes: &[AlertChange]) -> Vec<MissionChange> {
    let open: BTreeSet<&AlertId> = changes
        .iter()
        .filter(|change| change.alert.state == AlertState::Open)
        .map(|change| &change.alert.id)
        .collect();
    let without_object = |mission: &&Mission| {
        mission.state == MissionState::Proposed
            && !mission.alerts.iter().any(|alert| open.contains(alert))
    };
    let change = |mission: &Mission| MissionChange {
        mission: Mission { state: MissionState::Withdrawn, ..mission.clone() },
        kind: MissionChangeKind::Withdrawn,
        reason: "Les alertes qui l’appelaient sont closes.".to_owned(),
    };
    known.iter().filter(without_object).map(change).collect()
}

fn reason(alert: &Alert, rule: &RuleTerms) -> String {
    let title = format!("{} ({}), niveau {}", rule.title, rule.id, alert.level.label());
    match &alert.explanation {
        Some(explanation) => format!("{title} : {explanation}"),
        None => title,
    }
}
