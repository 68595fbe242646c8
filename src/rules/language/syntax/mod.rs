//! Analyses the syntax tree of a rule before it runs: what it reads, and what is wrong with it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's trees and tokens are open enums, of which each pass cares for a few"
)]

mod calls;
mod doubts;
mod print;
mod tokens;
mod visit;

use std::collections::{BTreeSet, HashMap, HashSet};

use rhai::{AST, ASTNode, Position};

use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::catalogue::fault::{RuleFault, TextPosition};
use crate::rules::catalogue::thresholds::Thresholds;
use visit::Visitor;

pub(in crate::rules) use doubts::Doubt;
pub(in crate::rules) use print::{NamedExpression, Operand, direct_read, lowered, past_read};
pub(in crate::rules) use tokens::{TokenRecorder, Tokens};

/// The parameters of `assess` and `explain`: the subject's fields, and the thresholds.
pub(in crate::rules) const PARAMETERS: [&str; 2] = ["p", "t"];

/// The functions that every rule must have.
const REQUIRED: [&str; 2] = ["assess", "explain"];

/// The names of the levels in rules.
pub(in crate::rules) const LEVELS: [(&str, Level); 5] = [
    ("CLEAR", Level::Clear),
    ("WATCH", Level::Watch),
    ("MODERATE", Level::Moderate),
    ("HIGH", Level::High),
    ("CRITICAL", Level::Critical),
];

/// What is known of a rule from its text, for running and explaining it.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct Analysis {
    /// Positions where a read may find nothing: left of `??`, or in `has(…)`.
    tolerant: HashSet<Position>,
    /// Positions where another field is read than the one named, because its past is wanted.
    redirected: HashMap<Position, &'static str>,
    /// Operands of operators and arguments of functions, by the position of the call.
    operands: HashMap<Position, Vec<Operand>>,
    pub(in crate::rules) fields: BTreeSet<&'static str>,
    pub(in crate::rules) thresholds: BTreeSet<String>,
    pub(in crate::rules) levels: BTreeSet<Level>,
    /// Code that compiles but fails if it is reached.
    pub(in crate::rules) doubts: Vec<Doubt>,
    /// The position of `fn assess`.
    pub(in crate::rules) assess_at: TextPosition,
}

impl Analysis {
    pub(in crate::rules) fn tolerates(&self, position: Position) -> bool {
        self.tolerant.contains(&position)
    }

    /// The field read at a position in place of the one named there.
    pub(in crate::rules) fn redirected(&self, position: Position) -> Option<&'static str> {
        self.redirected.get(&position).copied()
    }

    pub(in crate::rules) fn operands_at(&self, position: Position) -> &[Operand] {
        self.operands.get(&position).map_or(&[], Vec::as_slice)
    }

    /// The operation as its author wrote it, except for spaces and needless parentheses.
    pub(in crate::rules) fn source_at(&self, position: Position, symbol: &str) -> String {
        match self.operands_at(position) {
            [one] if symbol != "-" && symbol != "!" => format!("{symbol}({})", one.source),
            [one] => format!("{symbol}{}", one.side),
            [left, right] if is_symbol(symbol) => {
                format!("{} {symbol} {}", left.side, right.side)
            }
            [] => symbol.to_owned(),
            several => {
                let sources: Vec<_> = several.iter().map(|one| one.source.as_str()).collect();
                format!("{symbol}({})", sources.join(", "))
            }
        }
    }
}

fn is_symbol(word: &str) -> bool {
    word == "in" || word.chars().all(|letter| letter.is_ascii_punctuation())
}

/// A function that the rule defines.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Function {
    name: String,
    parameters: Vec<String>,
}

/// The rule being analysed, and the thresholds it may read.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct CheckContext<'s> {
    pub(in crate::rules) file: &'s str,
    pub(in crate::rules) scope: SubjectKind,
    pub(in crate::rules) thresholds: &'s Thresholds,
}

/// Analyses a syntax tree and adds every fault found to `faults`.
pub(in crate::rules) fn read(
    ast: &AST,
    tokens: &Tokens,
    context: CheckContext<'_>,
    faults: &mut Vec<RuleFault>,
) -> Analysis {
    let functions: Vec<Function> = ast
        .iter_functions()
        .map(|function| Function {
            name: function.name.to_owned(),
            parameters: function.params.iter().map(|&name| name.to_owned()).collect(),
        })
        .collect();
    let mut found = Vec::new();
    check_functions(&functions, tokens, context.file, &mut found);
    if let Some(statement) = ast.statements().first() {
        let message = "a rule is made of functions: `assess`, `explain` and those they call";
        found.push(RuleFault::new(context.file, statement.position(), message));
    }
    let mut analysis =
        Analysis { assess_at: tokens.function("assess").into(), ..Analysis::default() };
    for function in &functions {
        let mut visitor = Visitor::new(context, &functions, function, tokens);
        // Rhai gives the statements of a function only through a copy of the tree that has no other
        // function.
        let mut alone = ast.clone_functions_only();
        alone.retain_functions(|_, _, name, count| {
            name == function.name && count == function.parameters.len()
        });
        let mut ends_without = Some(tokens.function(&function.name));
        alone.walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                visitor.statement(statement);
                ends_without = doubts::without_value(statement);
            }
            true
        });
        if let Some(place) = ends_without.filter(|_| function.name == "assess") {
            let message = "`assess` may end here without a level";
            let hint = "write at the end the level of every other subject, most often `CLEAR`";
            visitor.doubt(place, message, hint);
        }
        let (read, mut faults_of_function) = visitor.finish();
        analysis.tolerant.extend(read.tolerant);
        analysis.redirected.extend(read.redirected);
        analysis.operands.extend(read.operands);
        analysis.fields.extend(read.fields);
        analysis.thresholds.extend(read.thresholds);
        analysis.levels.extend(read.levels);
        analysis.doubts.extend(read.doubts);
        found.append(&mut faults_of_function);
    }
    found.sort();
    found.dedup();
    faults.append(&mut found);
    analysis
}

fn check_functions(
    functions: &[Function],
    tokens: &Tokens,
    file: &str,
    faults: &mut Vec<RuleFault>,
) {
    for name in REQUIRED {
        match functions.iter().find(|function| function.name == name) {
            Some(function) if function.parameters != PARAMETERS => {
                let message = format!(
                    "`fn {name}({})`, expected `fn {name}(p, t)`",
                    function.parameters.join(", ")
                );
                faults.push(RuleFault::new(file, tokens.function(name), message));
            }
            Some(_) => {}
            None => {
                let message = format!("the rule has no `fn {name}(p, t)`");
                faults.push(RuleFault::new(file, Position::new(1, 1), message));
            }
        }
    }
    for function in functions {
        let shadows = calls::is_known(&function.name)
            || LEVELS.iter().any(|(level, _)| *level == function.name);
        if shadows {
            let message = format!("`{}` already has a meaning, name it otherwise", function.name);
            faults.push(RuleFault::new(file, tokens.function(&function.name), message));
        }
    }
}
