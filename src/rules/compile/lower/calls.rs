//! Lowers calls: operators, functions of the rule inlined where they are called, and functions of
//! the library.

use rhai::{Expr, FnCallExpr, Position};

use super::value::{Kind, PresentNeeds, TypedNode, Val};
use super::{Call, Lowered, Lowering, at};
use crate::rules::language::library::READ_ALONE;
use crate::rules::language::syntax::{PARAMETERS, ScriptFunction, direct_read, past_read};

/// Deepest nesting of inlined calls, far below the interpreter's own limit.
const MOST_NESTED_CALLS: usize = 8;

impl<'l> Lowering<'l> {
    pub(super) fn call(&mut self, call: &'l FnCallExpr, position: Position) -> Lowered<Val> {
        let name = call.name.as_str();
        if call.is_qualified() {
            return Err(at(position, format!("`{name}` is of a module")));
        }
        let functions = self.script.functions;
        let own = functions
            .iter()
            .find(|own| own.name == name && own.parameters.len() == call.args.len());
        if let Some(function) = own {
            return self.inlined(function, call, position);
        }
        if let ("has", [argument]) = (name, call.args.as_slice()) {
            let (parameter, field) =
                direct_read(argument).ok_or_else(|| at(position, "`has` of no field"))?;
            let (need, _) = self.named(parameter, field, position)?;
            return Ok(Val::One(self.presence(&need)));
        }
        let mut arguments = Vec::new();
        let past = past_read(call);
        for (place, argument) in call.args.iter().enumerate() {
            arguments.push(match past.filter(|_| place == 0) {
                Some(other) => self.field(other, position)?,
                None => self.expression(argument)?,
            });
        }
        if !self.reachable {
            return Ok(Val::Never);
        }
        match (name, arguments.as_slice()) {
            (name, [one]) if past.is_some() && READ_ALONE.contains(&name) => Ok(one.clone()),
            ("!", [Val::One(one)]) if one.kind == Kind::Bool => Ok(self.opposite(one)),
            ("!", _) => Err(at(position, "`!` is for booleans")),
            ("-", [one]) => self.negative(one, position),
            ("+" | "-" | "*" | "/" | "%" | "**", [left, right]) => {
                self.arithmetic(name, left, right, position)
            }
            ("==" | "!=" | "<" | "<=" | ">" | ">=", [left, right]) => {
                self.comparison(name, left, right, position)
            }
            _ => self.library(name, &arguments, position),
        }
    }

    fn opposite(&mut self, one: &TypedNode) -> Val {
        let [if_true, if_false] = one.implies.clone();
        let node = self.tree.not(one.node);
        Val::One(TypedNode { kind: Kind::Bool, node, implies: [if_false, if_true] })
    }

    fn inlined(
        &mut self,
        function: &'l ScriptFunction,
        call: &'l FnCallExpr,
        position: Position,
    ) -> Lowered<Val> {
        let recursive = self.calls.iter().any(|outer| outer.name == function.name);
        let depth = MOST_NESTED_CALLS.min(self.script.limits.call_levels / 3);
        if recursive || self.calls.len() >= depth {
            return Err(at(position, format!("`{}` calls itself, or calls deeply", call.name)));
        }
        let mut arguments = Vec::new();
        for (argument, parameter) in call.args.iter().zip(&function.parameters) {
            let passed = matches!(argument, Expr::Variable(variable, ..)
                if PARAMETERS.contains(&variable.1.as_str()));
            let value = if passed { Val::Nothing } else { self.expression(argument)? };
            arguments.push((parameter.clone(), value));
        }
        if !self.reachable {
            return Ok(Val::Never);
        }
        let base = self.variables.len();
        let guard = self.guard;
        self.variables.extend(arguments);
        self.calls.push(Call { name: function.name.clone(), base, ..Call::default() });
        self.body(&function.body, true)?;
        self.variables.truncate(base);
        self.guard = guard;
        let returns = self.calls.pop().map(|walked| walked.returns).unwrap_or_default();
        Ok(self.returned(returns))
    }

    /// The value of an inlined function: that of the first return whose condition a row meets.
    fn returned(&mut self, mut returns: Vec<super::Return>) -> Val {
        let Some(last) = returns.pop() else {
            self.reachable = false;
            return Val::Never;
        };
        self.reachable = true;
        let mut facts: PresentNeeds = last.facts;
        let mut value = last.value;
        for earlier in returns.into_iter().rev() {
            facts = facts.intersection(&earlier.facts).cloned().collect();
            let condition =
                TypedNode { kind: Kind::Bool, node: earlier.guard, implies: Default::default() };
            value = self.either(&condition, &earlier.value, &value);
        }
        self.facts = facts;
        value
    }
}
