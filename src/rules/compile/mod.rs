//! Translates rules to Polars expressions.
//!
//! `assess` is walked once, in the order in which the interpreter reads it, and becomes a sequence
//! of exits: conditions on the row, each with a level, a missing field, or the need for the
//! interpreter, for rows on which something might fail (a division by zero, an overflow). All rules
//! of a scope then run as one lazy query. The interpreter remains the reference; a rule that cannot
//! be translated says why, and is interpreted.

mod bit_packing;
mod bit_program;
mod bits;
mod column_stats;
mod emit;
mod fold;
mod ir;
mod kernels;
mod lower;
mod outcome_code;
mod query;
mod ranges;
mod specialize;

use std::collections::BTreeSet;

use serde::Serialize;

use super::catalogue::fields::Readable;
use super::language::sandbox::ScriptLimits;
use super::language::syntax::{ScriptFunction, Tokens};
use ir::{Need, Tree};
use lower::{Assessment, Script};

pub(super) use query::{CompiledAnswer, CompiledAnswers, QueryInput, evaluate};
pub use query::{CompiledOutcome, Outcomes};

/// Most expressions of one rule, counted without sharing.
const MOST_EXPRESSIONS: usize = 20_000;

/// Deepest nesting of expressions, and most exits: walking them uses the stack.
const MOST_DEPTH: usize = 200;

/// How a rule runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "route")]
pub enum ExecutionRoute {
    /// As Polars expressions, on all rows at once.
    Translated,
    /// By the interpreter, row by row, and the reason why.
    Interpreted { because: String },
}

/// A rule in its typed form, specialized later for each frame and date.
#[derive(Clone, Debug)]
pub(super) struct Translation {
    assessment: std::sync::Arc<Assessment>,
    fields: BTreeSet<&'static str>,
}

pub(super) fn translate(
    (functions, tokens): (&[ScriptFunction], &Tokens),
    readable: Readable<'_>,
    limits: &ScriptLimits,
) -> Result<Translation, String> {
    let script = Script { functions, tokens, readable, limits };
    let assessment = lower::lower(script)?;
    if assessment.needs.len() > outcome_code::MOST_NEEDS {
        return Err(format!("it may miss more than {} fields", outcome_code::MOST_NEEDS));
    }
    if assessment.tree.depth().max(assessment.exits.len()) > MOST_DEPTH {
        return Err(format!("it goes more than {MOST_DEPTH} expressions deep"));
    }
    let weights = assessment.tree.weights();
    let weight = |one: &(ir::Node, ir::Exit)| Tree::weight(&weights, one.0);
    let all = assessment.exits.iter().map(weight).fold(0_usize, usize::saturating_add);
    if all > MOST_EXPRESSIONS {
        return Err("it is very large once its functions and variables are written out".to_owned());
    }
    let fields = assessment.tree.needs().filter_map(|need| match need {
        Need::Field(name) => Some(*name),
        Need::Threshold(_) => None,
    });
    let fields = fields.collect();
    Ok(Translation { assessment: std::sync::Arc::new(assessment), fields })
}
