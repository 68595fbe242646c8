//! Judges the rules of one scope on one frame after another, so that a table larger than memory can
//! be judged. Translated rules run as one query per frame; the interpreter judges the rest row by
//! row.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use super::interpret::{CompiledRule, EvalError};
use super::script_run::{EvalContext, absence};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::verdict::{Absence, RuleFailure, Verdict};
use crate::domain::value::Value;
use crate::frame::dictionary;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::rule::{Rule, Subjects};
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::compile::{CompiledAnswer, CompiledAnswers};
use crate::support::workers::run_in_parallel;

/// Rows that a thread takes at a time.
const ROWS_AT_A_TIME: usize = 1_024;

/// The rules of one scope as of a date. A rule that keeps breaking a limit is given up for all
/// following frames.
#[derive(Debug)]
pub struct BatchEvaluator<'c> {
    catalogue: &'c Catalogue,
    scope: SubjectKind,
    as_of: NaiveDate,
    thresholds: Arc<BTreeMap<String, Value>>,
    breaches: HashMap<&'c RuleId, usize>,
}

/// The verdicts of all rules on one frame.
#[derive(Debug)]
pub struct BatchVerdicts<'c> {
    table: Arc<SubjectTable>,
    rows: RuledRows,
    rules: Vec<InterpretedVerdicts<'c>>,
}

/// The verdicts of one rule on each row of a frame.
#[derive(Debug)]
pub struct InterpretedVerdicts<'c> {
    compiled: &'c CompiledRule,
    answers: Option<CompiledAnswers>,
    /// Verdicts of the interpreter, by row.
    interpreted: HashMap<usize, InterpretedRow>,
    /// The fault of the rows that were not judged because the rule was given up.
    given_up: RuleFailure,
}

/// A verdict on one row. Borrows its texts where possible.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowVerdict<'v> {
    Level(Level),
    Unknown { field: Cow<'v, str>, why: Absence },
    Failed(&'v RuleFailure),
}

#[derive(Debug)]
struct InterpretedRow {
    verdict: Verdict,
    explanation: Option<String>,
}

/// Whether each row is present in the current edition, and whether it has left.
#[derive(Debug)]
struct RuledRows {
    present: Vec<bool>,
    left: Vec<bool>,
}

/// The interpreter's verdict on one row.
struct Reply {
    row: usize,
    answer: InterpretedRow,
    broke_limit: bool,
}

/// Some rows of one rule, judged on one thread.
struct Piece<'c> {
    rule: usize,
    compiled: &'c CompiledRule,
    /// Each row with its level if already known: then only the explanation is missing.
    rows: Vec<(usize, Option<Level>)>,
}

impl Catalogue {
    pub fn batch_evaluator(&self, scope: SubjectKind, as_of: NaiveDate) -> BatchEvaluator<'_> {
        let thresholds = Arc::new(self.thresholds().at(as_of));
        BatchEvaluator { catalogue: self, scope, as_of, thresholds, breaches: HashMap::new() }
    }
}

impl<'c> BatchEvaluator<'c> {
    /// Judges a frame that has the dictionary's types and one row per subject. Columns that no rule
    /// of the scope reads may be left out, except `in_panorama` and `has_left` for projects.
    pub fn judge(&mut self, frame: &DataFrame, explain: bool) -> BatchVerdicts<'c> {
        let table = Arc::new(SubjectTable::open(frame, self.scope, self.catalogue.dictionary()));
        let outcomes = self
            .catalogue
            .outcomes(frame, self.scope, self.as_of)
            .inspect_err(|error| tracing::warn!(%error, "the rules of a table are interpreted"))
            .ok()
            // The translation takes every absence for the same.
            .filter(|_| !table.has_answers_without_value());
        let rows = RuledRows::of(&table, self.scope, frame.height());
        let of_scope =
            self.catalogue.rules.values().filter(|compiled| compiled.rule.scope == self.scope);
        let mut rules: Vec<InterpretedVerdicts<'c>> = of_scope
            .map(|compiled| InterpretedVerdicts {
                compiled,
                answers: outcomes.as_ref().and_then(|all| all.answers(&compiled.rule.id)),
                interpreted: HashMap::new(),
                given_up: compiled.given_up(self.catalogue.limits.breaches),
            })
            .collect();
        let pieces = rules.iter().enumerate().flat_map(|(rule, of_rule)| {
            let open = of_rule.left_to_interpreter(&rows, explain);
            let chunks = open.chunks(ROWS_AT_A_TIME);
            let piece =
                |chunk: &[_]| Piece { rule, compiled: of_rule.compiled, rows: chunk.to_vec() };
            chunks.map(piece).collect::<Vec<_>>()
        });
        let pieces: Vec<Piece<'c>> = pieces.collect();
        let replies_by_rule =
            run_in_parallel(pieces, |piece| (piece.rule, self.interpret(&piece, &table, explain)));
        for (rule, replies) in replies_by_rule {
            if let Some(of_rule) = rules.get_mut(rule) {
                self.record(of_rule, replies);
            }
        }
        BatchVerdicts { table, rows, rules }
    }

    /// Stops where the rule would be given up.
    fn interpret(&self, piece: &Piece<'c>, table: &Arc<SubjectTable>, explain: bool) -> Vec<Reply> {
        let engine = &self.catalogue.engine;
        let mut breaches = 0;
        let mut replies = Vec::with_capacity(piece.rows.len());
        for (row, known) in &piece.rows {
            if breaches >= self.catalogue.limits.breaches {
                break;
            }
            let thresholds = Arc::clone(&self.thresholds);
            let budget = self.catalogue.budget.clone();
            let context = EvalContext {
                table: Arc::clone(table),
                row: *row,
                changed: Arc::default(),
                thresholds,
                budget,
            };
            let outcome = known.map_or_else(|| piece.compiled.assess(engine, &context), Ok);
            let broke_limit = matches!(outcome, Err(EvalError::Breach(_)));
            breaches += usize::from(broke_limit);
            let fired = outcome.as_ref().is_ok_and(|level| *level >= Level::Watch);
            let explanation = (explain && fired)
                .then(|| piece.compiled.explain(engine, &context, self.catalogue.dictionary()));
            let verdict = match outcome {
                Ok(level) => Verdict::Level { level },
                Err(error) => error.into(),
            };
            let answer = InterpretedRow { verdict, explanation };
            replies.push(Reply { row: *row, answer, broke_limit });
        }
        replies
    }

    fn record(&mut self, of_rule: &mut InterpretedVerdicts<'c>, replies: Vec<Reply>) {
        let breaches = self.breaches.entry(&of_rule.compiled.rule.id).or_default();
        for Reply { row, answer, broke_limit } in replies {
            if *breaches < self.catalogue.limits.breaches {
                *breaches += usize::from(broke_limit);
                of_rule.interpreted.insert(row, answer);
            }
        }
    }
}

impl<'c> BatchVerdicts<'c> {
    /// Sorted by rule id.
    pub fn rules(&self) -> &[InterpretedVerdicts<'c>] {
        &self.rules
    }

    /// Whether the rule judges each row.
    pub(super) fn judged_rows(&self, of_rule: &InterpretedVerdicts<'c>) -> &[bool] {
        self.rows.of_subjects(of_rule.compiled.rule.subjects)
    }

    /// Whether some row says why it has no value of a field.
    pub(super) fn says_why_absent(&self, field: &str) -> bool {
        dictionary::withheld_by(field).is_some_and(|flag| self.table.truths(flag).contains(&true))
            || self.table.has_answers_without_value()
    }

    /// `None` when the rule does not judge the row.
    pub fn verdict<'v>(
        &'v self,
        of_rule: &'v InterpretedVerdicts<'c>,
        row: usize,
    ) -> Option<RowVerdict<'v>> {
        if self.judged_rows(of_rule).get(row) != Some(&true) {
            return None;
        }
        let unknown =
            |field: &'v str, why| RowVerdict::Unknown { field: Cow::Borrowed(field), why };
        Some(match of_rule.answers.as_ref().map(|answers| answers.at(row)) {
            Some(CompiledAnswer::Level(level)) => RowVerdict::Level(level),
            Some(CompiledAnswer::MissingField(field)) => {
                unknown(field, absence(&self.table, row, field))
            }
            Some(CompiledAnswer::MissingThreshold(name)) => {
                let field = Cow::Owned(format!("t.{name}"));
                RowVerdict::Unknown { field, why: Absence::Missing }
            }
            Some(CompiledAnswer::Interpret) | None => {
                match of_rule.interpreted.get(&row).map(|answer| &answer.verdict) {
                    Some(Verdict::Level { level }) => RowVerdict::Level(*level),
                    Some(Verdict::Unknown { missing }) => match missing.first() {
                        Some(first) => unknown(&first.field, first.why),
                        None => unknown("", Absence::Missing),
                    },
                    Some(Verdict::Failed { fault }) => RowVerdict::Failed(fault),
                    None => RowVerdict::Failed(&of_rule.given_up),
                }
            }
        })
    }

    /// The explanation of a row that fired, if `judge` was called with `explain`.
    pub fn explanation<'v>(
        &'v self,
        of_rule: &'v InterpretedVerdicts<'c>,
        row: usize,
    ) -> Option<&'v str> {
        of_rule.interpreted.get(&row)?.explanation.as_deref()
    }
}

impl<'c> InterpretedVerdicts<'c> {
    pub fn rule(&self) -> &'c Rule {
        &self.compiled.rule
    }

    /// The rows that the interpreter must still judge or explain, each with its level if known.
    fn left_to_interpreter(&self, rows: &RuledRows, explain: bool) -> Vec<(usize, Option<Level>)> {
        let judged = rows.of_subjects(self.compiled.rule.subjects);
        let judged = judged.iter().enumerate().filter(|(_, judged)| **judged).map(|(row, _)| row);
        let Some(answers) = &self.answers else { return judged.map(|row| (row, None)).collect() };
        let left = by_code(|code| match answers.answer(code) {
            CompiledAnswer::Level(level) => {
                (explain && level >= Level::Watch).then_some(Some(level))
            }
            CompiledAnswer::MissingField(_) | CompiledAnswer::MissingThreshold(_) => None,
            CompiledAnswer::Interpret => Some(None),
        });
        let codes = answers.codes();
        let left_of = |row: usize| {
            let code = codes.get(row).copied().unwrap_or_default();
            left.get(usize::from(code.cast_unsigned())).copied().flatten()
        };
        judged.filter_map(|row| Some((row, left_of(row)?))).collect()
    }

    pub(super) fn answers(&self) -> Option<&CompiledAnswers> {
        self.answers.as_ref()
    }
}

/// Something about each code of an answer.
pub(super) fn by_code<T>(about: impl Fn(i8) -> T) -> Vec<T> {
    (0..=u8::MAX).map(|code| about(code.cast_signed())).collect()
}

impl RuledRows {
    fn of(table: &SubjectTable, scope: SubjectKind, height: usize) -> Self {
        let marked = |subjects: Subjects| match scope {
            SubjectKind::Project => table.truths(subjects.field()),
            SubjectKind::Ministry | SubjectKind::Portfolio => vec![true; height],
        };
        Self { present: marked(Subjects::Present), left: marked(Subjects::Left) }
    }

    fn of_subjects(&self, subjects: Subjects) -> &[bool] {
        match subjects {
            Subjects::Present => &self.present,
            Subjects::Left => &self.left,
        }
    }
}
