//! The alerts and missions that verdicts lead to on their own, ignoring those that exist already.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::verdict_diff::VerdictDifference;
use crate::decisions::missions::Playbook;
use crate::decisions::{alerts, missions};
use crate::domain::alerts::alert::AlertState;
use crate::domain::alerts::new_fact::SubjectFigures;
use crate::domain::ids::{CycleNumber, MinistryCode, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::missions::mission::{Mission, MissionKind};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::rule::RuleTerms;
use crate::domain::rules::verdict::Judgement;
use crate::domain::words::words;
use crate::frame::dictionary::Dictionary;

/// Computed as if no alert or mission existed, and as if what fires had lasted as long as its rule
/// requires.
#[derive(Clone, Debug)]
pub(in crate::application) struct Consequences {
    alerts: BTreeMap<(RuleId, Subject), Level>,
    missions: BTreeMap<(Subject, MissionKind), Mission>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MissionDifference {
    pub subject: Subject,
    /// Name of the project, if the subject is one.
    pub name: Option<String>,
    pub mission: MissionKind,
    pub kind: MissionDifferenceKind,
    /// In French, from the catalogue that calls for the mission.
    pub reasons: Vec<String>,
}

words! {
    pub enum MissionDifferenceKind, "a kind of difference" {
        Proposed = "proposed",
        /// The mission opens without waiting for a decision.
        Opened = "opened",
        NoLongerProposed = "no_longer_proposed",
        NoLongerOpened = "no_longer_opened",
    }
}

impl MissionDifferenceKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Proposed => "serait proposée",
            Self::Opened => "serait ouverte d’office",
            Self::NoLongerProposed => "ne serait plus proposée",
            Self::NoLongerOpened => "ne serait plus ouverte d’office",
        }
    }

    pub(in crate::application) fn is_gain(self) -> bool {
        matches!(self, Self::Proposed | Self::Opened)
    }
}

/// What would change in the messages to a ministry's secretary-general.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MinistryNews {
    pub ministry: String,
    pub alerts_opened: u64,
    /// Alerts that would have another level.
    pub alerts_moved: u64,
    pub alerts_closed: u64,
    pub missions_gained: u64,
    pub missions_lost: u64,
    pub projects: BTreeSet<String>,
}

/// The name and ministry of each project.
pub(super) type Names = BTreeMap<ProjectId, (String, MinistryCode)>;

impl Consequences {
    pub(in crate::application) fn of(
        judgements: &[Judgement],
        terms: &BTreeMap<RuleId, RuleTerms>,
        (playbook, dictionary): (&Playbook, &Dictionary),
        as_of: NaiveDate,
    ) -> Self {
        let at_once: BTreeMap<RuleId, RuleTerms> = terms
            .iter()
            .map(|(id, terms)| (id.clone(), RuleTerms { for_evaluations: 1, ..terms.clone() }))
            .collect();
        // Nothing came before it, so nothing is worse than it was.
        let no_figures = SubjectFigures::new();
        let occasion = alerts::EvaluationContext {
            cycle: CycleNumber(0),
            as_of,
            now: DateTime::default(),
            terms: &at_once,
            circumstances: &alerts::Circumstances::default(),
            edition: EditionId::of(as_of),
            figures: &no_figures,
            label: &|name| dictionary.label(name),
        };
        let changes = alerts::reconcile(&alerts::Followed::default(), judgements, occasion);
        let moment =
            missions::PlanningContext { cycle: CycleNumber(0), as_of, terms: &at_once, playbook };
        let missions = missions::plan(&[], &changes, moment)
            .into_iter()
            .map(|change| ((change.mission.subject.clone(), change.mission.kind), change.mission))
            .collect();
        let alerts = changes
            .into_iter()
            .filter(|change| change.alert.state == AlertState::Open)
            .map(|change| ((change.alert.rule, change.alert.subject), change.alert.level))
            .collect();
        Self { alerts, missions }
    }

    pub(in crate::application) fn alert(&self, rule: &RuleId, subject: &Subject) -> Option<Level> {
        self.alerts.get(&(rule.clone(), subject.clone())).copied()
    }

    /// The subjects of the alerts of some rules, once for each alert.
    pub(in crate::application) fn subjects_of(
        &self,
        rules: &BTreeSet<RuleId>,
    ) -> impl Iterator<Item = &Subject> {
        self.alerts.keys().filter(|(rule, _)| rules.contains(rule)).map(|(_, subject)| subject)
    }

    /// Number of missions.
    pub(in crate::application) fn missions(&self) -> usize {
        self.missions.len()
    }

    /// The subjects of alerts that would open, close or move.
    pub(in crate::application) fn moved<'c>(
        before: &'c Self,
        after: &'c Self,
    ) -> impl Iterator<Item = &'c Subject> {
        let keys: BTreeSet<_> = before.alerts.keys().chain(after.alerts.keys()).collect();
        let moved = keys.into_iter().filter(|key| before.alerts.get(key) != after.alerts.get(key));
        moved.map(|(_, subject)| subject)
    }

    /// Missions that differ, by subject and kind.
    pub(super) fn differences(
        before: &Self,
        after: &Self,
        known: &Names,
    ) -> Vec<MissionDifference> {
        let keys: BTreeSet<_> = before.missions.keys().chain(after.missions.keys()).collect();
        let mut differences = Vec::new();
        for key in keys {
            let (was, is) = (before.missions.get(key), after.missions.get(key));
            let (kind, mission) = match (was, is) {
                (Some(was), Some(is)) if was.automatic == is.automatic => continue,
                (_, Some(is)) if is.automatic => (MissionDifferenceKind::Opened, is),
                (None, Some(is)) => (MissionDifferenceKind::Proposed, is),
                (Some(was), _) if was.automatic => (MissionDifferenceKind::NoLongerOpened, was),
                (Some(was), _) => (MissionDifferenceKind::NoLongerProposed, was),
                (None, None) => continue,
            };
            let of_project = mission.subject.project().and_then(|project| known.get(project));
            differences.push(MissionDifference {
                subject: mission.subject.clone(),
                name: of_project.map(|(name, _)| name.clone()),
                mission: mission.kind,
                kind,
                reasons: mission.reasons.clone(),
            });
        }
        differences
    }
}

pub(super) fn ministry_of(subject: &Subject, known: &Names) -> Option<MinistryCode> {
    match subject {
        Subject::Project(project) => known.get(project).map(|(_, ministry)| ministry.clone()),
        Subject::Ministry(ministry) => Some(ministry.clone()),
        Subject::Portfolio => None,
    }
}

/// The ministries whose alerts or missions would not be the same.
pub(super) fn ministry_news(
    verdicts: &[VerdictDifference],
    missions: &[MissionDifference],
    known: &Names,
) -> Vec<MinistryNews> {
    let mut by_ministry: BTreeMap<MinistryCode, MinistryNews> = BTreeMap::new();
    for difference in verdicts.iter().filter(|one| one.alert_from != one.alert_to) {
        let Some(ministry) = &difference.ministry else { continue };
        let news = by_ministry.entry(ministry.clone()).or_default();
        match (difference.alert_from, difference.alert_to) {
            (None, _) => news.alerts_opened += 1,
            (_, None) => news.alerts_closed += 1,
            (Some(_), Some(_)) => news.alerts_moved += 1,
        }
        news.projects.extend(difference.name.clone());
    }
    for difference in missions {
        let Some(ministry) = ministry_of(&difference.subject, known) else { continue };
        let news = by_ministry.entry(ministry).or_default();
        if difference.kind.is_gain() {
            news.missions_gained += 1;
        } else {
            news.missions_lost += 1;
        }
        let name = difference.subject.project().and_then(|project| known.get(project));
        news.projects.extend(name.map(|(name, _)| name.clone()));
    }
    by_ministry
        .into_iter()
        .map(|(ministry, news)| MinistryNews { ministry: ministry.to_string(), ..news })
        .collect()
}
