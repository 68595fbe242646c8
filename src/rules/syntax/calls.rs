//! Which functions and operators a rule may call, and with how many arguments.

use crate::rules::library;

/// Operators of the language. Those that are missing (`&`, `|`, `<<`, …) never short-circuit and
/// read as their doubles do: a rule that uses one surely means the other.
const OPERATORS: [&str; 16] =
    ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "!", "contains", "..", "..="];

/// What the parser makes of a closure that uses variables around it.
const CLOSURE: &str = "curry";

pub(super) fn is_operator(name: &str) -> bool {
    OPERATORS.contains(&name)
}

pub(super) fn is_closure(name: &str) -> bool {
    name == CLOSURE
}

pub(super) fn is_known(name: &str) -> bool {
    library::FUNCTIONS.iter().any(|function| function.name == name)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    library::FUNCTIONS.iter().map(|function| function.name)
}

/// How many arguments a function of the library takes.
pub(super) fn arity(name: &str) -> Option<usize> {
    library::FUNCTIONS.iter().find(|function| function.name == name).map(library::Function::arity)
}

pub(super) fn count(arguments: usize) -> String {
    let plural = if arguments == 1 { "" } else { "s" };
    format!("{arguments} argument{plural}")
}
