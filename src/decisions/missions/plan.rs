//! Decides which missions the alerts of a cycle call for. Pure: decides, changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::merge;
use super::playbook::Playbook;
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::ids::{AlertId, CycleNumber, RuleId};
use crate::domain::missions::mission::{
    Mission, MissionChange, MissionChangeKind, MissionKind, MissionState,
};
use crate::domain::missions::progress::MissionProgress;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::rule::RuleTerms;
use crate::support::french;

/// The cycle that plans, with the rules and the playbook in force.
#[derive(Clone, Copy, Debug)]
pub struct PlanningContext<'a> {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub terms: &'a BTreeMap<RuleId, RuleTerms>,
    pub playbook: &'a Playbook,
}

/// Plans one live mission per subject and kind, with all the alerts that call for it. `known` are
/// all missions ever, under their current subjects: one that was declined or closed is not proposed
/// again until its alert changes.
pub fn plan(
    known: &[Mission],
    changes: &[AlertChange],
    moment: PlanningContext<'_>,
) -> Vec<MissionChange> {
    let merge::Merged { known, folded, mut planned } = merge::merge_duplicates(known);
    let past = KnownMissions::of(&known);
    for change in changes {
        let Some((kind, rule)) = missions_called_for(&change.alert, moment.terms) else { continue };
        let key = (change.alert.subject.clone(), kind);
        let live = planned
            .get(&key)
            .map(|planned| &planned.mission)
            .or_else(|| past.live.get(&(&key.0, kind)).copied());
        let next = match live {
            Some(mission) => gather(mission, change, rule, moment),
            None if past.answers(change, kind, moment.playbook) => None,
            None => {
                let ended = past.ended.get(&(&key.0, kind)).copied();
                Some(begin(change, (kind, rule), ended, moment))
            }
        };
        if let Some(next) = next {
            let merged = match planned.remove(&key) {
                // A mission begun in this cycle remains one, even when alerts join it.
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
    let mut all = withdrawn(&known, changes);
    // A new alert may join a proposal in the very cycle that resolves its earlier alerts.
    all.retain(|change| {
        !planned.contains_key(&(change.mission.subject.clone(), change.mission.kind))
    });
    all.extend(planned.into_values());
    all.extend(folded);
    all.sort_by(|a, b| {
        (&a.mission.subject, a.mission.kind, &a.mission.id).cmp(&(
            &b.mission.subject,
            b.mission.kind,
            &b.mission.id,
        ))
    });
    for change in &mut all {
        change.mission.revision += 1;
    }
    all
}

fn missions_called_for<'a>(
    alert: &Alert,
    terms: &'a BTreeMap<RuleId, RuleTerms>,
) -> Option<(MissionKind, &'a RuleTerms)> {
    let rule = terms.get(&alert.rule)?;
    let call = rule.mission?;
    let calls = alert.state == AlertState::Open && alert.level >= call.from;
    calls.then_some((call.kind, rule))
}

/// The known missions: live ones, and those that ended.
struct KnownMissions<'a> {
    live: BTreeMap<(&'a Subject, MissionKind), &'a Mission>,
    /// The last mission of each kind and subject that people ended.
    ended: BTreeMap<(&'a Subject, MissionKind), &'a Mission>,
    gathered: BTreeSet<(MissionKind, &'a AlertId)>,
}

impl<'a> KnownMissions<'a> {
    fn of(known: &'a [Mission]) -> Self {
        let mut past =
            Self { live: BTreeMap::new(), ended: BTreeMap::new(), gathered: BTreeSet::new() };
        for mission in known {
            past.gathered.extend(mission.alerts.iter().map(|alert| (mission.kind, alert)));
            let missions = match mission.state {
                MissionState::Proposed | MissionState::Open => &mut past.live,
                MissionState::Declined | MissionState::Closed => &mut past.ended,
                MissionState::Withdrawn => continue,
            };
            let last = missions.entry((&mission.subject, mission.kind)).or_insert(mission);
            if last.opened_in < mission.opened_in {
                *last = mission;
            }
        }
        past
    }

    /// Whether an existing mission, even a closed one, already answers the alert: true if the alert
    /// has not changed since the mission gathered it. A new fact at the same level calls for another
    /// mission where the playbook opens it by itself; elsewhere it is news, and no proposal.
    fn answers(&self, change: &AlertChange, kind: MissionKind, playbook: &Playbook) -> bool {
        let unmoved = match change.kind {
            AlertChangeKind::Persisted
            | AlertChangeKind::Eased
            | AlertChangeKind::Hidden
            | AlertChangeKind::Released
            | AlertChangeKind::Woken => true,
            AlertChangeKind::NewFact => {
                playbook.automatic_because(&change.alert.rule, kind).is_none()
            }
            AlertChangeKind::Pending
            | AlertChangeKind::Raised
            | AlertChangeKind::Reopened
            | AlertChangeKind::Worsened
            | AlertChangeKind::Dormant
            | AlertChangeKind::Dropped
            | AlertChangeKind::Resolved
            | AlertChangeKind::Retired
            | AlertChangeKind::Moved
            | AlertChangeKind::Voided => false,
        };
        let gathered = |alert: &AlertId| self.gathered.contains(&(kind, alert));
        unmoved && (gathered(&change.alert.id) || change.counterpart.as_ref().is_some_and(gathered))
    }
}

fn begin(
    change: &AlertChange,
    (kind, rule): (MissionKind, &RuleTerms),
    ended: Option<&Mission>,
    moment: PlanningContext<'_>,
) -> MissionChange {
    let subject = change.alert.subject.clone();
    let because = moment.playbook.automatic_because(&rule.id, kind);
    let again = ended.and_then(|ended| answered_before(ended, change, rule));
    let facts = change.alert.facts_of(moment.cycle).map(|fact| fact.text.as_str());
    let facts = facts.collect::<Vec<_>>().join(" ");
    let called = reason(&change.alert, rule);
    let called = if facts.is_empty() { called } else { format!("{called} {facts}") };
    let mission = Mission {
        id: Mission::id_of(&subject, kind, moment.cycle),
        subject,
        kind,
        state: if because.is_some() { MissionState::Open } else { MissionState::Proposed },
        automatic: because.is_some(),
        reasons: again.iter().chain([&called]).cloned().collect(),
        alerts: vec![change.alert.id.clone()],
        opened_in: moment.cycle,
        opened_on: moment.as_of,
        due_on: match because {
            Some(_) => moment.playbook.start_by(kind, moment.as_of),
            None => moment.playbook.decide_by(kind, moment.as_of),
        },
        revision: 0,
        conduct: MissionProgress::default(),
    };
    let begun = match because {
        Some(_) => MissionChangeKind::Opened,
        None => MissionChangeKind::Proposed,
    };
    let words = [again.as_deref(), Some(because.unwrap_or(&called))];
    let reason = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    MissionChange { mission, kind: begun, reason, by: None }
}

/// That an earlier mission answered this, by whom and how, and what has changed since.
fn answered_before(ended: &Mission, change: &AlertChange, rule: &RuleTerms) -> Option<String> {
    let answer = match (&ended.conduct.decision, &ended.conduct.closing) {
        (_, Some(closing)) => format!(
            "Une telle mission a été close le {} par {} ({})",
            french::date(closing.on),
            closing.by,
            closing.outcome.label()
        ),
        (Some(decision), None) => format!(
            "Une telle mission a été écartée le {} par {} (« {} »)",
            french::date(decision.on),
            decision.by,
            decision.reason
        ),
        (None, None) => return None,
    };
    let moved = match change.kind {
        AlertChangeKind::Worsened => "s’est aggravée",
        AlertChangeKind::Reopened => "est de retour",
        AlertChangeKind::Raised => "est nouvelle",
        AlertChangeKind::NewFact => "repose sur un fait nouveau",
        AlertChangeKind::Woken => "est revenue avec le projet",
        AlertChangeKind::Pending
        | AlertChangeKind::Eased
        | AlertChangeKind::Persisted
        | AlertChangeKind::Hidden
        | AlertChangeKind::Released
        | AlertChangeKind::Dormant
        | AlertChangeKind::Dropped
        | AlertChangeKind::Resolved
        | AlertChangeKind::Retired
        | AlertChangeKind::Moved
        | AlertChangeKind::Voided => "demeure",
    };
    Some(format!("{answer} ; depuis, l’alerte {} {moved}.", rule.id))
}

fn gather(
    live: &Mission,
    change: &AlertChange,
    rule: &RuleTerms,
    moment: PlanningContext<'_>,
) -> Option<MissionChange> {
    let mut mission = live.clone();
    let joins = !mission.alerts.contains(&change.alert.id);
    let went_on = |alert: &&mut AlertId| change.counterpart.as_ref() == Some(&**alert);
    let mut words = reason(&change.alert, rule);
    let facts: Vec<String> = change
        .alert
        .facts_of(moment.cycle)
        .map(|fact| format!("Fait nouveau au {} : {}", french::date(fact.on), fact.text))
        .filter(|fact| !mission.reasons.contains(fact))
        .collect();
    if let Some(former) = mission.alerts.iter_mut().find(went_on).filter(|_| joins) {
        // The same problem, under the id of the project that this one has become.
        *former = change.alert.id.clone();
    } else if joins {
        mission.alerts.push(change.alert.id.clone());
        mission.reasons.push(words.clone());
    }
    let learns = !joins && !facts.is_empty();
    if learns {
        // A mission under way gets what is new; a fact that several alerts have is added once.
        words = facts.join(" ");
        mission.reasons.extend(facts);
    }
    let because = moment.playbook.automatic_because(&rule.id, mission.kind);
    match because {
        Some(because) if mission.state == MissionState::Proposed => {
            mission.state = MissionState::Open;
            mission.automatic = true;
            mission.due_on = moment.playbook.start_by(mission.kind, moment.as_of);
            let reason = because.to_owned();
            Some(MissionChange { mission, kind: MissionChangeKind::Opened, reason, by: None })
        }
        Some(_) | None if joins || learns => Some(MissionChange {
            mission,
            kind: MissionChangeKind::Gathered,
            reason: words,
            by: None,
        }),
        Some(_) | None => None,
    }
}

/// Withdraws the proposals that nobody decided and whose alerts are all resolved. An open alert has
/// a change in every cycle, so an alert without one is not open.
fn withdrawn(known: &[Mission], changes: &[AlertChange]) -> Vec<MissionChange> {
    let open: BTreeSet<&AlertId> = changes
        .iter()
        .filter(|change| change.alert.state == AlertState::Open)
        .map(|change| &change.alert.id)
        .collect();
    let dormant: BTreeSet<&AlertId> = changes
        .iter()
        .filter(|change| change.alert.state == AlertState::Dormant)
        .map(|change| &change.alert.id)
        .collect();
    let without_object = |mission: &&Mission| {
        mission.state == MissionState::Proposed
            && !mission.alerts.iter().any(|alert| open.contains(alert))
    };
    let change = |mission: &Mission| MissionChange {
        mission: Mission { state: MissionState::Withdrawn, ..mission.clone() },
        kind: MissionChangeKind::Withdrawn,
        reason: if mission.alerts.iter().any(|alert| dormant.contains(alert)) {
            "Le projet a quitté le panorama et les alertes qui l’appelaient sont en sommeil."
        } else {
            "Les alertes qui l’appelaient sont closes."
        }
        .to_owned(),
        by: None,
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
