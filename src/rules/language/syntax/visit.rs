//! Visits the statements of one function.

use std::collections::BTreeSet;

use rhai::{ASTFlags, Expr, Position, Stmt, StmtBlock};

use super::analysis::{Analysis, CheckContext};
use super::doubts;
use super::doubts::Doubt;
use super::functions::ScriptFunction;
use super::names::{LEVELS, PARAMETERS};
use super::print::{Operand, direct_read};
use super::tokens::Tokens;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::FieldKind;
use crate::rules::catalogue::fault::RuleFault;

pub(super) struct Visitor<'v> {
    pub(super) context: CheckContext<'v>,
    pub(super) functions: &'v [ScriptFunction],
    tokens: &'v Tokens,
    /// Variables in scope, innermost last.
    variables: Vec<String>,
    analysis: Analysis,
    pub(super) faults: Vec<RuleFault>,
}

impl<'v> Visitor<'v> {
    pub(super) fn new(
        context: CheckContext<'v>,
        functions: &'v [ScriptFunction],
        function: &'v ScriptFunction,
        tokens: &'v Tokens,
    ) -> Self {
        // The `p` of a closure is an element of a list, not the subject.
        let is_closure = function.name.starts_with("anon$");
        let reaches = |name: &str| !(is_closure && PARAMETERS.contains(&name));
        Self {
            context,
            functions,
            tokens,
            variables: function.parameters.iter().filter(|name| reaches(name)).cloned().collect(),
            analysis: Analysis::default(),
            faults: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Analysis, Vec<RuleFault>) {
        (self.analysis, self.faults)
    }

    pub(super) fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Noop(_) | Stmt::Share(_) | Stmt::BreakLoop(None, ..) => {}
            Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.doubt(doubts::of_condition(&flow.expr, self.context.readable.dictionary));
                self.expression(&flow.expr);
                self.block(&flow.body);
                self.block(&flow.branch);
            }
            Stmt::Switch(both, position) => {
                self.switch(&both.0, *position);
                for case in &both.1.expressions {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs);
                }
            }
            Stmt::For(parts, position) => {
                let (variable, counter, flow) = &**parts;
                self.expression(&flow.expr);
                let in_scope = self.variables.len();
                for name in counter.iter().chain([variable]) {
                    self.declare(&name.name, *position);
                }
                self.block(&flow.body);
                self.variables.truncate(in_scope);
            }
            Stmt::Var(parts, _, position) => {
                self.expression(&parts.1);
                self.declare(&parts.0.name, *position);
            }
            Stmt::Assignment(parts) => {
                self.assignment(&parts.1.lhs);
                self.expression(&parts.1.rhs);
                let sides = [&parts.1.lhs, &parts.1.rhs];
                self.record_operands(&sides, parts.0.position());
            }
            Stmt::FnCall(call, position) => self.call(call, *position),
            Stmt::Block(block) => self.block(block),
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::Return(value, flags, position) => {
                if flags.intersects(ASTFlags::BREAK) {
                    self.fault(*position, "a rule may not `throw`: it returns a level");
                }
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            Stmt::BreakLoop(Some(value), ..) => self.expression(value),
            Stmt::TryCatch(_, position) => {
                self.fault(*position, "a rule may not `try`: missing data must be seen");
            }
            _ => self.fault(statement.position(), "a rule may not import or export"),
        }
    }

    fn block(&mut self, block: &StmtBlock) {
        let in_scope = self.variables.len();
        for statement in block.statements() {
            self.statement(statement);
        }
        self.variables.truncate(in_scope);
    }

    pub(super) fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                parts.iter().for_each(|part| self.expression(part));
            }
            Expr::Map(parts, _) => parts.0.iter().for_each(|(_, value)| self.expression(value)),
            Expr::Variable(variable, _, position) => self.variable(&variable.1, *position),
            Expr::ThisPtr(position) => self.fault(*position, "a rule has no `this`"),
            Expr::Stmt(block) => self.block(block),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::MethodCall(..) | Expr::Property(..) => self.chain(expression),
            Expr::Dot(both, flags, _) => self.dot(&both.lhs, &both.rhs, *flags),
            Expr::Index(both, ..) => {
                if let Some(name) = self.parameter(&both.lhs) {
                    let message = format!("`{name}[…]`: write `{name}.` and a name");
                    self.fault(both.lhs.position(), message);
                } else {
                    self.expression(&both.lhs);
                }
                self.expression(&both.rhs);
            }
            Expr::And(all, _) | Expr::Or(all, _) => {
                for one in all.iter() {
                    self.doubt(doubts::of_condition(one, self.context.readable.dictionary));
                    self.expression(one);
                }
            }
            Expr::Coalesce(choices, _) => {
                if let Some((_, preferred)) = choices.split_last() {
                    for choice in preferred {
                        self.tolerate(choice);
                    }
                }
                choices.iter().for_each(|choice| self.expression(choice));
            }
            Expr::Custom(custom, _) => {
                for condition in &custom.inputs {
                    self.doubt(doubts::of_condition(condition, self.context.readable.dictionary));
                    self.expression(condition);
                }
            }
            _ => {}
        }
    }

    /// `p.field`, `t.name`, or any other expression with a dot.
    fn dot(&mut self, left: &Expr, right: &Expr, flags: ASTFlags) {
        let Some(parameter) = self.parameter(left) else {
            self.expression(left);
            return self.chain(right);
        };
        if flags.intersects(ASTFlags::NEGATED) {
            let message =
                format!("`{parameter}?.`: write `{parameter}.` and, if it may be missing, `??`");
            self.fault(left.position(), message);
        }
        let first = match right {
            Expr::Dot(both, ..) | Expr::Index(both, ..) => &both.lhs,
            _ => right,
        };
        match first {
            Expr::Property(property, position) if parameter == "p" => {
                self.field(&property.2, *position);
            }
            Expr::Property(property, position) => self.threshold(&property.2, *position),
            _ => self.fault(left.position(), bare(&parameter)),
        }
        self.chain(right);
    }

    /// What follows a dot: properties are names, not variables.
    fn chain(&mut self, link: &Expr) {
        match link {
            Expr::Property(..) => {}
            Expr::MethodCall(call, position) => self.method(call, *position),
            Expr::Dot(both, ..) => {
                self.chain(&both.lhs);
                self.chain(&both.rhs);
            }
            Expr::Index(both, ..) => {
                self.chain(&both.lhs);
                self.expression(&both.rhs);
            }
            _ => self.expression(link),
        }
    }

    fn field(&mut self, name: &str, position: Position) {
        let scope = self.context.scope;
        let of_scope = self.context.readable.dictionary.fields_of(scope);
        match self.context.readable.dictionary.field(name) {
            Some(field) if field.scopes.contains(&scope) => {
                self.analysis.fields.insert(field.name);
            }
            Some(field) => {
                let others: Vec<_> = field.scopes.iter().map(|&other| plural(other)).collect();
                let message = format!(
                    "`p.{name}` is a field of {}, this rule judges {}",
                    others.join(" and "),
                    plural(scope)
                );
                self.fault(position, message);
            }
            None => {
                let message = format!("`p.{name}` is no field of {}", plural(scope));
                let fault = RuleFault::new(self.context.file, position, message);
                self.faults.push(fault.resembling(name, of_scope.map(|field| field.name)));
            }
        }
    }

    fn threshold(&mut self, name: &str, position: Position) {
        let thresholds = self.context.readable.thresholds;
        if thresholds.get(name).is_some() {
            self.analysis.thresholds.insert(name.to_owned());
            return;
        }
        let message = format!("`t.{name}` is no threshold of thresholds.toml");
        let fault = RuleFault::new(self.context.file, position, message);
        self.faults.push(fault.resembling(name, thresholds.names()));
    }

    fn variable(&mut self, name: &str, position: Position) {
        let level = LEVELS.iter().find(|(level, _)| *level == name);
        self.analysis.levels.extend(level.map(|(_, level)| *level));
        if PARAMETERS.contains(&name) && self.in_scope(name) {
            self.fault(position, bare(name));
        } else if PARAMETERS.contains(&name) {
            let message = format!(
                "`{name}` is out of reach: take it as a parameter, or, in a closure, read it before"
            );
            self.fault(position, message);
        } else if level.is_none() && !self.in_scope(name) {
            let fault =
                RuleFault::new(self.context.file, position, format!("`{name}` is not defined"));
            let known = self.variables.iter().map(String::as_str);
            let known = known.chain(LEVELS.map(|(word, _)| word));
            let fault = fault.resembling(name, known);
            self.faults.push(fault);
        }
    }

    fn declare(&mut self, name: &str, position: Position) {
        if PARAMETERS.contains(&name) || LEVELS.iter().any(|(level, _)| *level == name) {
            self.fault(position, format!("`{name}` already has a meaning, name it otherwise"));
        }
        self.variables.push(name.to_owned());
    }

    fn assignment(&mut self, target: &Expr) {
        let read = match target {
            Expr::Dot(both, ..) => self.parameter(&both.lhs),
            _ => None,
        };
        match read {
            Some(name) => {
                let message = format!("`{name}` is only read, a rule changes nothing");
                self.fault(target.start_position(), message);
            }
            None => self.expression(target),
        }
    }

    /// A `switch` does not fail when types differ, so the type of its value must be known here.
    fn switch(&mut self, value: &Expr, position: Position) {
        self.expression(value);
        let field = match direct_read(value) {
            Some(("p", name)) => self.context.readable.dictionary.field(name),
            _ => None,
        };
        let kind = field.map(|field| field.kind);
        let Some(kind @ (FieldKind::Text | FieldKind::Int | FieldKind::Bool)) = kind else {
            let message =
                "`switch` takes a field of text, whole numbers or booleans, `switch p.phase`";
            return self.fault(position, message);
        };
        for (literal, place) in self.tokens.unlike_cases(position, kind) {
            let message = format!("the case `{literal}` can never equal {}", kind_word(kind));
            self.fault(place, message);
        }
    }

    pub(super) fn tolerate(&mut self, expression: &Expr) {
        if direct_read(expression).is_some() {
            self.analysis.tolerant.extend(place_of_read(expression));
        }
    }

    pub(super) fn known_fields(&self) -> BTreeSet<&'static str> {
        self.analysis.fields.clone()
    }

    pub(super) fn read_only(&mut self, fields: BTreeSet<&'static str>) {
        self.analysis.fields = fields;
    }

    /// Records that `expression` reads `field` and not the field it names.
    pub(super) fn redirect(&mut self, expression: &Expr, field: &'static str) {
        self.analysis.fields.insert(field);
        let place = place_of_read(expression);
        self.analysis.redirected.extend(place.map(|place| (place, field)));
    }

    /// Records that the call at a position reads `field` for the past of another, and `others` too.
    pub(super) fn record_past(
        &mut self,
        call: Position,
        field: &'static str,
        others: &[&'static str],
    ) {
        self.analysis.pasts.insert(call, field);
        self.analysis.fields.extend(others);
    }

    pub(super) fn record_operands(&mut self, operands: &[&Expr], position: Position) {
        let operands =
            operands.iter().map(|operand| Operand::of(operand, self.context.readable)).collect();
        self.analysis.operands.insert(position, operands);
    }

    /// `p` or `t`, if the expression is just that and the function has such a parameter.
    pub(super) fn parameter(&self, expression: &Expr) -> Option<String> {
        let Expr::Variable(variable, ..) = expression else { return None };
        let name = variable.1.as_str();
        (PARAMETERS.contains(&name) && self.in_scope(name)).then(|| name.to_owned())
    }

    fn in_scope(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable == name)
    }

    pub(super) fn doubt(&mut self, doubt: Option<Doubt>) {
        self.analysis.doubts.extend(doubt);
    }

    pub(super) fn fault(&mut self, position: Position, message: impl Into<String>) {
        self.faults.push(RuleFault::new(self.context.file, position, message));
    }
}

/// The position of a direct read, also within `previous(…)`.
fn place_of_read(expression: &Expr) -> Option<Position> {
    match expression {
        Expr::Dot(both, ..) => Some(both.rhs.position()),
        Expr::FnCall(call, _) => call.args.first().and_then(place_of_read),
        _ => None,
    }
}

fn bare(name: &str) -> String {
    match name {
        "p" => "`p` is only read as `p.field`, or passed on as `p` to a function of the rule"
            .to_owned(),
        _ => {
            "`t` is only read as `t.name`, or passed on as `t` to a function of the rule".to_owned()
        }
    }
}

fn plural(scope: SubjectKind) -> &'static str {
    match scope {
        SubjectKind::Project => "projects",
        SubjectKind::Ministry => "ministries",
        SubjectKind::Portfolio => "the portfolio",
    }
}

fn kind_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "a boolean",
        FieldKind::Int => "a whole number",
        FieldKind::Float => "a number",
        FieldKind::Text => "text",
        FieldKind::Date => "a date",
    }
}
