//! What each rule, family and baseline said of the projects of past editions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::orders::{Experience, Orders};
use super::report::{BaselineScore, FamilyScore, LevelScore, OrderScore, RuleScore};
use crate::domain::ids::{ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::{Subject, SubjectKind};
use crate::domain::rules::batch::{RuleVerdicts, Verdicts};
use crate::domain::rules::verdict::Verdict;
use crate::foresight::{
    Baseline, BaselineAt, EditionOutcomes, Panel, ProjectOutcome, Resamples, Scorecard,
    SignalAnswer, SignalRecord, Target,
};
use crate::rules::{Catalogue, Family, Rule, Subjects};
use crate::support::workers::run_in_parallel;

/// Fields named for a rule that lacks some.
const MISSING_FIELDS: usize = 3;

/// The projects of rules that judge the same subjects, with their places.
type SubjectPlaces = (Arc<[Subject]>, BTreeMap<ProjectId, usize>);

/// Records of one backtest.
pub(super) struct Signals<'c> {
    catalogue: &'c Catalogue,
    rules: BTreeMap<RuleId, RuleRecord>,
    families: BTreeMap<Family, SignalRecord>,
    any_rule: SignalRecord,
    baselines: BTreeMap<Baseline, SignalRecord>,
    orders: Orders,
    horizon: usize,
    /// One more than the highest number of a project.
    projects: usize,
}

#[derive(Default)]
struct RuleRecord {
    alerts: SignalRecord,
    levels: BTreeMap<Level, SignalRecord>,
    /// Steps that could not be judged, by the first field that lacked.
    missing: BTreeMap<String, usize>,
}

/// The scorecards made of the records.
pub(super) struct Scored {
    pub(super) rules: Vec<RuleScore>,
    pub(super) families: Vec<FamilyScore>,
    pub(super) any_rule: Scorecard,
    pub(super) baselines: Vec<BaselineScore>,
    pub(super) orders: Vec<OrderScore>,
    pub(super) not_tested: Vec<RuleId>,
}

impl<'c> Signals<'c> {
    pub(super) fn of(catalogue: &'c Catalogue, horizon: usize) -> Self {
        let tested = catalogue.rules().filter(|rule| {
            rule.scope == SubjectKind::Project && rule.subjects == Subjects::Present
        });
        let record = |id: &RuleId| RuleRecord {
            levels: catalogue
                .levels_of(id)
                .into_iter()
                .filter(|level| *level >= Level::Watch)
                .map(|level| (level, SignalRecord::default()))
                .collect(),
            ..RuleRecord::default()
        };
        Self {
            catalogue,
            rules: tested.map(|rule| (rule.id.clone(), record(&rule.id))).collect(),
            families: BTreeMap::new(),
            any_rule: SignalRecord::default(),
            baselines: BTreeMap::new(),
            orders: Orders::default(),
            horizon,
            projects: 0,
        }
    }

    /// Records what was said as of an edition. Editions come oldest first.
    pub(super) fn record(
        &mut self,
        (panel, target): (&Panel<'_>, Target),
        edition: &EditionOutcomes<'_>,
        verdicts: &Verdicts,
    ) {
        let highest = edition.projects.iter().map(|outcome| outcome.number + 1).max();
        self.projects = self.projects.max(highest.unwrap_or_default());
        let experience = self.experience();
        let mut warning: BTreeMap<usize, Vec<&RuleId>> = BTreeMap::new();
        let mut places: Option<SubjectPlaces> = None;
        let mut joint: BTreeMap<Family, BTreeMap<usize, SignalAnswer>> = BTreeMap::new();
        for said in verdicts.rules() {
            let rule = self.catalogue.rule(said.rule());
            let Some((record, rule)) = self.rules.get_mut(said.rule()).zip(rule) else { continue };
            let known = places.take().filter(|(of, _)| Arc::ptr_eq(of, said.subjects()));
            let (_, by_project) = places.insert(
                known.unwrap_or_else(|| (Arc::clone(said.subjects()), by_project(said.subjects()))),
            );
            let verdict = |outcome: &ProjectOutcome<'_>| {
                by_project.get(outcome.project).and_then(|place| verdict_at(said, *place))
            };
            record.record(edition, verdict);
            let family = joint.entry(rule.family).or_default();
            for outcome in &edition.projects {
                let answer = SignalAnswer::of(verdict(outcome));
                let so_far = family.entry(outcome.number).or_insert(SignalAnswer::Quiet);
                *so_far = so_far.joined(answer);
                if answer == SignalAnswer::Warning {
                    warning.entry(outcome.number).or_default().push(&rule.id);
                }
            }
        }
        let mut any: BTreeMap<usize, SignalAnswer> = BTreeMap::new();
        let said = |answers: &BTreeMap<usize, SignalAnswer>, number: usize| {
            answers.get(&number).copied().unwrap_or(SignalAnswer::Quiet)
        };
        for (family, by_number) in &joint {
            let record = self.families.entry(*family).or_default();
            record.record(edition, |outcome| said(by_number, outcome.number));
            for (number, one) in by_number {
                let so_far = any.entry(*number).or_insert(SignalAnswer::Quiet);
                *so_far = so_far.joined(*one);
            }
        }
        self.any_rule.record(edition, |outcome| said(&any, outcome.number));
        if let Some(experience) = experience.filter(|_| self.horizon == 1) {
            self.orders.record(panel, edition, &experience, &warning);
        }
        for baseline in Baseline::ALL {
            let at = BaselineAt::of(baseline, panel, edition.edition, target);
            let record = self.baselines.entry(baseline).or_default();
            record.record(edition, |outcome| at.answer(outcome.project));
        }
    }

    /// What the steps recorded so far teach; `None` before there are any.
    fn experience(&self) -> Option<Experience> {
        let rules = self.rules.iter().map(|(id, record)| (id.clone(), record.alerts.warnings()));
        let base = self.any_rule.base_rate()?;
        Some(Experience::new(base, self.any_rule.unwarned(), rules.collect()))
    }

    /// The scorecards of all records, rules in the order of their ids.
    pub(super) fn scored(self) -> Scored {
        let resamples = Resamples::of(self.projects);
        let dictionary = self.catalogue.dictionary();
        let heads = self.catalogue.rules();
        let (tested, others): (Vec<_>, Vec<_>) =
            heads.partition(|rule| self.rules.contains_key(&rule.id));
        let score = |rule: &&Rule| {
            let record = self.rules.get(&rule.id)?;
            Some(RuleScore {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                family: rule.family,
                status: rule.status,
                score: record.alerts.scorecard(&resamples),
                levels: record
                    .levels
                    .iter()
                    .map(|(level, of)| LevelScore {
                        level: *level,
                        score: of.scorecard(&resamples),
                    })
                    .collect(),
                missing: record
                    .most_missing(|field| dictionary.label(field).unwrap_or(field).to_owned()),
            })
        };
        let family = |(family, record): (&Family, &SignalRecord)| FamilyScore {
            family: *family,
            score: record.scorecard(&resamples),
        };
        let baseline = |(baseline, record): (&Baseline, &SignalRecord)| BaselineScore {
            baseline: *baseline,
            label: baseline.label().to_owned(),
            score: record.scorecard(&resamples),
        };
        Scored {
            rules: run_in_parallel(&tested, score).into_iter().flatten().collect(),
            families: self.families.iter().map(family).collect(),
            any_rule: self.any_rule.scorecard(&resamples),
            baselines: self.baselines.iter().map(baseline).collect(),
            orders: self.orders.scored(&resamples),
            not_tested: others.iter().map(|rule| rule.id.clone()).collect(),
        }
    }
}

impl RuleRecord {
    fn record<'v>(
        &mut self,
        edition: &EditionOutcomes<'_>,
        verdict: impl Fn(&ProjectOutcome<'_>) -> Option<&'v Verdict>,
    ) {
        let answer =
            |outcome: &ProjectOutcome<'_>, warns: &dyn Fn(Level) -> bool| match verdict(outcome)
                .and_then(Verdict::level)
            {
                None => SignalAnswer::Unknown,
                Some(level) if warns(level) => SignalAnswer::Warning,
                Some(_) => SignalAnswer::Quiet,
            };
        self.alerts.record(edition, |outcome| SignalAnswer::of(verdict(outcome)));
        for (wanted, record) in &mut self.levels {
            record.record(edition, |outcome| answer(outcome, &|level| level == *wanted));
        }
        for outcome in edition.projects.iter().filter(|outcome| outcome.drifted.is_some()) {
            if let Some(Verdict::Unknown { missing }) = verdict(outcome)
                && let Some(first) = missing.first()
            {
                *self.missing.entry(first.field.clone()).or_default() += 1;
            }
        }
    }

    fn most_missing(&self, label: impl Fn(&str) -> String) -> Vec<String> {
        let mut fields: Vec<(&String, &usize)> = self.missing.iter().collect();
        // Stable: fields that lack as often stay in the order of their names.
        fields.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        fields.into_iter().take(MISSING_FIELDS).map(|(field, _)| label(field)).collect()
    }
}

fn by_project(subjects: &[Subject]) -> BTreeMap<ProjectId, usize> {
    let project = |(place, subject): (usize, &Subject)| Some((subject.project()?.clone(), place));
    subjects.iter().enumerate().filter_map(project).collect()
}

fn verdict_at(said: &RuleVerdicts, place: usize) -> Option<&Verdict> {
    said.codes().get(place).map(|code| said.verdict(*code))
}
