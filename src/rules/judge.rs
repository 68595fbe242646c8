//! All rules on all their subjects: translated rules at once, the others row by row, and the
//! interpreter again for what fired.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;

use super::budget::Budget;
use super::catalogue::Catalogue;
use super::front_matter::Subjects;
use super::ruling::Ruling;
use super::ruling::Told;
use super::run::Ground;
use super::table::Roll;
use super::table::Table;
use super::translate;
use super::translate::Answers;
use super::translate::Outcomes;
use super::translate::Question;
use super::workers::side_by_side;
use crate::domain::ids::RuleId;
use crate::domain::subject::Scope;
use crate::domain::value::Value;
use crate::domain::verdict::Judgement;
use crate::domain::verdicts::JudgementRef;
use crate::domain::verdicts::Verdicts;
use crate::frame::Frames;

/// Places that one thread takes at a time.
const PLACES_AT_A_TIME: usize = 256;

impl Catalogue {
    /// By rule, then subject. Evidence and explanation come with what fired, from `Watch`.
    pub fn verdicts(&self, frames: &Frames, as_of: NaiveDate) -> Verdicts {
        let bench = self.set_up(frames, as_of);
        let answers = self.answers(frames, &bench.thresholds);
        self.verdicts_with(&bench, &answers)
    }

    /// The same, one by one.
    pub fn judge(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        self.verdicts(frames, as_of).to_judgements()
    }

    /// The same with every rule interpreted: the reference that translation must meet.
    pub fn judge_interpreted(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = self.set_up(frames, as_of);
        self.verdicts_with(&bench, &BTreeMap::new()).to_judgements()
    }

    /// One rule alone, interpreted on all its subjects.
    pub fn judge_by(&self, rule: &RuleId, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = self.set_up(frames, as_of);
        let Some(compiled) = self.rules.get(rule) else { return Vec::new() };
        let mut ruling = Ruling::open(compiled, &bench, None);
        let told = ruling.tell(0..ruling.waiting(), self, &bench);
        ruling.settle(told, self.limits.breaches);
        ruling.close().iter().map(JudgementRef::to_judgement).collect()
    }

    fn set_up(&self, frames: &Frames, as_of: NaiveDate) -> Bench {
        Bench::set_up(frames, self.thresholds().at(as_of), self.budget.clone())
    }

    /// What the translated rules of a scope answer on a frame of the dictionary's shape, all at
    /// once and on every row, without judgements.
    pub fn outcomes(
        &self,
        frame: &DataFrame,
        scope: Scope,
        as_of: NaiveDate,
    ) -> PolarsResult<Outcomes> {
        self.ask(frame, scope, &self.thresholds().at(as_of))
    }

    fn ask(
        &self,
        frame: &DataFrame,
        scope: Scope,
        in_force: &BTreeMap<String, Value>,
    ) -> PolarsResult<Outcomes> {
        let rules = self.rules.values().filter(|compiled| compiled.rule.scope == scope);
        let rules = rules.filter_map(|compiled| {
            compiled.translation.as_ref().ok().map(|translation| (&compiled.rule.id, translation))
        });
        let text_size = self.limits.string_size;
        let question = Question { frame, in_force, thresholds: self.thresholds(), text_size };
        translate::ask(rules, question)
    }

    /// By rule. The small frames are asked beside the large one.
    fn answers(
        &self,
        frames: &Frames,
        in_force: &BTreeMap<String, Value>,
    ) -> BTreeMap<RuleId, Answers> {
        let of = |scope| self.answers_of(frames.of(scope), scope, in_force);
        let totals = || [of(Scope::Ministry), of(Scope::Portfolio)];
        thread::scope(|scope| {
            let beside = thread::Builder::new().spawn_scoped(scope, totals);
            let mut answers = of(Scope::Project);
            let totals = match beside {
                Ok(beside) => beside.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => totals(),
            };
            answers.extend(totals.into_iter().flatten());
            answers
        })
    }

    /// A query that Polars refuses leaves its rules to the interpreter.
    fn answers_of(
        &self,
        frame: &DataFrame,
        scope: Scope,
        in_force: &BTreeMap<String, Value>,
    ) -> BTreeMap<RuleId, Answers> {
        let asked = self.ask(frame, scope, in_force).inspect_err(|error| {
            tracing::warn!(%error, ?scope, "the rules of a scope are interpreted");
        });
        let Ok(outcomes) = asked else { return BTreeMap::new() };
        outcomes.rules().filter_map(|id| Some((id.clone(), outcomes.answers(id)?))).collect()
    }

    fn verdicts_with(&self, bench: &Bench, answers: &BTreeMap<RuleId, Answers>) -> Verdicts {
        let mut rulings: Vec<Ruling<'_>> = self
            .rules
            .iter()
            .map(|(id, compiled)| Ruling::open(compiled, bench, answers.get(id)))
            .collect();
        let told = self.tell(&rulings, bench);
        for ((rule, _), piece) in told {
            if let Some(ruling) = rulings.get_mut(rule) {
                ruling.settle(piece, self.limits.breaches);
            }
        }
        Verdicts::new(rulings.into_iter().map(Ruling::close).collect())
    }

    /// What the interpreter has to say, by rule and first place, on as many threads as there are
    /// processors.
    fn tell(&self, rulings: &[Ruling<'_>], bench: &Bench) -> BTreeMap<(usize, usize), Vec<Told>> {
        let pieces = rulings.iter().enumerate().flat_map(|(rule, ruling)| {
            (0..ruling.waiting()).step_by(PLACES_AT_A_TIME).map(move |from| (rule, ruling, from))
        });
        let told = side_by_side(pieces, |(rule, ruling, from)| {
            let to = ruling.waiting().min(from + PLACES_AT_A_TIME);
            ((rule, from), ruling.tell(from..to, self, bench))
        });
        told.into_iter().collect()
    }
}

/// The frames, opened once for all rules.
pub(super) struct Bench {
    projects: Arc<Table>,
    ministries: Arc<Table>,
    portfolio: Arc<Table>,
    thresholds: Arc<BTreeMap<String, Value>>,
    budget: Budget,
    rolls: Mutex<BTreeMap<(Scope, Subjects), Arc<Roll>>>,
}

impl Bench {
    fn set_up(frames: &Frames, thresholds: BTreeMap<String, Value>, budget: Budget) -> Self {
        let open = |scope| Arc::new(Table::open(frames.of(scope), scope));
        Self {
            projects: open(Scope::Project),
            ministries: open(Scope::Ministry),
            portfolio: open(Scope::Portfolio),
            thresholds: Arc::new(thresholds),
            budget,
            rolls: Mutex::default(),
        }
    }

    pub(super) fn table(&self, scope: Scope) -> &Arc<Table> {
        match scope {
            Scope::Project => &self.projects,
            Scope::Ministry => &self.ministries,
            Scope::Portfolio => &self.portfolio,
        }
    }

    pub(super) fn roll(&self, scope: Scope, subjects: Subjects) -> Arc<Roll> {
        let mut known = lock(&self.rolls);
        let roll = known
            .entry((scope, subjects))
            .or_insert_with(|| Arc::new(self.table(scope).roll(subjects)));
        Arc::clone(roll)
    }

    pub(super) fn ground(&self, scope: Scope, row: usize) -> Ground {
        let (table, thresholds) = (Arc::clone(self.table(scope)), Arc::clone(&self.thresholds));
        Ground { table, row, thresholds, budget: self.budget.clone() }
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
