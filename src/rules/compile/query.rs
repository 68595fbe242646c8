//! Evaluates all translated rules of a scope on one frame, in one lazy query.

use std::collections::{BTreeMap, BTreeSet};

use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{Column, Expr, IntoLazy as _, OptFlags, Scalar};

use super::bit_program::BitProgram;
use super::column_stats::{FrameStats, MANY_ROWS, OrdinaryCheck};
use super::emit::Emitted;
use super::ir::Need;
use super::outcome_code::Meaning;
use super::specialize::Specialization;
use super::{Translation, bits, outcome_code};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::value::Value;
use crate::rules::catalogue::fields::Readable;

/// Rows per block of a large frame: one column of a block fits the cache of a core.
const BLOCK: usize = 1 << 16;

/// The frame, thresholds and limits of one evaluation.
#[derive(Clone, Copy)]
pub(in crate::rules) struct QueryInput<'q> {
    pub(in crate::rules) frame: &'q DataFrame,
    pub(in crate::rules) in_force: &'q BTreeMap<String, Value>,
    pub(in crate::rules) readable: Readable<'q>,
    pub(in crate::rules) text_size: usize,
}

/// A translated rule's answer on one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum CompiledAnswer<'a> {
    Level(Level),
    MissingField(&'static str),
    MissingThreshold(&'a str),
    /// Left to the interpreter.
    Interpret,
}

/// The answers of one rule, by row.
#[derive(Clone, Debug)]
pub(in crate::rules) struct CompiledAnswers {
    codes: Vec<i8>,
    needs: Vec<Need>,
}

impl CompiledAnswers {
    pub(in crate::rules) fn at(&self, row: usize) -> CompiledAnswer<'_> {
        self.codes.get(row).map_or(CompiledAnswer::Interpret, |code| self.answer(*code))
    }

    /// Rows of the same code have the same answer.
    pub(in crate::rules) fn codes(&self) -> &[i8] {
        &self.codes
    }

    pub(in crate::rules) fn answer(&self, code: i8) -> CompiledAnswer<'_> {
        match outcome_code::read(code) {
            Meaning::Level(level) => CompiledAnswer::Level(level),
            Meaning::Missing(place) => match self.needs.get(place) {
                Some(Need::Field(name)) => CompiledAnswer::MissingField(name),
                Some(Need::Threshold(name)) => CompiledAnswer::MissingThreshold(name),
                None => CompiledAnswer::Interpret,
            },
            Meaning::Interpret => CompiledAnswer::Interpret,
        }
    }
}

/// The outcomes of the translated rules of a scope on a frame. A rule interpreted on this frame has
/// no column.
#[derive(Debug)]
pub struct Outcomes {
    codes: DataFrame,
    needs: BTreeMap<RuleId, Vec<Need>>,
}

/// The outcome of a rule on a row, without evidence or explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompiledOutcome {
    Level(Level),
    /// The name of the missing field, or `t.` followed by the name of the missing threshold.
    Missing(String),
    /// The rule may fail on this row: only the interpreter can decide.
    Interpreted,
}

impl Outcomes {
    /// One `i8` column per rule, named by its id: 0 to 4 for the level, 5 if the row is left to the
    /// interpreter, and from 6 the index, in the rule's list, of the missing field or threshold.
    pub fn codes(&self) -> &DataFrame {
        &self.codes
    }

    pub fn rules(&self) -> impl Iterator<Item = &RuleId> {
        self.needs.keys()
    }

    pub fn outcome(&self, rule: &RuleId, row: usize) -> Option<CompiledOutcome> {
        Some(match self.answers(rule)?.at(row) {
            CompiledAnswer::Level(level) => CompiledOutcome::Level(level),
            CompiledAnswer::MissingField(name) => CompiledOutcome::Missing(name.to_owned()),
            CompiledAnswer::MissingThreshold(name) => CompiledOutcome::Missing(format!("t.{name}")),
            CompiledAnswer::Interpret => CompiledOutcome::Interpreted,
        })
    }

    pub(in crate::rules) fn answers(&self, rule: &RuleId) -> Option<CompiledAnswers> {
        let needs = self.needs.get(rule)?.clone();
        let codes = self.codes.column(rule.as_str()).ok()?.i8().ok()?;
        let codes = codes.iter().map(|code| code.unwrap_or(outcome_code::INTERPRET)).collect();
        Some(CompiledAnswers { codes, needs })
    }
}

/// Evaluates all rules at once.
///
/// # Errors
/// When Polars refuses the query.
pub(in crate::rules) fn evaluate<'r>(
    rules: impl Iterator<Item = (&'r RuleId, &'r Translation)>,
    input: QueryInput<'_>,
) -> PolarsResult<Outcomes> {
    let rules: Vec<_> = rules.collect();
    let fields: BTreeSet<&'static str> =
        rules.iter().flat_map(|(_, rule)| rule.fields.iter().copied()).collect();
    let present = fields.iter().copied().filter(|field| input.frame.column(field).is_ok());
    let frame = input.frame.select(present)?;
    let dictionary = input.readable.dictionary;
    if frame.height() >= MANY_ROWS {
        let check = OrdinaryCheck::new(input.text_size);
        let stats = FrameStats::presumed(&frame, &fields, dictionary);
        let outcomes =
            evaluate_with(&rules, input, &frame, &stats, check.columns(&stats, dictionary))?;
        if check.passed() {
            return Ok(outcomes);
        }
    }
    let stats = FrameStats::read(&frame, &fields, input.text_size, dictionary);
    evaluate_with(&rules, input, &frame, &stats, Vec::new())
}

fn evaluate_with(
    rules: &[(&RuleId, &Translation)],
    input: QueryInput<'_>,
    frame: &DataFrame,
    stats: &FrameStats,
    check_columns: Vec<Expr>,
) -> PolarsResult<Outcomes> {
    let mut specialization = Specialization::new(input.in_force, input.readable.thresholds, stats);
    let mut needs = BTreeMap::new();
    let mut programs = Vec::new();
    for (id, rule) in rules {
        if rule.fields.iter().all(|field| stats.of(field).is_some()) {
            let exits = specialization.specialize(&rule.assessment);
            programs.push((*id, BitProgram::of(&specialization.tree, &exits)));
            needs.insert((*id).clone(), rule.assessment.needs.clone());
        }
    }
    let wanted = programs.iter().flat_map(|(_, program)| program.leaves.iter().copied());
    let emitted = Emitted::of(&specialization.tree, wanted);
    let mut varying: Vec<Expr> = Vec::new();
    let mut constant: Vec<Column> = Vec::new();
    for (id, program) in programs {
        let leaves: Vec<Expr> = program.leaves.iter().map(|leaf| emitted.expr(*leaf)).collect();
        let code = program.constant().unwrap_or(outcome_code::INTERPRET);
        if let Some(codes) = bits::codes(program, &leaves) {
            varying.push(codes.alias(id.as_str()));
        } else {
            let name = id.as_str().into();
            constant.push(Column::new_scalar(name, Scalar::from(code), frame.height()));
        }
    }
    let mut codes = if varying.is_empty() {
        DataFrame::empty_with_height(frame.height())
    } else {
        // Types are exact and common expressions shared: Polars has nothing left to optimise.
        let mut query = blocks(frame)?.lazy().with_optimizations(OptFlags::EAGER);
        let check_columns = (!check_columns.is_empty()).then_some(check_columns);
        for stage in check_columns.into_iter().chain(emitted.stages) {
            query = query.with_columns(stage);
        }
        query.select(varying).collect()?
    };
    // If no expression reads a column, Polars gives one row for all.
    if codes.height() != input.frame.height() {
        let height = input.frame.height();
        let columns = codes.columns().iter().map(|code| code.new_from_index(0, height));
        codes = DataFrame::new_infer_height(columns.collect())?;
    }
    codes.hstack_mut(&constant)?;
    Ok(Outcomes { codes, needs })
}

/// The same frame in blocks, which Polars processes in parallel; within one, what an expression
/// reads or writes is still in the cache for the next.
fn blocks(frame: &DataFrame) -> PolarsResult<DataFrame> {
    let mut starts =
        (0..frame.height()).step_by(BLOCK).filter_map(|start| i64::try_from(start).ok());
    let Some(first) = starts.next().filter(|_| frame.height() > BLOCK) else {
        return Ok(frame.clone());
    };
    let mut cut = frame.slice(first, BLOCK);
    for start in starts {
        cut.vstack_mut(&frame.slice(start, BLOCK))?;
    }
    Ok(cut)
}
