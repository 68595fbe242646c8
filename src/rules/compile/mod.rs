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

use rhai::{AST, ASTNode};
use serde::Serialize;

use super::catalogue::fields::Readable;
use super::language::sandbox::ScriptLimits;
use super::language::syntax::Tokens;
use ir::{Need, Tree};
use lower::{Assessment, LoweredFunction, Script};

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
    ast: &AST,
    tokens: &Tokens,
    readable: Readable<'_>,
    limits: &ScriptLimits,
) -> Result<Translation, String> {
    let functions = functions(ast);
    let script = Script { functions: &functions, tokens, readable, limits };
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

fn functions(ast: &AST) -> Vec<LoweredFunction> {
    let found: Vec<(String, Vec<String>)> = ast
        .iter_functions()
        .map(|function| {
            let parameters = function.params.iter().map(|&name| name.to_owned()).collect();
            (function.name.to_owned(), parameters)
        })
        .collect();
    let all = found.into_iter().map(|(name, parameters)| {
        // Rhai gives the statements of a function only through a copy of the tree that has no other
        // function.
        let mut alone = ast.clone_functions_only();
        alone.retain_functions(|_, _, other, count| other == name && count == parameters.len());
        let mut body = Vec::new();
        alone.walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                body.push((*statement).clone());
            }
            true
        });
        LoweredFunction { name, parameters, body }
    });
    all.collect()
}
