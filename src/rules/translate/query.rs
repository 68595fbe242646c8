//! All translated rules of a scope on one frame, in one lazy query.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::Column;
use polars::prelude::Expr;
use polars::prelude::Int8Chunked;
use polars::prelude::IntoLazy as _;
use polars::prelude::Scalar;

use super::Translation;
use super::code;
use super::code::Meaning;
use super::emit::Emitter;
use super::emit::Piece;
use super::gauge::Gauges;
use super::tree::Constant;
use super::tree::Need;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::value::Value;
use crate::rules::thresholds::Thresholds;

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
        let codes = self.codes.column(rule.as_str()).ok()?.i8().ok()?.clone();
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
    let gauges = Gauges::read(question.frame, &fields, question.text_size);
    let mut varying: Vec<Expr> = Vec::new();
    let mut constant: Vec<Column> = Vec::new();
    let mut needs = BTreeMap::new();
    for (id, rule) in rules {
        if !rule.fields.iter().all(|field| gauges.of(field).is_some()) {
            continue;
        }
        let assessment = &rule.assessment;
        let mut emitter =
            Emitter::new(&assessment.tree, question.in_force, question.thresholds, &gauges);
        match emitter.ladder(&assessment.exits) {
            Piece::Varies(expr) => varying.push(expr.alias(id.as_str())),
            Piece::Known(constant_code) => {
                let code = if let Constant::Int(known) = constant_code { known } else { -1 };
                let code = i8::try_from(code).unwrap_or(code::ASK);
                let height = question.frame.height();
                constant.push(Column::new_scalar(id.as_str().into(), Scalar::from(code), height));
            }
        }
        needs.insert(id.clone(), assessment.needs.clone());
    }
    let mut codes = if varying.is_empty() {
        DataFrame::empty_with_height(question.frame.height())
    } else {
        question.frame.clone().lazy().select(varying).collect()?
    };
    // Expressions that read no column after all give one row for all.
    if codes.height() != question.frame.height() {
        let height = question.frame.height();
        let columns = codes.columns().iter().map(|code| code.new_from_index(0, height));
        codes = DataFrame::new_infer_height(columns.collect())?;
    }
    codes.hstack_mut(&constant)?;
    codes.rechunk_mut();
    Ok(Outcomes { codes, needs })
}
