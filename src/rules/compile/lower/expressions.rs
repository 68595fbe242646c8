//! Lowers expressions, in the order in which the interpreter reads them.

use std::collections::BTreeSet;

use rhai::{ASTFlags, Expr, Position};

use super::value::{Kind, PresentNeeds, TypedNode, Val};
use super::{Lowered, Lowering, at};
use crate::domain::value::Value;
use crate::frame::dictionary::FieldKind;
use crate::rules::compile::ir::{Constant, Exit, Figure, Need, Op};
use crate::rules::language::syntax::{LEVELS, direct_read};

impl<'l> Lowering<'l> {
    pub(super) fn expression(&mut self, expression: &'l Expr) -> Lowered<Val> {
        self.visit()?;
        let position = expression.position();
        Ok(match expression {
            Expr::BoolConstant(held, _) => self.literal(Kind::Bool, Constant::Bool(*held)),
            Expr::IntegerConstant(count, _) => self.literal(Kind::Int, Constant::Int(*count)),
            Expr::FloatConstant(figure, _) => {
                self.literal(Kind::Float, Constant::Float(Figure::of(**figure)))
            }
            Expr::StringConstant(text, _) => {
                self.literal(Kind::Text, Constant::Text(text.to_string()))
            }
            Expr::CharConstant(letter, _) => {
                self.literal(Kind::Text, Constant::Text(letter.to_string()))
            }
            Expr::Unit(_) => Val::Nothing,
            Expr::Variable(variable, ..) => self.variable(&variable.1, position)?,
            Expr::Stmt(block) => self.body(block.statements(), false)?,
            Expr::FnCall(call, place) => self.call(call, *place)?,
            Expr::Dot(..) => self.dot(expression)?,
            Expr::And(all, _) => self.all_of(all, true)?,
            Expr::Or(all, _) => self.all_of(all, false)?,
            Expr::Coalesce(choices, _) => self.first_of(choices)?,
            Expr::Custom(custom, _) => match custom.inputs.as_slice() {
                [condition] => self.surely(condition)?,
                _ => return Err(at(position, "this expression is not translated")),
            },
            Expr::Array(items, _) => {
                let mut list = Vec::new();
                for item in &**items {
                    list.push(self.expression(item)?);
                }
                Val::List(list)
            }
            Expr::InterpolatedString(..) => return Err(at(position, "it composes a text")),
            Expr::Index(..) => return Err(at(position, "it takes an element by its place")),
            _ => return Err(at(position, "this expression is not translated")),
        })
    }

    pub(super) fn literal(&mut self, kind: Kind, constant: Constant) -> Val {
        Val::one(kind, self.tree.constant(constant))
    }

    pub(super) fn variable(&mut self, name: &str, position: Position) -> Lowered<Val> {
        let found = self.place_of(name).and_then(|place| self.variables.get(place));
        if let Some((_, value)) = found {
            return match value {
                Val::Unclear(why) => Err(at(position, why)),
                value => Ok(value.clone()),
            };
        }
        match LEVELS.iter().find(|(level, _)| *level == name) {
            Some((_, level)) => Ok(self.literal(Kind::Level, Constant::Level(*level))),
            None => Err(at(position, format!("`{name}` is not in sight"))),
        }
    }

    /// Lowers an expression that must be a boolean.
    pub(super) fn condition(&mut self, expression: &'l Expr) -> Lowered<TypedNode> {
        match self.expression(expression)? {
            Val::One(one) if one.kind == Kind::Bool => Ok(one),
            Val::Never => {
                let node = self.tree.truth(false);
                Ok(TypedNode { kind: Kind::Bool, node, implies: Default::default() })
            }
            other => {
                let why = format!("a condition is {}", other.word());
                Err(at(expression.position(), why))
            }
        }
    }

    /// Lowers `&&`, which goes on while its operands are true, or `||`, which goes on while they
    /// are false.
    fn all_of(&mut self, operands: &'l [Expr], goes_on: bool) -> Lowered<Val> {
        let Some((last, before)) = operands.split_last() else { return Ok(Val::Nothing) };
        let mut so_far: Option<TypedNode> = None;
        for operand in before.iter().chain([last]) {
            so_far = Some(match so_far {
                None => self.condition(operand)?,
                Some(held) => self.pair(&held, operand, goes_on)?,
            });
        }
        Ok(so_far.map_or(Val::Nothing, Val::One))
    }

    fn pair(&mut self, left: &TypedNode, operand: &'l Expr, goes_on: bool) -> Lowered<TypedNode> {
        let reached = if goes_on { left.node } else { self.tree.not(left.node) };
        let known = self.facts.clone();
        let [if_true, if_false] = &left.implies;
        let (on, off) = if goes_on { (if_true, if_false) } else { (if_false, if_true) };
        self.facts.extend(on.iter().cloned());
        let right = self.under(reached, |walk| walk.condition(operand))?;
        let reached_facts = std::mem::replace(&mut self.facts, known);
        self.reachable = true;
        let [right_true, right_false] = &right.implies;
        let (right_on, right_off) =
            if goes_on { (right_true, right_false) } else { (right_false, right_true) };
        // If both operands went on, the facts of both hold. If evaluation stopped, only those
        // common to both ways of stopping.
        let both: PresentNeeds = reached_facts.union(right_on).cloned().collect();
        let stopped: PresentNeeds = reached_facts.union(right_off).cloned().collect();
        let off: PresentNeeds = stopped.intersection(off).cloned().collect();
        let (node, implies) = if goes_on {
            (self.tree.and(left.node, right.node), [both, off])
        } else {
            (self.tree.or(left.node, right.node), [off, both])
        };
        Ok(TypedNode { kind: Kind::Bool, node, implies })
    }

    /// Lowers `surely`: where the condition would end the evaluation for want of a field, it is false.
    fn surely(&mut self, condition: &'l Expr) -> Lowered<Val> {
        let (facts, first) = (self.facts.clone(), self.exits.len());
        let held = self.condition(condition)?;
        self.reachable = true;
        let reached = std::mem::replace(&mut self.facts, facts);
        let mut read = self.tree.truth(true);
        for (leaves, exit) in self.exits.split_off(first) {
            // The rows that lack an earlier field have not left, and do not get here.
            let leaves = self.tree.and(read, leaves);
            if matches!(exit, Exit::Missing(_)) {
                let goes_on = self.tree.not(leaves);
                read = self.tree.and(read, goes_on);
            } else {
                self.exits.push((leaves, exit));
            }
        }
        let node = self.tree.and(read, held.node);
        let [if_true, _] = held.implies;
        let implies = [reached.union(&if_true).cloned().collect(), PresentNeeds::new()];
        Ok(Val::One(TypedNode { kind: Kind::Bool, node, implies }))
    }

    /// Lowers `??`: a direct read without a value gives way to the next choice.
    fn first_of(&mut self, choices: &'l [Expr]) -> Lowered<Val> {
        let Some((choice, rest)) = choices.split_first() else { return Ok(Val::Nothing) };
        let Some((parameter, name)) = direct_read(choice).filter(|_| !rest.is_empty()) else {
            let value = self.expression(choice)?;
            return match value {
                Val::Nothing if !rest.is_empty() => self.first_of(rest),
                value => Ok(value),
            };
        };
        let (need, kind) = self.named(parameter, name, choice.position())?;
        let read = Val::one(kind, self.tree.add(Op::Read(need.clone())));
        if self.facts.contains(&need) {
            return Ok(read);
        }
        let present = self.presence(&need);
        self.branch(&present, |_| Ok(read), |walk| walk.first_of(rest))
    }

    /// Whether a field or threshold has a value. Its truth implies that fact.
    pub(super) fn presence(&mut self, need: &Need) -> TypedNode {
        let node = if self.facts.contains(need) {
            self.tree.truth(true)
        } else {
            let absent = self.tree.add(Op::Absent(need.clone()));
            self.tree.not(absent)
        };
        let implies = [BTreeSet::from([need.clone()]), PresentNeeds::new()];
        TypedNode { kind: Kind::Bool, node, implies }
    }

    /// The read of a field or threshold, and an exit for the rows on which it is missing.
    fn read(&mut self, need: Need, kind: Kind) -> Val {
        if !self.facts.contains(&need) {
            let missing = Exit::Missing(self.need(&need));
            let absent = self.tree.add(Op::Absent(need.clone()));
            self.exit(absent, missing);
            self.facts.insert(need.clone());
        }
        Val::one(kind, self.tree.add(Op::Read(need)))
    }

    pub(super) fn field(&mut self, name: &str, position: Position) -> Lowered<Val> {
        let (need, kind) = self.named("p", name, position)?;
        Ok(self.read(need, kind))
    }

    /// The field or threshold of `p.name` or `t.name`, and its type.
    pub(super) fn named(
        &self,
        parameter: &str,
        name: &str,
        position: Position,
    ) -> Lowered<(Need, Kind)> {
        if parameter == "p" {
            let field = self
                .script
                .readable
                .dictionary
                .field(name)
                .ok_or_else(|| at(position, format!("no field `{name}`")))?;
            let kind = match field.kind {
                FieldKind::Bool => Kind::Bool,
                FieldKind::Int => Kind::Int,
                FieldKind::Float => Kind::Float,
                FieldKind::Text => Kind::Text,
                FieldKind::Date => Kind::Date,
            };
            return Ok((Need::Field(field.name), kind));
        }
        let threshold = self.script.readable.thresholds.get(name);
        let mut kinds =
            threshold.into_iter().flat_map(|threshold| &threshold.values).map(|dated| match dated
                .value
            {
                Value::Int(_) => Some(Kind::Int),
                Value::Float(_) => Some(Kind::Float),
                Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
            });
        let first = kinds.next().flatten();
        let kind = first.filter(|first| kinds.all(|kind| kind == Some(*first)));
        let kind = kind.ok_or_else(|| {
            at(position, format!("`t.{name}` is at times a whole number and at times not"))
        })?;
        Ok((Need::Threshold(name.to_owned()), kind))
    }

    /// Lowers `p.field`, `t.name` and method calls. Arguments are read before the value.
    fn dot(&mut self, expression: &'l Expr) -> Lowered<Val> {
        let position = expression.position();
        if let Some((parameter, name)) = direct_read(expression) {
            let (need, kind) = self.named(parameter, name, position)?;
            return Ok(self.read(need, kind));
        }
        let Expr::Dot(both, flags, _) = expression else {
            return Err(at(position, "this expression is not translated"));
        };
        let mut links = Vec::new();
        let mut careful = flags.intersects(ASTFlags::NEGATED);
        let mut rest = &both.rhs;
        while let Expr::Dot(next, of_link, _) = rest {
            careful |= of_link.intersects(ASTFlags::NEGATED);
            links.push(&next.lhs);
            rest = &next.rhs;
        }
        links.push(rest);
        if careful {
            return Err(at(position, "`?.` is not translated"));
        }
        let mut calls = Vec::new();
        let mut field = None;
        for (place, link) in links.into_iter().enumerate() {
            match link {
                Expr::Property(property, _) if place == 0 => field = Some(property.2.as_str()),
                Expr::MethodCall(call, at_call) => {
                    let mut arguments = Vec::new();
                    for argument in &call.args {
                        arguments.push(self.expression(argument)?);
                    }
                    calls.push((call.name.as_str(), arguments, *at_call));
                }
                _ => return Err(at(position, "this chain is not translated")),
            }
        }
        let mut value = match (field, &both.lhs) {
            (Some(name), Expr::Variable(parameter, ..)) => {
                let (need, kind) = self.named(&parameter.1, name, position)?;
                self.read(need, kind)
            }
            (Some(_), _) => return Err(at(position, "this property is not translated")),
            (None, base) => self.expression(base)?,
        };
        for (name, mut arguments, at_call) in calls {
            arguments.insert(0, value);
            value = self.library(name, &arguments, at_call)?;
        }
        Ok(value)
    }
}
