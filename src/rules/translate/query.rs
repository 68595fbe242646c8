//! All translated rules of a scope on one frame, in one lazy query.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::Column;
use polars::prelude::Expr;
use polars::prelude::Int8Chunked;
use polars::prelude::IntoLazy as _;
use polars::prelude::OptFlags;
use polars::prelude::Scalar;

use super::Translation;
use super::bits;
use super::circuit::Circuit;
use super::code;
use super::code::Meaning;
use super::emit::Emitted;
use super::gauge::Gauges;
use super::gauge::MANY_ROWS;
use super::gauge::Watch;
use super::settle::Settlement;
use super::tree::Need;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::value::Value;
use crate::rules::thresholds::Thresholds;

/// Rows of a piece of a large frame: a column of it fits the cache of a core.
const BLOCK: usize = 1 << 16;

/// What rules are asked about.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Question<'q> {
    pub(in crate::rules) frame: &'q DataFrame,
    pub(in crate::rules) in_force: &'q BTreeMap<String, Value>,
    pub(in crate::rules) thresholds: &'q Thresholds,
    pub(in crate::rules) text_size: usize,
}

/// A translated rule's answer on one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Answer<'a> {
    Level(Level),
    MissingField(&'static str),
    MissingThreshold(&'a str),
    /// The interpreter must say.
    Ask,
}

/// The answers of one rule, by row.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Answers {
    codes: Int8Chunked,
    needs: Vec<Need>,
}

impl Answers {
    pub(in crate::rules) fn at(&self, row: usize) -> Answer<'_> {
        match self.codes.get(row).map(code::read) {
            Some(Meaning::Level(level)) => Answer::Level(level),
            Some(Meaning::Missing(place)) => match self.needs.get(place) {
                Some(Need::Field(name)) => Answer::MissingField(name),
                Some(Need::Threshold(name)) => Answer::MissingThreshold(name),
                None => Answer::Ask,
            },
            Some(Meaning::Ask) | None => Answer::Ask,
        }
    }
}

/// What every translated rule of a scope answers on a frame: numbers, and what they mean. Rules that
/// are interpreted on it have no column.
#[derive(Debug)]
pub struct Outcomes {
    codes: DataFrame,
    needs: BTreeMap<RuleId, Vec<Need>>,
}

/// What a rule answers on a row, without its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Level(Level),
    /// The field, or `t.` and the threshold.
    Missing(String),
    /// The rule may fail on this row: only the interpreter tells.
    Interpreted,
}

impl Outcomes {
    /// One column of small whole numbers per rule, by its id: the level from 0, what is missing from 6 by
    /// its place in the rule, 5 where the interpreter must be asked.
    pub fn codes(&self) -> &DataFrame {
        &self.codes
    }

    pub fn rules(&self) -> impl Iterator<Item = &RuleId> {
        self.needs.keys()
    }

    pub fn outcome(&self, rule: &RuleId, row: usize) -> Option<Outcome> {
        Some(match self.answers(rule)?.at(row) {
            Answer::Level(level) => Outcome::Level(level),
            Answer::MissingField(name) => Outcome::Missing(name.to_owned()),
            Answer::MissingThreshold(name) => Outcome::Missing(format!("t.{name}")),
            Answer::Ask => Outcome::Interpreted,
        })
    }

    pub(in crate::rules) fn answers(&self, rule: &RuleId) -> Option<Answers> {
        let needs = self.needs.get(rule)?.clone();
        let codes = self.codes.column(rule.as_str()).ok()?.i8().ok()?.rechunk().into_owned();
        Some(Answers { codes, needs })
    }
}

/// Asks all rules at once.
pub(in crate::rules) fn ask<'r>(
    rules: impl Iterator<Item = (&'r RuleId, &'r Translation)>,
    question: Question<'_>,
) -> PolarsResult<Outcomes> {
    let rules: Vec<_> = rules.collect();
    let fields: BTreeSet<&'static str> =
        rules.iter().flat_map(|(_, rule)| rule.fields.iter().copied()).collect();
    let present = fields.iter().copied().filter(|field| question.frame.column(field).is_ok());
    let frame = question.frame.select(present)?;
    if frame.height() >= MANY_ROWS {
        let watch = Watch::new(question.text_size);
        let gauges = Gauges::presumed(&frame, &fields);
        let outcomes = answer(&rules, question, &frame, &gauges, watch.columns(&gauges))?;
        if watch.is_calm() {
            return Ok(outcomes);
        }
    }
    let gauges = Gauges::read(&frame, &fields, question.text_size);
    answer(&rules, question, &frame, &gauges, Vec::new())
}

fn answer(
    rules: &[(&RuleId, &Translation)],
    question: Question<'_>,
    frame: &DataFrame,
    gauges: &Gauges,
    watched: Vec<Expr>,
) -> PolarsResult<Outcomes> {
    let mut settlement = Settlement::new(question.in_force, question.thresholds, gauges);
    let mut needs = BTreeMap::new();
    let mut circuits = Vec::new();
    for (id, rule) in rules {
        if rule.fields.iter().all(|field| gauges.of(field).is_some()) {
            let ladder = settlement.settle(&rule.assessment);
            circuits.push((*id, Circuit::of(&settlement.tree, &ladder)));
            needs.insert((*id).clone(), rule.assessment.needs.clone());
        }
    }
    let asked = circuits.iter().flat_map(|(_, circuit)| circuit.leaves.iter().copied());
    let emitted = Emitted::of(&settlement.tree, asked);
    let mut varying: Vec<Expr> = Vec::new();
    let mut constant: Vec<Column> = Vec::new();
    for (id, circuit) in circuits {
        let leaves: Vec<Expr> = circuit.leaves.iter().map(|leaf| emitted.expr(*leaf)).collect();
        let code = circuit.constant().unwrap_or(code::ASK);
        if let Some(codes) = bits::codes(circuit, &leaves) {
            varying.push(codes.alias(id.as_str()));
        } else {
            let name = id.as_str().into();
            constant.push(Column::new_scalar(name, Scalar::from(code), frame.height()));
        }
    }
    let mut codes = if varying.is_empty() {
        DataFrame::empty_with_height(frame.height())
    } else {
        // Types are right and what is common is shared: there is nothing left to optimise.
        let mut query = blocks(frame)?.lazy().with_optimizations(OptFlags::EAGER);
        let watched = (!watched.is_empty()).then_some(watched);
        for stage in watched.into_iter().chain(emitted.stages) {
            query = query.with_columns(stage);
        }
        query.select(varying).collect()?
    };
    // Expressions that read no column after all give one row for all.
    if codes.height() != question.frame.height() {
        let height = question.frame.height();
        let columns = codes.columns().iter().map(|code| code.new_from_index(0, height));
        codes = DataFrame::new_infer_height(columns.collect())?;
    }
    codes.hstack_mut(&constant)?;
    Ok(Outcomes { codes, needs })
}

/// The same frame in pieces, which Polars works through side by side, and of which what one
/// expression reads or leaves is still near for the next.
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
