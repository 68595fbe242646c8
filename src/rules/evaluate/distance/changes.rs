//! The changes of one figure that change a verdict.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rhai::Position;

use super::levers::{Lever, RowFields, may_change};
use super::probe::{ProbeAnswer, RuleProbe};
use super::walk::{LevelTurn, Walk, find};
use super::words;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::distance::{ComparedQuantity, LevelChange, Nearness, VerdictDistance};
use crate::domain::value::{Value, float};
use crate::frame;
use crate::frame::Frames;
use crate::frame::dictionary::{FieldKind, Unit};
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::evaluate::evidence::unit_of;
use crate::rules::evaluate::interpret::CompiledRule;
use crate::rules::evaluate::script_run::{ComparedFigures, EvalContext};
use crate::rules::language::syntax::{NamedExpression, Operand};

/// Most changes that are said in each direction.
const MOST_CHANGES: usize = 4;

impl Catalogue {
    /// What would change the verdicts of rules on a subject. A rule is left out when it does not judge the subject, gives no
    /// level, or has nothing single that decides.
    pub fn distances(
        &self,
        rules: &[RuleId],
        subject: &Subject,
        frames: &Frames,
        as_of: NaiveDate,
    ) -> BTreeMap<RuleId, (Level, VerdictDistance)> {
        let mut tables = BTreeMap::new();
        let thresholds = Arc::new(self.thresholds().at(as_of));
        let mut found = BTreeMap::new();
        for id in rules {
            let Some(compiled) = self.rules.get(id) else { continue };
            let scope = compiled.rule.scope;
            let table = tables.entry(scope).or_insert_with(|| {
                Arc::new(SubjectTable::open(frames.of(scope), scope, self.dictionary()))
            });
            let roll = table.roll(compiled.rule.subjects);
            let place = roll.subjects.binary_search(subject).ok();
            let Some(row) = place.and_then(|place| roll.rows.get(place)) else { continue };
            let context = EvalContext {
                table: Arc::clone(table),
                row: *row,
                changed: Arc::default(),
                thresholds: Arc::clone(&thresholds),
                budget: self.budget.clone(),
            };
            let finder = ChangeFinder { catalogue: self, compiled, context, as_of };
            found.extend(finder.distance(None).map(|distance| (id.clone(), distance)));
        }
        found
    }
}

/// Finds the changes of one verdict.
pub(super) struct ChangeFinder<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) compiled: &'c CompiledRule,
    pub(super) context: EvalContext,
    pub(super) as_of: NaiveDate,
}

impl ChangeFinder<'_> {
    /// The level of now with its changes; only those that make it worse by passing a near limit, when `near` is given.
    pub(super) fn distance(&self, near: Option<&Nearness>) -> Option<(Level, VerdictDistance)> {
        let thresholds = |day: &Value| match day {
            Value::Date(day) => Arc::new(self.catalogue.thresholds().at(*day)),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Arc::clone(&self.context.thresholds)
            }
        };
        let probe = RuleProbe {
            compiled: self.compiled,
            engine: &self.catalogue.engine,
            context: &self.context,
            thresholds: &thresholds,
        };
        let now = probe.now();
        let level = now.level?;
        if let Some(near) = near
            && !now.figures.iter().any(|one| self.is_near(one, near))
        {
            return None;
        }
        let mut distance = VerdictDistance::default();
        let fields = &self.compiled.analysis.fields;
        let (read, row) = (|name: &str| fields.contains(name), |name: &str| probe.cell(name));
        let scope = self.compiled.rule.scope;
        let of_row = RowFields { read: &read, row: &row };
        let levers = Lever::all(self.catalogue.dictionary(), scope, self.as_of, &of_row);
        for lever in levers {
            for direction in [1, -1] {
                let walk = Walk::along((&probe, &now), &lever, level, direction);
                let Some(Walk { worse, better, .. }) = walk else { continue };
                distance.worse.extend(worse.and_then(|turn| self.change(&now, &lever, &turn)));
                let better = better.filter(|turn| near.is_none() && !self.is_over(&lever, turn));
                distance.better.extend(better.and_then(|turn| self.change(&now, &lever, &turn)));
            }
        }
        if let Some(near) = near {
            distance.worse.retain(|one| near.holds_change(one));
        } else {
            self.turn_truths((&probe, level), &mut distance);
        }
        for changes in [&mut distance.worse, &mut distance.better] {
            changes.sort_by(|one, other| remoteness(one).total_cmp(&remoteness(other)));
            changes.truncate(MOST_CHANGES);
        }
        Some((level, distance))
    }

    /// Whether something that the rule compared is near its limit.
    fn is_near(&self, figures: &ComparedFigures, near: &Nearness) -> bool {
        [false, true].into_iter().any(|is_left| {
            self.quantity(figures, is_left).is_some_and(|quantity| near.holds(&quantity))
        })
    }

    fn turn_truths(&self, (probe, level): (&RuleProbe<'_>, Level), distance: &mut VerdictDistance) {
        let dictionary = self.catalogue.dictionary();
        let scope = self.compiled.rule.scope;
        for name in &self.compiled.analysis.fields {
            let truth = dictionary
                .field(name)
                .filter(|field| field.kind == FieldKind::Bool && may_change(field, scope));
            let Some(field) = truth else { continue };
            let Some(Value::Bool(held)) = probe.cell(name) else { continue };
            let Some(reached) = probe.turned(field.name, !held).level else { continue };
            let change = LevelChange {
                level: reached,
                field: field.name.to_owned(),
                label: field.label.to_owned(),
                unit: None,
                from: Value::Bool(held),
                to: Value::Bool(!held),
                change: None,
                compared: None,
                words: words::turned(field.label, !held, (level, reached)),
            };
            if reached > level {
                distance.worse.push(change);
            } else if reached < level {
                distance.better.push(change);
            }
        }
    }

    fn change(&self, now: &ProbeAnswer, lever: &Lever, turn: &LevelTurn) -> Option<LevelChange> {
        let field = lever.field;
        let (from, to) = (lever.cell(lever.from)?, lever.cell(turn.value)?);
        let compared =
            turn.crossed.and_then(|position| self.compared(now, lever, position, turn.value));
        let worded = words::WordedChange {
            field,
            is_time: lever.is_time(),
            from: &from,
            to: &to,
            levels: (now.level?, turn.level),
            end: self.end_at(lever, &to),
            compared: compared.as_ref(),
        };
        Some(LevelChange {
            level: turn.level,
            words: worded.in_words(),
            field: field.name.to_owned(),
            label: field.label.to_owned(),
            unit: (field.unit != Unit::None).then(|| field.unit.as_str().to_owned()),
            change: Some(turn.value - lever.from),
            from,
            to,
            compared,
        })
    }

    /// Whether a change supposes that a project ended before the evaluation.
    fn is_over(&self, lever: &Lever, turn: &LevelTurn) -> bool {
        let end = lever.cell(turn.value).and_then(|to| self.end_at(lever, &to));
        end.is_some_and(|end| end < self.as_of)
    }

    /// The end that a duration gives.
    fn end_at(&self, lever: &Lever, to: &Value) -> Option<NaiveDate> {
        let row = |field: &str| self.context.table.get(field, self.context.row).ok().flatten();
        let changed = frame::changed(lever.field.name, to.clone(), &row);
        match changed.get("forecast_end_on").filter(|_| lever.field.kind != FieldKind::Date)? {
            Value::Date(end) => Some(*end),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => None,
        }
    }

    /// What was compared now where the change decides.
    fn compared(
        &self,
        now: &ProbeAnswer,
        lever: &Lever,
        position: Position,
        value: f64,
    ) -> Option<ComparedQuantity> {
        let figures = find(&now.figures, position)?;
        let operands = self.compiled.analysis.operands_at(position);
        let is_limit = |operand: Option<&Operand>| {
            operand.is_some_and(|operand| {
                matches!(
                    operand.named,
                    NamedExpression::Threshold { .. } | NamedExpression::Literal
                )
            })
        };
        let then = || {
            let thresholds = |_: &Value| Arc::clone(&self.context.thresholds);
            let probe = RuleProbe {
                compiled: self.compiled,
                engine: &self.catalogue.engine,
                context: &self.context,
                thresholds: &thresholds,
            };
            probe.with(lever, value)
        };
        let then = then()?;
        let there = find(&then.figures, position)?;
        let is_left_limit = if is_limit(operands.get(1)) {
            false
        } else {
            is_limit(operands.first())
                || (is_still(there.left, figures.left) && !is_still(there.right, figures.right))
        };
        let mut quantity = self.quantity(figures, is_left_limit)?;
        if lever.is_count() {
            // A count of one is not near a limit of one: it takes a whole unit more to pass it.
            let moved = (there.left - there.right) - (figures.left - figures.right);
            quantity.gap = moved.abs();
        }
        Some(quantity)
    }

    /// What was compared, and its limit: the right side, or the left one.
    fn quantity(&self, figures: &ComparedFigures, is_left_limit: bool) -> Option<ComparedQuantity> {
        if figures.are_dates {
            return None;
        }
        let operands = self.compiled.analysis.operands_at(figures.position);
        let (left, right) = ((operands.first()?, figures.left), (operands.get(1)?, figures.right));
        let ((quantity, value), (bound, limit)) =
            if is_left_limit { (right, left) } else { (left, right) };
        let units = [unit_of(quantity), unit_of(bound)];
        let unit = units.into_iter().find(|unit| *unit != Unit::None).unwrap_or(Unit::None);
        Some(ComparedQuantity {
            label: words::of_operand(quantity, self.catalogue.dictionary()),
            unit: (unit != Unit::None).then(|| unit.as_str().to_owned()),
            value,
            limit,
            limit_label: match &bound.named {
                NamedExpression::Threshold { label, .. } => Some(label.clone()),
                NamedExpression::Field { .. }
                | NamedExpression::Editions { .. }
                | NamedExpression::Literal
                | NamedExpression::Expression => None,
            },
            is_rate: matches!(unit, Unit::Ratio | Unit::Points),
            gap: (value - limit).abs(),
        })
    }
}

/// Whether a side of a comparison did not move.
fn is_still(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}

/// How far a change is, to put the nearest first: as a share of the limit, or of the figure itself.
fn remoteness(change: &LevelChange) -> f64 {
    let figure = |value: &Value| match value {
        Value::Float(figure) => Some(*figure),
        Value::Int(count) => Some(float(*count)),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
    };
    let own = || {
        let from = figure(&change.from).filter(|from| *from != 0.0)?;
        Some((change.change? / from).abs())
    };
    let of_limit = change.compared.as_ref().and_then(ComparedQuantity::share);
    of_limit.or_else(own).unwrap_or(f64::MAX)
}
