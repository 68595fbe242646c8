//! Checks the functions and operators that a rule calls, and how many arguments it gives them.

use rhai::{Expr, FnCallExpr, Position};

use super::doubts;
use super::functions::ScriptFunction;
use super::names::PARAMETERS;
use super::print::{direct_read, named_read, past_field, past_read};
use super::visit::Visitor;
use crate::frame::dictionary;
use crate::rules::catalogue::fault::RuleFault;
use crate::rules::language::library;
use crate::rules::language::library::{
    CHANGES_WITHIN, EDITIONS_ABOVE_WITHIN, OF_THE_PAST, is_of_a_field,
};

/// Operators of the language. `&`, `|`, `<<` and the like are left out: they do not short-circuit
/// and look like `&&` and `||`, which is surely what the author means.
const OPERATORS: [&str; 16] =
    ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "!", "contains", "..", "..="];

/// The function that Rhai's parser calls to build a closure which uses outer variables.
const CLOSURE: &str = "curry";

impl<'v> Visitor<'v> {
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) {
        let name = call.name.as_str();
        let mut operands: Vec<&Expr> = call.args.iter().collect();
        if name == "contains" {
            // The parser puts the list of `x in list` first; messages put it last, as the author
            // does.
            operands.reverse();
        }
        self.record_operands(&operands, position);
        self.doubt(doubts::of_call(call, position, self.context.readable.dictionary));
        self.doubt(doubts::of_phase(call, position));
        if let Some(function) = self.script_function(call) {
            return self.script_call(call, function);
        }
        match name {
            "has" => return self.has(call, position),
            name if OF_THE_PAST.contains(&name) => return self.past(call, position),
            _ => {}
        }
        for argument in &call.args {
            self.expression(argument);
        }
        if call.is_qualified() {
            self.fault(position, format!("`{}`: a rule imports nothing", call.namespace));
        } else if call.op_token.is_some() && !is_operator(name) {
            let fault = RuleFault::new(
                self.context.file,
                position,
                format!("the operator `{name}` is not of the language"),
            );
            self.faults.push(fault.hinting("`&&`, `||` and `!` combine conditions"));
        } else if call.op_token.is_none() && !is_closure(name) {
            self.library_call(name, call.args.len(), position);
        }
    }

    pub(super) fn method(&mut self, call: &FnCallExpr, position: Position) {
        for argument in &call.args {
            self.expression(argument);
        }
        let name = call.name.as_str();
        if let Some(function) = library::FUNCTIONS.iter().find(|function| function.name == name)
            && is_of_a_field(name)
        {
            self.fault(position, format!("write `{name}({})`", function.parameters.join(", ")));
        } else {
            self.library_call(&call.name, call.args.len() + 1, position);
        }
    }

    fn library_call(&mut self, name: &str, found: usize, position: Position) {
        let file = self.context.file;
        match arity(name) {
            Some(expected) if expected == found => {}
            Some(expected) => {
                let message = format!("`{name}` takes {}, found {found}", count(expected));
                self.fault(position, message);
            }
            None => {
                let fault = RuleFault::new(file, position, format!("no function `{name}`"));
                let own = self.functions.iter().map(|function| function.name.clone());
                self.faults.push(fault.resembling(name, names().map(str::to_owned).chain(own)));
            }
        }
    }

    fn has(&mut self, call: &FnCallExpr, position: Position) {
        match call.args.as_slice() {
            [argument] if direct_read(argument).is_some() => {
                self.tolerate(argument);
                self.expression(argument);
            }
            _ => self.fault(position, "`has` asks of one field, `has(p.field)`"),
        }
    }

    /// A call on the past of a field, redirected to the field that holds this past.
    fn past(&mut self, call: &FnCallExpr, position: Position) {
        let name = call.name.as_str();
        let before = self.known_fields();
        for (place, argument) in call.args.iter().enumerate() {
            self.expression(argument);
            if place == 0 && past_read(call).is_some() {
                // The field named is not the field read.
                self.read_only(before.clone());
            }
        }
        if arity(name) != Some(call.args.len()) {
            return self.library_call(name, call.args.len(), position);
        }
        let read = call.args.first().and_then(|argument| Some((argument, named_read(argument)?)));
        let Some((argument, ("p", field))) = read else {
            let shown = library::parameters(name).unwrap_or_default().join(", ");
            return self.fault(position, format!("`{name}` asks of one field, `{name}({shown})`"));
        };
        match past_read(call) {
            Some(other) => {
                self.redirect(argument, other);
                self.past_call(name, position, other);
            }
            None if self.context.readable.dictionary.field(field).is_some() => {
                let known =
                    dictionary::PASTS.iter().filter(|past| past_field(past, name).is_some());
                let known: Vec<&str> = known.map(|past| past.field).collect();
                let message = format!("`{name}` is not known of `p.{field}`");
                let fault = RuleFault::new(self.context.file, argument.position(), message);
                self.faults.push(fault.hinting(format!("it is of {}", known.join(", "))));
            }
            // The field does not exist, which is already a fault.
            None => {}
        }
    }

    /// Records that a function of the past reads `field`, and what else it reads.
    fn past_call(&mut self, name: &str, position: Position, field: &'static str) {
        let others = match name {
            EDITIONS_ABOVE_WITHIN => &[dictionary::EDITIONS, "as_of"][..],
            CHANGES_WITHIN => &["as_of"],
            _ => &[],
        };
        self.record_past(position, field, others);
    }

    fn script_function(&self, call: &FnCallExpr) -> Option<&'v ScriptFunction> {
        let is_called = |function: &&ScriptFunction| {
            function.name == call.name.as_str() && function.parameters.len() == call.args.len()
        };
        self.functions.iter().find(is_called)
    }

    /// `p` and `t` may only go to parameters of the same name, and these parameters take nothing
    /// else.
    fn script_call(&mut self, call: &FnCallExpr, function: &ScriptFunction) {
        for (argument, parameter) in call.args.iter().zip(&function.parameters) {
            let passed = self.parameter(argument);
            let takes = PARAMETERS.contains(&parameter.as_str());
            if takes && passed.as_deref() != Some(parameter) {
                let message = format!("`{}` takes `{parameter}` here", call.name);
                self.fault(argument.start_position(), message);
            } else if !takes {
                self.expression(argument);
            }
        }
    }
}

fn is_operator(name: &str) -> bool {
    OPERATORS.contains(&name)
}

fn is_closure(name: &str) -> bool {
    name == CLOSURE
}

pub(super) fn is_known(name: &str) -> bool {
    library::FUNCTIONS.iter().any(|function| function.name == name)
}

fn names() -> impl Iterator<Item = &'static str> {
    library::FUNCTIONS.iter().map(|function| function.name)
}

/// How many arguments a function of the library takes.
fn arity(name: &str) -> Option<usize> {
    library::parameters(name).map(<[_]>::len)
}

fn count(arguments: usize) -> String {
    let plural = if arguments == 1 { "" } else { "s" };
    format!("{arguments} argument{plural}")
}
