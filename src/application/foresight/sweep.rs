//! What each value of a threshold would cost: alerts, missions and ministries told now, and warnings that came true on past
//! editions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::application::cache::known_data;
use crate::application::cache::known_data::KnownData;
use crate::application::publishing::consequences::Consequences;
use crate::application::publishing::trial::Trial;
use crate::application::publishing::{catalogue, drafts};
use crate::application::queries::{coverage, view};
use crate::application::{ApplicationError, Services};
use crate::decisions::missions::{PLAYBOOK_FILE, Playbook};
use crate::domain::ids::{MinistryCode, ProjectId, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::{Subject, SubjectKind};
use crate::domain::rules::batch::Verdicts;
use crate::domain::value::{Value, float};
use crate::foresight::{
    EditionOutcomes, Panel, Resamples, Scorecard, SignalAnswer, SignalRecord, Target, outcomes,
};
use crate::frame::Frames;
use crate::frame::dictionary::Unit;
use crate::rules::{Budget, Catalogue, Subjects};
use crate::{frame, rules};

/// Fewest and most values of a sweep.
pub const SWEEP_VALUES: [usize; 2] = [2, 41];

/// The values of a threshold to try, evenly spaced, both ends included.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepTerms {
    pub threshold: String,
    pub from: f64,
    pub to: f64,
    /// Within [`SWEEP_VALUES`].
    pub values: usize,
}

/// What each value of a threshold would cost. Counts are those of the data as of the date, as if no alert existed and as if
/// what fires had lasted as long as its rule requires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sweep {
    pub threshold: String,
    /// In French.
    pub label: String,
    pub unit: Unit,
    pub as_of: NaiveDate,
    pub edition: EditionId,
    /// The value in force.
    #[schema(required = true)]
    pub in_force: Option<f64>,
    /// The rules that read the threshold.
    pub rules: Vec<RuleId>,
    /// By value, lowest first; the value in force is among them when it lies between the ends.
    pub points: Vec<SweepPoint>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SweepPoint {
    pub value: f64,
    pub is_in_force: bool,
    /// Alerts of the rules that read the threshold.
    pub alerts: usize,
    /// Projects of these alerts.
    pub projects: usize,
    /// Missions that the whole catalogue would call for.
    pub missions: usize,
    /// Ministries of which an alert would open, close or move, against the value in force.
    pub ministries: Vec<MinistryCode>,
    /// How often the warnings of the rules that read the threshold came true, one edition later.
    pub score: Scorecard,
}

/// Fewest values alike at an end of a sweep that are worth a word.
const FEWEST_ALIKE: usize = 3;

impl Sweep {
    /// The values at either end among which nothing changes, in French; empty where each value counts.
    pub fn alike_in_words(&self) -> Vec<String> {
        let first = self.points.first();
        let at_start = self.points.iter().take_while(|one| first.is_some_and(|it| it.is_like(one)));
        let last = self.points.last();
        let at_end =
            self.points.iter().rev().take_while(|one| last.is_some_and(|it| it.is_like(one)));
        let (start, end): (Vec<_>, Vec<_>) = (at_start.collect(), at_end.collect());
        let ends = if start.len() == self.points.len() { vec![start] } else { vec![start, end] };
        let in_words = |alike: Vec<&SweepPoint>| {
            let values = alike.iter().map(|point| point.value);
            let (low, high) = (values.clone().reduce(f64::min)?, values.reduce(f64::max)?);
            (alike.len() >= FEWEST_ALIKE).then(|| {
                format!(
                    "De {} à {}, rien ne change : aucun projet n’est entre ces valeurs, ou un autre seuil décide avant celui-ci.",
                    rules::shown_figure(low, self.unit),
                    rules::shown_figure(high, self.unit)
                )
            })
        };
        ends.into_iter().filter_map(in_words).collect()
    }
}

impl SweepPoint {
    /// Whether two values would come to the same.
    fn is_like(&self, other: &Self) -> bool {
        let counts = |one: &Self| (one.alerts, one.projects, one.missions);
        let past = |one: &Self| (one.score.warnings, one.score.hits);
        counts(self) == counts(other)
            && self.ministries == other.ministries
            && past(self) == past(other)
    }
}

/// Tries values of a threshold.
///
/// # Errors
/// When there is no such threshold, when a value is out of its bounds, when the budget is spent, or when the data or the rules
/// cannot be read.
pub async fn sweep(
    services: &Services,
    trial: &Trial,
    terms: SweepTerms,
) -> Result<Sweep, ApplicationError> {
    let known = view::known_data(services, None).await?;
    let in_force = catalogue::rules_in_force(services).await?;
    let limits = services.limits;
    trial
        .run(move |budget| {
            let compile =
                |texts: &BTreeMap<String, String>| rules::compile_within(texts, &limits, budget).0;
            let current = compile(&in_force.texts);
            let with_value = |value: f64| -> Result<Tried, ApplicationError> {
                let named = [(terms.threshold.clone(), value.to_string())];
                let changed = drafts::with_thresholds(BTreeMap::new(), &in_force.texts, &named)?;
                let mut texts = in_force.texts.clone();
                texts.extend(changed.into_iter().map(|(path, text)| (path.to_string(), text)));
                budget.check()?;
                Ok(Tried::of(value, compile(&texts), &terms.threshold))
            };
            // First of all, so that an unknown name is refused as everywhere.
            with_value(terms.from)?;
            let tried = values(&current, &terms, known.as_of)?.into_iter().map(with_value);
            let mut tried: Vec<Tried> = tried.collect::<Result<_, _>>()?;
            let playbook = in_force.texts.get(PLAYBOOK_FILE).ok_or(ApplicationError::NoPlaybook)?;
            let playbook = Playbook::parse(playbook, PLAYBOOK_FILE)?;
            let resamples = record_past(&known, &mut tried, budget)?;
            swept((&known, &current, &playbook), &terms, tried, &resamples)
        })
        .await
}

/// A catalogue with one value of the threshold, and what it said of past editions.
struct Tried {
    value: f64,
    catalogue: Catalogue,
    /// Rules that read the threshold.
    rules: BTreeSet<RuleId>,
    record: SignalRecord,
}

impl Tried {
    fn of(value: f64, catalogue: Catalogue, threshold: &str) -> Self {
        let rules = readers(&catalogue, threshold);
        Self { value, catalogue, rules, record: SignalRecord::default() }
    }
}

fn readers(catalogue: &Catalogue, threshold: &str) -> BTreeSet<RuleId> {
    let reads = |id: &RuleId| catalogue.threshold_names_of(id).any(|name| name == threshold);
    catalogue.rules().map(|rule| rule.id.clone()).filter(reads).collect()
}

/// The values to try: evenly spaced, with the value in force where it lies between the ends.
fn values(
    current: &Catalogue,
    terms: &SweepTerms,
    as_of: NaiveDate,
) -> Result<Vec<f64>, ApplicationError> {
    let [fewest, most] = SWEEP_VALUES;
    let SweepTerms { threshold, from, to, .. } = terms;
    if !from.is_finite() || !to.is_finite() || from >= to {
        let words = format!("values from {from} to {to}: found none, expected the lowest first");
        return Err(ApplicationError::Threshold(words));
    }
    if let Some(known) = current.thresholds().get(threshold) {
        let (least, greatest) = (known.min.unwrap_or(*from), known.max.unwrap_or(*to));
        if *from < least || *to > greatest {
            let words = format!(
                "values from {from} to {to} of `{threshold}`: expected values from {least} to {greatest}"
            );
            return Err(ApplicationError::Threshold(words));
        }
    }
    let last = u32::try_from(terms.values.clamp(fewest, most) - 1).unwrap_or(1);
    let step = (to - from) / f64::from(last);
    let (now, is_whole) = in_force(current, threshold, as_of);
    let rounded = |value: f64| if is_whole { value.round() } else { (value * 1e6).round() / 1e6 };
    let mut values: Vec<f64> =
        (0..=last).map(|place| rounded(step.mul_add(f64::from(place), *from))).collect();
    values.extend(now.filter(|now| (*from..=*to).contains(now)));
    values.sort_by(f64::total_cmp);
    values.dedup();
    Ok(values)
}

/// The value in force of a threshold that is a number, and whether it is whole.
fn in_force(current: &Catalogue, name: &str, as_of: NaiveDate) -> (Option<f64>, bool) {
    match current.thresholds().get(name).and_then(|threshold| threshold.at(as_of)) {
        Some(Value::Float(value)) => (Some(*value), false),
        Some(Value::Int(count)) => (Some(float(*count)), true),
        Some(Value::Bool(_) | Value::Text(_) | Value::Date(_)) | None => (None, false),
    }
}

/// Judges each past edition by all catalogues, one edition at a time.
fn record_past(
    known: &KnownData,
    tried: &mut [Tried],
    budget: &Budget,
) -> Result<Resamples, ApplicationError> {
    let panel = Panel::of(&known.portfolio.snapshots);
    let past = outcomes(&panel, Target::Any, 1);
    let numbers = past.iter().flat_map(|edition| &edition.projects).map(|one| one.number + 1);
    let resamples = Resamples::of(numbers.max().unwrap_or_default());
    let counted = past.iter().filter(|one| one.edition.as_of() <= known.as_of);
    for edition in counted.filter(|one| !one.projects.is_empty()) {
        let day = edition.edition.last_day().min(known.as_of);
        let mut built = BuiltFrames::of(known, day);
        for one in tried.iter_mut() {
            let verdicts = one.catalogue.unexplained_verdicts(built.frames(&one.catalogue)?, day);
            budget.check()?;
            let said = joint(&verdicts, one);
            record(edition, &mut one.record, &said);
        }
    }
    Ok(resamples)
}

/// The frames of one date. Catalogues that differ by a threshold share them, unless it is the target for the global drift.
struct BuiltFrames<'k> {
    known: &'k KnownData,
    day: NaiveDate,
    last: Option<(Option<f64>, Frames)>,
}

impl<'k> BuiltFrames<'k> {
    fn of(known: &'k KnownData, day: NaiveDate) -> Self {
        Self { known, day, last: None }
    }

    fn frames(&mut self, catalogue: &Catalogue) -> Result<&Frames, ApplicationError> {
        let target = known_data::target(catalogue.thresholds(), self.day);
        let same = self.last.take().filter(|(of, _)| *of == target);
        let frames = if let Some((_, frames)) = same {
            frames
        } else {
            frame::build(&self.known.portfolio, catalogue.dictionary(), self.day, target)?
        };
        Ok(&self.last.insert((target, frames)).1)
    }
}

/// What the rules that read the threshold say together: a warning of one is a warning, and what one cannot judge is unknown.
fn joint<'v>(verdicts: &'v Verdicts, tried: &Tried) -> BTreeMap<&'v ProjectId, SignalAnswer> {
    let mut said: BTreeMap<&ProjectId, SignalAnswer> = BTreeMap::new();
    let is_tested = |rule: &RuleId| {
        tried.rules.contains(rule)
            && tried.catalogue.rule(rule).is_some_and(|rule| {
                rule.scope == SubjectKind::Project && rule.subjects == Subjects::Present
            })
    };
    for judgement in verdicts.iter().filter(|one| is_tested(one.rule)) {
        let Some(project) = judgement.subject.project() else { continue };
        let answer = SignalAnswer::of(Some(judgement.verdict));
        said.entry(project).and_modify(|one| *one = one.joined(answer)).or_insert(answer);
    }
    said
}

fn record(
    edition: &EditionOutcomes<'_>,
    record: &mut SignalRecord,
    said: &BTreeMap<&ProjectId, SignalAnswer>,
) {
    record.record(edition, |outcome| {
        said.get(outcome.project).copied().unwrap_or(SignalAnswer::Unknown)
    });
}

fn swept(
    (known, current, playbook): (&KnownData, &Catalogue, &Playbook),
    terms: &SweepTerms,
    tried: Vec<Tried>,
    resamples: &Resamples,
) -> Result<Sweep, ApplicationError> {
    let edition = frame::editions_in_force(&known.portfolio, known.as_of)?.current;
    let ministries = coverage::ministries(&known.portfolio, edition);
    let mut built = BuiltFrames::of(known, known.as_of);
    let mut effect = |catalogue: &Catalogue| -> Result<Consequences, ApplicationError> {
        let frames = built.frames(catalogue)?;
        let judgements = catalogue.unexplained_verdicts(frames, known.as_of).to_judgements();
        let with = (playbook, catalogue.dictionary().as_ref());
        Ok(Consequences::of(&judgements, &catalogue.terms(), with, known.as_of))
    };
    let before = effect(current)?;
    let (now, _) = in_force(current, &terms.threshold, known.as_of);
    let mut points = Vec::new();
    for one in tried {
        let after = effect(&one.catalogue)?;
        let alerts: Vec<&Subject> = after.subjects_of(&one.rules).collect();
        let projects: BTreeSet<&ProjectId> =
            alerts.iter().filter_map(|subject| subject.project()).collect();
        let moved: BTreeSet<MinistryCode> = Consequences::moved(&before, &after)
            .filter_map(|subject| match subject {
                Subject::Project(project) => ministries.get(project).cloned(),
                Subject::Ministry(ministry) => Some(ministry.clone()),
                Subject::Portfolio => None,
            })
            .collect();
        points.push(SweepPoint {
            value: one.value,
            is_in_force: now == Some(one.value),
            alerts: alerts.len(),
            projects: projects.len(),
            missions: after.missions(),
            ministries: moved.into_iter().collect(),
            score: one.record.scorecard(resamples),
        });
    }
    let threshold = current.thresholds().get(&terms.threshold);
    Ok(Sweep {
        threshold: terms.threshold.clone(),
        label: threshold.map_or_else(String::new, |one| one.label.clone()),
        unit: threshold.map(|one| one.unit).unwrap_or_default(),
        as_of: known.as_of,
        edition,
        in_force: now,
        rules: readers(current, &terms.threshold).into_iter().collect(),
        points,
    })
}
