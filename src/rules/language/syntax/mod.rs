//! Analyses the syntax tree of a rule before it runs: what it reads, and what is wrong with it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's trees and tokens are open enums, of which each pass cares for a few"
)]

mod analysis;
mod calls;
mod doubts;
mod functions;
mod names;
mod print;
mod tokens;
mod visit;

use rhai::{AST, Position};

use crate::rules::catalogue::fault::{RuleFault, TextPosition};
use crate::rules::catalogue::signs::places::AuthorPlaces;
use visit::Visitor;

pub(in crate::rules) use analysis::{Analysis, CheckContext};
pub(in crate::rules) use functions::{ScriptFunction, functions};
pub(in crate::rules) use names::{LEVELS, PARAMETERS};
pub(in crate::rules) use print::{NamedExpression, Operand, direct_read, lowered, past_read};
pub(in crate::rules) use tokens::{TokenRecorder, Tokens};

/// The functions that every rule must have.
const REQUIRED: [&str; 2] = ["assess", "explain"];

/// Analyses a syntax tree and adds every fault found to `faults`.
pub(in crate::rules) fn read(
    ast: &AST,
    (functions, tokens): (&[ScriptFunction], &Tokens),
    (context, places): (CheckContext<'_>, AuthorPlaces),
    faults: &mut Vec<RuleFault>,
) -> Analysis {
    let mut found = Vec::new();
    check_functions(functions, tokens, context.file, &mut found);
    if let Some(statement) = ast.statements().first() {
        let message = "a rule is made of functions: `assess`, `explain` and those they call";
        found.push(RuleFault::new(context.file, statement.position(), message));
    }
    let mut analysis =
        Analysis { assess_at: tokens.function("assess").into(), places, ..Analysis::default() };
    for function in functions {
        let mut visitor = Visitor::new(context, functions, function, tokens);
        let mut ends_without = Some(tokens.function(&function.name));
        for statement in &function.body {
            visitor.statement(statement);
            ends_without = doubts::without_value(statement);
        }
        if let Some(place) = ends_without.filter(|_| function.name == "assess") {
            visitor.doubt(Some(doubts::of_missing_level(place)));
        }
        let (read, mut faults_of_function) = visitor.finish();
        analysis.tolerant.extend(read.tolerant);
        analysis.redirected.extend(read.redirected);
        analysis.pasts.extend(read.pasts);
        analysis.operands.extend(read.operands);
        analysis.fields.extend(read.fields);
        analysis.thresholds.extend(read.thresholds);
        analysis.levels.extend(read.levels);
        analysis.doubts.extend(read.doubts);
        found.append(&mut faults_of_function);
    }
    for fault in &mut found {
        let place = TextPosition { line: fault.line, column: fault.column };
        TextPosition { line: fault.line, column: fault.column } = analysis.places.of(place);
    }
    found.sort();
    found.dedup();
    faults.append(&mut found);
    analysis
}

fn check_functions(
    functions: &[ScriptFunction],
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
