//! Lowers statements.

use rhai::{ASTFlags, Expr, Stmt};

use super::value::{Kind, PresentNeeds, TypedNode, Val};
use super::{Lowered, Lowering, Return, at};
use crate::rules::compile::ir::Exit;

/// The state at the end of one branch, to be merged with that of the other.
struct BranchEnd {
    value: Val,
    reachable: bool,
    facts: PresentNeeds,
    variables: Vec<(String, Val)>,
}

impl<'l> Lowering<'l> {
    /// Lowers a block. If it ends a function, its last value is what the function returns.
    pub(super) fn body(&mut self, statements: &'l [Stmt], ends: bool) -> Lowered<Val> {
        let in_scope = self.variables.len();
        let mut value = Val::Nothing;
        for (place, statement) in statements.iter().enumerate() {
            value = if ends && place + 1 == statements.len() {
                self.last(statement)?
            } else {
                self.statement(statement)?
            };
            if !self.reachable {
                value = Val::Never;
                break;
            }
        }
        if ends && self.reachable {
            self.return_value(&value)?;
            value = Val::Never;
        }
        self.variables.truncate(in_scope);
        Ok(value)
    }

    /// Lowers the last statement of a function.
    fn last(&mut self, statement: &'l Stmt) -> Lowered<Val> {
        match statement {
            Stmt::If(flow, _) => {
                self.visit()?;
                let condition = self.condition(&flow.expr)?;
                self.branch(
                    &condition,
                    |walk| walk.body(flow.body.statements(), true),
                    |walk| walk.body(flow.branch.statements(), true),
                )
            }
            Stmt::Switch(both, position) => self.switch(both, *position, true),
            Stmt::Block(block) => self.body(block.statements(), true),
            Stmt::Expr(expression) => match &**expression {
                Expr::Stmt(block) => self.body(block.statements(), true),
                _ => self.statement(statement),
            },
            _ => self.statement(statement),
        }
    }

    pub(super) fn statement(&mut self, statement: &'l Stmt) -> Lowered<Val> {
        self.visit()?;
        match statement {
            Stmt::Noop(_) => Ok(Val::Nothing),
            Stmt::If(flow, _) => {
                let condition = self.condition(&flow.expr)?;
                self.branch(
                    &condition,
                    |walk| walk.body(flow.body.statements(), false),
                    |walk| walk.body(flow.branch.statements(), false),
                )
            }
            Stmt::Switch(both, position) => self.switch(both, *position, false),
            Stmt::Block(block) => self.body(block.statements(), false),
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::FnCall(call, position) => self.call(call, *position),
            Stmt::Var(parts, _, position) => {
                let value = self.expression(&parts.1)?;
                if self.variables.len() + 8 > self.script.limits.variables {
                    return Err(at(*position, "there are many variables"));
                }
                self.variables.push((parts.0.name.to_string(), value));
                Ok(Val::Nothing)
            }
            Stmt::Assignment(parts) => self.assignment(parts),
            Stmt::Return(value, flags, position) => {
                if flags.intersects(ASTFlags::BREAK) {
                    return Err(at(*position, "it throws"));
                }
                let value = match value {
                    Some(value) => self.expression(value)?,
                    None => Val::Nothing,
                };
                if self.reachable {
                    self.return_value(&value)?;
                }
                Ok(Val::Never)
            }
            Stmt::While(..) | Stmt::Do(..) | Stmt::For(..) | Stmt::BreakLoop(..) => {
                Err(at(statement.position(), "it has a loop"))
            }
            Stmt::Share(_) => Err(at(statement.position(), "it has a closure")),
            _ => Err(at(statement.position(), "this statement is not translated")),
        }
    }

    fn assignment(&mut self, parts: &'l (rhai::OpAssignment, rhai::BinaryExpr)) -> Lowered<Val> {
        let (operator, sides) = parts;
        let position = operator.position();
        let Expr::Variable(variable, ..) = &sides.lhs else {
            return Err(at(position, "a part of a value is changed"));
        };
        let mut value = self.expression(&sides.rhs)?;
        if let Some((.., symbol)) = operator.get_op_assignment_info() {
            let current = self.variable(&variable.1, position)?;
            value = self.arithmetic(symbol, &current, &value, position)?;
        }
        let place = self.place_of(&variable.1);
        match place.and_then(|place| self.variables.get_mut(place)) {
            Some((_, current)) => *current = value,
            None => return Err(at(position, format!("`{}` is not in sight", variable.1))),
        }
        Ok(Val::Nothing)
    }

    /// The index of a variable. Those of a calling function are not in scope.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        let base = self.calls.last().map_or(0, |call| call.base);
        let found = self.variables.iter().rposition(|(variable, _)| variable == name)?;
        (found >= base).then_some(found)
    }

    /// Makes the current rows return `value` from the function, or from the rule.
    fn return_value(&mut self, value: &Val) -> Lowered<()> {
        self.reachable = false;
        let always = self.tree.truth(true);
        let facts = self.facts.clone();
        if let Some(call) = self.calls.last_mut() {
            let guard = call.guard.unwrap_or(always);
            call.returns.push(Return { guard, value: value.clone(), facts });
            return Ok(());
        }
        let exit = match value {
            Val::One(TypedNode { kind: Kind::Level, node, .. }) => Exit::Level(*node),
            Val::Unclear(why) => return Err(why.clone()),
            // The interpreter reports what `assess` returns instead of a level.
            _ => Exit::Interpret,
        };
        self.exit(always, exit);
        Ok(())
    }

    /// Lowers one branch for the rows that meet a condition and another for the rest, then merges
    /// them.
    pub(super) fn branch(
        &mut self,
        condition: &TypedNode,
        held: impl FnOnce(&mut Self) -> Lowered<Val>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Val>,
    ) -> Lowered<Val> {
        let (facts, variables) = (self.facts.clone(), self.variables.clone());
        let [if_true, if_false] = &condition.implies;
        self.facts.extend(if_true.iter().cloned());
        let value = self.under(condition.node, held)?;
        let first = BranchEnd {
            value,
            reachable: self.reachable,
            facts: std::mem::replace(&mut self.facts, facts),
            variables: std::mem::replace(&mut self.variables, variables),
        };
        self.reachable = true;
        self.facts.extend(if_false.iter().cloned());
        let not = self.tree.not(condition.node);
        // If all rows of the first branch left the rule, they need not be excluded from the second.
        let second = if !first.reachable && self.calls.is_empty() {
            otherwise(self)?
        } else {
            self.under(not, otherwise)?
        };
        Ok(self.merge(condition, first, second))
    }

    fn merge(&mut self, condition: &TypedNode, first: BranchEnd, value: Val) -> Val {
        match (first.reachable, self.reachable) {
            (_, false) => {
                self.reachable = first.reachable;
                self.facts = first.facts;
                self.variables = first.variables;
                if first.reachable { first.value } else { Val::Never }
            }
            (false, true) => value,
            (true, true) => {
                self.facts = self.facts.intersection(&first.facts).cloned().collect();
                for (place, (_, one)) in first.variables.into_iter().enumerate() {
                    let Some(other) = self.variables.get(place).map(|(_, other)| other.clone())
                    else {
                        continue;
                    };
                    if one != other {
                        let merged = self.either(condition, &one, &other);
                        if let Some((_, current)) = self.variables.get_mut(place) {
                            *current = merged;
                        }
                    }
                }
                self.either(condition, &first.value, &value)
            }
        }
    }

    /// `one` where the condition is true, `other` where it is false.
    pub(super) fn either(&mut self, condition: &TypedNode, one: &Val, other: &Val) -> Val {
        match (one, other) {
            _ if one == other => one.clone(),
            (Val::Never, value) | (value, Val::Never) => value.clone(),
            (Val::One(one), Val::One(other)) if one.kind == other.kind => {
                Val::one(one.kind, self.tree.select(condition.node, one.node, other.node))
            }
            (Val::One(one), Val::One(other)) if one.kind.is_number() && other.kind.is_number() => {
                let held = self.under(condition.node, |walk| walk.exact_number(one));
                let not = self.tree.not(condition.node);
                let otherwise = self.under(not, |walk| walk.exact_number(other));
                Val::one(Kind::Number, self.tree.select(condition.node, held, otherwise))
            }
            _ => Val::Unclear(format!(
                "a value is {} or {}, as the case may be",
                one.word(),
                other.word()
            )),
        }
    }
}
