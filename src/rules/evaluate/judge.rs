//! Judges all rules on all their subjects: translated rules in one query, the others row by row,
//! and the interpreter again for the evidence of what fired.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;

use super::evaluation_inputs::EvaluationInputs;
use super::rule_evaluation::{InterpretedSubject, RuleEvaluation};
use crate::domain::ids::RuleId;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::batch::{JudgementRef, Verdicts};
use crate::domain::rules::verdict::Judgement;
use crate::domain::value::Value;
use crate::frame::Frames;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::compile;
use crate::rules::compile::{CompiledAnswers, Outcomes, QueryInput};
use crate::support::workers::run_in_parallel;

/// Subjects that a thread takes at a time.
const SUBJECTS_AT_A_TIME: usize = 256;

impl Catalogue {
    /// Sorted by rule, then subject. Levels from `Watch` have evidence and an explanation.
    pub fn verdicts(&self, frames: &Frames, as_of: NaiveDate) -> Verdicts {
        let bench = self.set_up(frames, as_of);
        let answers = self.answers(frames, &bench.thresholds);
        self.verdicts_with(&bench, &answers, |ruling| ruling)
    }

    /// The verdicts of `verdicts`, without evidence or explanation: much faster where only levels count.
    pub fn unexplained_verdicts(&self, frames: &Frames, as_of: NaiveDate) -> Verdicts {
        let bench = self.set_up(frames, as_of);
        let answers = self.answers(frames, &bench.thresholds);
        self.verdicts_with(&bench, &answers, RuleEvaluation::unexplained)
    }

    /// The verdicts of `verdicts` as a list of judgements.
    pub fn judge(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        self.verdicts(frames, as_of).to_judgements()
    }

    /// The judgements with every rule interpreted: the reference that translated rules must match.
    pub fn judge_interpreted(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = self.set_up(frames, as_of);
        self.verdicts_with(&bench, &BTreeMap::new(), |ruling| ruling).to_judgements()
    }

    /// The judgements of one rule, interpreted on all its subjects.
    pub fn judge_by(&self, rule: &RuleId, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        self.interpreted_by(rule, &self.set_up(frames, as_of))
    }

    /// The judgements of one rule, interpreted on all its subjects.
    pub(super) fn interpreted_by(&self, rule: &RuleId, bench: &EvaluationInputs) -> Vec<Judgement> {
        let Some(compiled) = self.rules.get(rule) else { return Vec::new() };
        let mut ruling = RuleEvaluation::open(compiled, bench, None);
        let replies = ruling.interpret(0..ruling.waiting(), self, bench);
        ruling.settle(replies, self.limits.breaches);
        ruling.close().iter().map(JudgementRef::to_judgement).collect()
    }

    fn set_up(&self, frames: &Frames, as_of: NaiveDate) -> EvaluationInputs {
        EvaluationInputs::set_up(
            (frames, self.dictionary()),
            self.thresholds().at(as_of),
            self.budget.clone(),
        )
    }

    /// The outcomes of the translated rules of a scope on each row of `frame`, which has the
    /// dictionary's shape, without evidence or explanations.
    ///
    /// # Errors
    /// When Polars refuses the query.
    pub fn outcomes(
        &self,
        frame: &DataFrame,
        scope: SubjectKind,
        as_of: NaiveDate,
    ) -> PolarsResult<Outcomes> {
        self.query(frame, scope, &self.thresholds().at(as_of))
    }

    fn query(
        &self,
        frame: &DataFrame,
        scope: SubjectKind,
        in_force: &BTreeMap<String, Value>,
    ) -> PolarsResult<Outcomes> {
        let rules = self.rules.values().filter(|compiled| compiled.rule.scope == scope);
        let rules = rules.filter_map(|compiled| {
            compiled.translation.as_ref().ok().map(|translation| (&compiled.rule.id, translation))
        });
        let text_size = self.limits.string_size;
        let input = QueryInput { frame, in_force, readable: self.readable(), text_size };
        compile::evaluate(rules, input)
    }

    /// The answers of translated rules, by rule. Ministries and the portfolio are small: they are
    /// queried on another thread while this one queries the projects.
    fn answers(
        &self,
        frames: &Frames,
        in_force: &BTreeMap<String, Value>,
    ) -> BTreeMap<RuleId, CompiledAnswers> {
        let of = |scope| self.answers_of(frames.of(scope), scope, in_force);
        let totals = || [of(SubjectKind::Ministry), of(SubjectKind::Portfolio)];
        thread::scope(|scope| {
            let worker = thread::Builder::new().spawn_scoped(scope, totals);
            let mut answers = of(SubjectKind::Project);
            let totals = match worker {
                Ok(worker) => worker.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => totals(),
            };
            answers.extend(totals.into_iter().flatten());
            answers
        })
    }

    /// If Polars refuses the query, the interpreter judges the rules of this scope.
    fn answers_of(
        &self,
        frame: &DataFrame,
        scope: SubjectKind,
        in_force: &BTreeMap<String, Value>,
    ) -> BTreeMap<RuleId, CompiledAnswers> {
        let outcomes = self.query(frame, scope, in_force).inspect_err(|error| {
            tracing::warn!(%error, ?scope, "the rules of a scope are interpreted");
        });
        let Ok(outcomes) = outcomes else { return BTreeMap::new() };
        outcomes.rules().filter_map(|id| Some((id.clone(), outcomes.answers(id)?))).collect()
    }

    fn verdicts_with<'c>(
        &'c self,
        bench: &EvaluationInputs,
        answers: &BTreeMap<RuleId, CompiledAnswers>,
        prepared: impl Fn(RuleEvaluation<'c>) -> RuleEvaluation<'c>,
    ) -> Verdicts {
        let mut rulings: Vec<RuleEvaluation<'_>> = self
            .rules
            .iter()
            .map(|(id, compiled)| prepared(RuleEvaluation::open(compiled, bench, answers.get(id))))
            .collect();
        let replies = self.interpret_waiting(&rulings, bench);
        for ((rule, _), piece) in replies {
            if let Some(ruling) = rulings.get_mut(rule) {
                ruling.settle(piece, self.limits.breaches);
            }
        }
        Verdicts::new(rulings.into_iter().map(RuleEvaluation::close).collect())
    }

    /// Runs the interpreter on the subjects that need it, on as many threads as there are
    /// processors. Results are keyed by the index of the rule and of the first subject.
    fn interpret_waiting(
        &self,
        rulings: &[RuleEvaluation<'_>],
        bench: &EvaluationInputs,
    ) -> BTreeMap<(usize, usize), Vec<InterpretedSubject>> {
        let pieces = rulings.iter().enumerate().flat_map(|(rule, ruling)| {
            (0..ruling.waiting()).step_by(SUBJECTS_AT_A_TIME).map(move |from| (rule, ruling, from))
        });
        let replies = run_in_parallel(pieces, |(rule, ruling, from)| {
            let to = ruling.waiting().min(from + SUBJECTS_AT_A_TIME);
            ((rule, from), ruling.interpret(from..to, self, bench))
        });
        replies.into_iter().collect()
    }
}
