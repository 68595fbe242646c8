//! Rules as Polars expressions. `assess` is walked once in the interpreter's order of reading and
//! becomes a ladder of exits: conditions on the row, each with a level, a field that is missing, or
//! the demand that the interpreter be asked, which is for rows on which something might fail (a
//! division by zero, an overflow). All rules of a scope then run as one lazy query. The interpreter
//! stays the reference; a rule that does not translate says why, and is interpreted.

mod bits;
mod circuit;
mod code;
mod emit;
mod fold;
mod gauge;
mod kernels;
mod lower;
mod query;
mod ranges;
mod settle;
mod tree;

use std::collections::BTreeSet;

use rhai::AST;
use rhai::ASTNode;
use serde::Serialize;

use self::lower::Assessment;
use self::lower::Function;
use self::lower::Script;
pub(super) use self::query::Answer;
pub(super) use self::query::Answers;
pub use self::query::Outcome;
pub use self::query::Outcomes;
pub(super) use self::query::Question;
pub(super) use self::query::ask;
use self::tree::Need;
use self::tree::Tree;
use super::sandbox::Limits;
use super::syntax::Tokens;
use super::thresholds::Thresholds;

/// How many expressions a rule may come to once nothing is shared.
const MOST_EXPRESSIONS: usize = 20_000;

/// How deep expressions, or the ladder of exits, may go: walking them takes room on the stack.
const MOST_DEPTH: usize = 200;

/// Which way a rule runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "route")]
pub enum Route {
    /// As Polars expressions, all rows at once.
    Translated,
    /// Row by row, and why.
    Interpreted { because: String },
}

/// A rule in its typed form, of which each frame and date makes expressions.
#[derive(Clone, Debug)]
pub(super) struct Translation {
    assessment: std::sync::Arc<Assessment>,
    fields: BTreeSet<&'static str>,
}

pub(super) fn translate(
    ast: &AST,
    tokens: &Tokens,
    thresholds: &Thresholds,
    limits: &Limits,
) -> Result<Translation, String> {
    let functions = functions(ast);
    let script = Script { functions: &functions, tokens, thresholds, limits };
    let assessment = lower::lower(script)?;
    if assessment.needs.len() > code::MOST_NEEDS {
        return Err(format!("it may miss more than {} fields", code::MOST_NEEDS));
    }
    if assessment.tree.depth().max(assessment.exits.len()) > MOST_DEPTH {
        return Err(format!("it goes more than {MOST_DEPTH} expressions deep"));
    }
    let weights = assessment.tree.weights();
    let weight = |one: &(tree::Node, tree::Exit)| Tree::weight(&weights, one.0);
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

fn functions(ast: &AST) -> Vec<Function> {
    let found: Vec<(String, Vec<String>)> = ast
        .iter_functions()
        .map(|function| {
            let parameters = function.params.iter().map(|&name| name.to_owned()).collect();
            (function.name.to_owned(), parameters)
        })
        .collect();
    let all = found.into_iter().map(|(name, parameters)| {
        // The tree gives its statements function by function only in a copy that holds just one.
        let mut alone = ast.clone_functions_only();
        alone.retain_functions(|_, _, other, count| other == name && count == parameters.len());
        let mut body = Vec::new();
        alone.walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                body.push((*statement).clone());
            }
            true
        });
        Function { name, parameters, body }
    });
    all.collect()
}
