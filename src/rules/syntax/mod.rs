//! What a rule's syntax tree says before it ever runs: what it reads, and what is wrong with it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's trees and tokens are open enums, of which each pass cares for a few"
)]

mod calls;
mod doubts;
mod print;
mod tokens;
mod visit;

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use rhai::AST;
use rhai::ASTNode;
use rhai::Position;

pub(super) use self::doubts::Doubt;
pub(super) use self::print::Named;
pub(super) use self::print::Operand;
pub(super) use self::print::direct_read;
pub(super) use self::print::lowered;
pub(super) use self::print::past_read;
pub(super) use self::tokens::TokenKeeper;
pub(super) use self::tokens::Tokens;
use self::visit::Visitor;
use super::fault::Place;
use super::fault::RuleFault;
use super::thresholds::Thresholds;
use crate::domain::level::Level;
use crate::domain::subject::Scope;

/// The subject's fields and the thresholds: the two parameters of `assess` and `explain`.
pub(super) const PARAMETERS: [&str; 2] = ["p", "t"];

/// The two functions that every rule has.
const REQUIRED: [&str; 2] = ["assess", "explain"];

/// Names of the levels in rules.
pub(super) const LEVELS: [(&str, Level); 5] = [
    ("CLEAR", Level::Clear),
    ("WATCH", Level::Watch),
    ("MODERATE", Level::Moderate),
    ("HIGH", Level::High),
    ("CRITICAL", Level::Critical),
];

/// What running and explaining a rule needs to know of its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// Readings that may find nothing: left of `??`, or in `has(…)`.
    tolerant: HashSet<Position>,
    /// Readings of another field than the one named: its past.
    redirected: HashMap<Position, &'static str>,
    /// Operands of the operators and arguments of the functions, by the place of the call.
    operands: HashMap<Position, Vec<Operand>>,
    pub(super) fields: BTreeSet<&'static str>,
    pub(super) thresholds: BTreeSet<String>,
    pub(super) levels: BTreeSet<Level>,
    /// What must fail where it is reached.
    pub(super) doubts: Vec<Doubt>,
    /// Where `fn assess` stands.
    pub(super) assess_at: Place,
}

impl Notes {
    pub(super) fn tolerates(&self, position: Position) -> bool {
        self.tolerant.contains(&position)
    }

    /// The field that is read at a place in place of the one named there.
    pub(super) fn redirected(&self, position: Position) -> Option<&'static str> {
        self.redirected.get(&position).copied()
    }

    pub(super) fn operands_at(&self, position: Position) -> &[Operand] {
        self.operands.get(&position).map_or(&[], Vec::as_slice)
    }

    /// The operation as its author wrote it, near enough.
    pub(super) fn source_at(&self, position: Position, symbol: &str) -> String {
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

/// Where and against what a rule is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'s> {
    pub(super) file: &'s str,
    pub(super) scope: Scope,
    pub(super) thresholds: &'s Thresholds,
}

/// Reads the whole tree; every fault found goes to `faults`.
pub(super) fn read(
    ast: &AST,
    tokens: &Tokens,
    setting: Setting<'_>,
    faults: &mut Vec<RuleFault>,
) -> Notes {
    let functions: Vec<Function> = ast
        .iter_functions()
        .map(|function| Function {
            name: function.name.to_owned(),
            parameters: function.params.iter().map(|&name| name.to_owned()).collect(),
        })
        .collect();
    let mut found = Vec::new();
    check_functions(&functions, tokens, setting.file, &mut found);
    if let Some(statement) = ast.statements().first() {
        let message = "a rule is made of functions: `assess`, `explain` and those they call";
        found.push(RuleFault::new(setting.file, statement.position(), message));
    }
    let mut notes = Notes { assess_at: tokens.function("assess").into(), ..Notes::default() };
    for function in &functions {
        let mut visitor = Visitor::new(setting, &functions, function, tokens);
        // The tree gives its statements function by function only in a copy that holds just one.
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
        notes.tolerant.extend(read.tolerant);
        notes.redirected.extend(read.redirected);
        notes.operands.extend(read.operands);
        notes.fields.extend(read.fields);
        notes.thresholds.extend(read.thresholds);
        notes.levels.extend(read.levels);
        notes.doubts.extend(read.doubts);
        found.append(&mut faults_of_function);
    }
    found.sort();
    found.dedup();
    faults.append(&mut found);
    notes
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
