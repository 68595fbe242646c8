//! Emits the shared expressions as Polars expressions. An expression used several times becomes a
//! column, computed once; columns that depend on others come in a later stage.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is done as all the rest")]

use polars::prelude::{DataType, Expr, NamedFrom as _, Scalar, Series, col, lit, when};

use super::ir::{Constant, Need, Node, Op, TextTest, Tree};
use super::{fold, kernels, outcome_code};
use crate::rules::language::library::{add_days, add_months};
use crate::rules::language::operators::{Comparator, Operation};

/// Two operands up to `ADDENDS` add up without overflow; two up to `FACTORS` multiply without
/// overflow.
const ADDENDS: i64 = 1 << 62;
const FACTORS: i64 = 1 << 31;

/// The wanted nodes as Polars expressions.
#[derive(Debug, Default)]
pub(super) struct Emitted {
    /// Columns to compute before the expressions; each stage reads the columns of the previous
    /// ones.
    pub(super) stages: Vec<Vec<Expr>>,
    nodes: Vec<Option<StagedExpr>>,
}

/// An expression, and the first stage in which it can be computed.
#[derive(Clone, Debug)]
struct StagedExpr {
    expr: Expr,
    stage: usize,
}

impl Emitted {
    pub(super) fn of(tree: &Tree, wanted: impl Iterator<Item = Node>) -> Self {
        let counts = uses(tree, wanted);
        let mut emitted = Self { stages: Vec::new(), nodes: Vec::with_capacity(tree.len()) };
        for ((node, op), uses) in tree.nodes().zip(counts) {
            let ready = (uses > 0).then(|| emitted.ready(tree, node, op, uses));
            emitted.nodes.push(ready);
        }
        emitted
    }

    pub(super) fn expr(&self, node: Node) -> Expr {
        self.at(node).map_or_else(|| lit(false), |ready| ready.expr.clone())
    }

    fn at(&self, node: Node) -> Option<&StagedExpr> {
        self.nodes.get(node.index()).and_then(Option::as_ref)
    }

    fn ready(&mut self, tree: &Tree, node: Node, op: &Op, uses: usize) -> StagedExpr {
        let parts = op.parts();
        let stage = parts.iter().filter_map(|part| Some(self.at(*part)?.stage)).max();
        let stage = stage.unwrap_or_default();
        let expr = match op {
            Op::Constant(constant) => literal(constant),
            Op::Read(Need::Field(name)) => col(*name),
            Op::Absent(Need::Field(name)) => col(*name).is_null(),
            _ => {
                let exprs: Vec<Expr> = parts.iter().map(|part| self.expr(*part)).collect();
                let known: Vec<Option<&Constant>> =
                    parts.iter().map(|part| tree.known(*part)).collect();
                vary(op, &exprs, &known)
            }
        };
        if uses == 1 || matches!(op, Op::Constant(_) | Op::Read(_)) {
            return StagedExpr { expr, stage };
        }
        // `#` occurs in no field name.
        let name = format!("#{}", node.index());
        while self.stages.len() <= stage {
            self.stages.push(Vec::new());
        }
        if let Some(columns) = self.stages.get_mut(stage) {
            columns.push(expr.alias(name.as_str()));
        }
        StagedExpr { expr: col(name), stage: stage + 1 }
    }
}

/// How often each node is read, once shared nodes are columns.
fn uses(tree: &Tree, wanted: impl Iterator<Item = Node>) -> Vec<usize> {
    let mut uses = vec![0_usize; tree.len()];
    let add = |counts: &mut Vec<usize>, node: Node, more: usize| {
        if let Some(count) = counts.get_mut(node.index()) {
            *count += more;
        }
    };
    for node in wanted {
        add(&mut uses, node, 1);
    }
    for (node, op) in tree.nodes().rev() {
        if uses.get(node.index()).is_some_and(|count| *count > 0) {
            // The expressions of these two read their operands twice.
            let reads = if matches!(op, Op::Inexact(_) | Op::MayOverflow(..)) { 2 } else { 1 };
            for part in op.parts() {
                add(&mut uses, part, reads);
            }
        }
    }
    uses
}

fn literal(constant: &Constant) -> Expr {
    match constant {
        Constant::Bool(held) => lit(*held),
        Constant::Int(count) => fixed(*count),
        Constant::Float(figure) => fixed(figure.get()),
        Constant::Text(text) => lit(text.clone()),
        Constant::Level(level) => fixed(outcome_code::of_level(*level)),
    }
}

/// A literal with its exact type, which Polars need not cast.
fn fixed(value: impl Into<Scalar>) -> Expr {
    let scalar: Scalar = value.into();
    lit(scalar)
}

/// The expression of an operation with at least one operand that varies with the row.
fn vary(op: &Op, parts: &[Expr], known: &[Option<&Constant>]) -> Expr {
    match (op, parts) {
        (Op::Not(_), [one]) => one.clone().not(),
        (Op::And(..), [one, other]) => one.clone().and(other.clone()),
        (Op::Or(..), [one, other]) => one.clone().or(other.clone()),
        (Op::Select(..), [condition, held, otherwise]) => {
            when(condition.clone()).then(held.clone()).otherwise(otherwise.clone())
        }
        (Op::Compare(comparator, ..), [left, right]) => compared(*comparator, left, right, known),
        (Op::Among(_, texts), [one]) => {
            let list = Series::new("".into(), texts).implode();
            match list {
                Ok(list) => one.clone().is_in(lit(Series::from(list)), false),
                Err(_) => one.clone().eq(lit(texts.first().cloned().unwrap_or_default())),
            }
        }
        (Op::OfInts(operation, ..), [left, right]) => {
            calculate(*operation, left.clone(), right.clone(), kernels::remainder)
        }
        (Op::OfFloats(operation, ..), [left, right]) => {
            let operation = *operation;
            calculate(operation, left.clone(), right.clone(), move |left, right| {
                kernels::of_floats(operation, left, right)
            })
        }
        (Op::ToFloat(_), [one]) => one.clone().cast(DataType::Float64),
        (Op::Absolute(_), [one]) => one.clone().abs(),
        (Op::Round(_, places), [one]) => kernels::round(one.clone(), *places),
        (Op::Days(..), [from, to]) => day_number(to.clone()) - day_number(from.clone()),
        (Op::Months(..), [from, to]) => month_number(to.clone()) - month_number(from.clone()),
        (Op::AddDays(..), [date, count]) => kernels::shifted(date.clone(), count.clone(), add_days),
        (Op::AddMonths(..), [date, count]) => {
            kernels::shifted(date.clone(), count.clone(), add_months)
        }
        (Op::IsNull(_), [one]) => one.clone().is_null(),
        (Op::CountAbove(..), [figures, limit]) => {
            kernels::count_above(figures.clone(), limit.clone())
        }
        (Op::CountSince(..), [days, since]) => kernels::count_since(days.clone(), since.clone()),
        (Op::CountAboveSince(..), [figures, editions, limit, since]) => {
            kernels::count_above_since(figures.clone(), &[editions, limit, since].map(Expr::clone))
        }
        (Op::Year(_), [date]) => date.clone().dt().year().cast(DataType::Int64),
        (Op::Text(test, ..), [whole, part]) => {
            let part_is_known = matches!(known, [_, Some(_)]);
            text_test(*test, whole, part, part_is_known)
        }
        (Op::Lower(_), [one]) => kernels::lower(one.clone()),
        (Op::Length(_), [one]) => one.clone().str().len_chars().cast(DataType::Int64),
        (Op::NotFinite(_), [one]) => one.clone().is_finite().not(),
        (Op::Inexact(_), [one]) => {
            let (one, other) = (one.clone(), one.clone());
            one.gt_eq(fixed(fold::EXACT)).or(other.lt_eq(fixed(-fold::EXACT)))
        }
        (Op::MayOverflow(operation, ..), [left, right]) => may_overflow(*operation, left, right),
        _ => lit(false),
    }
}

fn compared(
    comparator: Comparator,
    left: &Expr,
    right: &Expr,
    known: &[Option<&Constant>],
) -> Expr {
    let against = |one: &Expr, how: Comparator, limit: &Constant| match limit {
        Constant::Float(limit) => Some(kernels::against_float(one.clone(), how, limit.get())),
        Constant::Int(limit) => Some(kernels::against_int(one.clone(), how, *limit)),
        Constant::Bool(_) | Constant::Text(_) | Constant::Level(_) => None,
    };
    let fast = match known {
        [None, Some(limit)] => against(left, comparator, limit),
        [Some(limit), None] => against(right, mirrored(comparator), limit),
        _ => None,
    };
    fast.unwrap_or_else(|| compare(comparator, left.clone(), right.clone()))
}

fn compare(comparator: Comparator, left: Expr, right: Expr) -> Expr {
    match comparator {
        Comparator::Equal => left.eq(right),
        Comparator::Different => left.neq(right),
        Comparator::Less => left.lt(right),
        Comparator::AtMost => left.lt_eq(right),
        Comparator::More => left.gt(right),
        Comparator::AtLeast => left.gt_eq(right),
    }
}

/// The comparison that holds when both sides are exchanged.
fn mirrored(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Equal => Comparator::Equal,
        Comparator::Different => Comparator::Different,
        Comparator::Less => Comparator::More,
        Comparator::AtMost => Comparator::AtLeast,
        Comparator::More => Comparator::Less,
        Comparator::AtLeast => Comparator::AtMost,
    }
}

fn calculate(
    operation: Operation,
    left: Expr,
    right: Expr,
    own: impl FnOnce(Expr, Expr) -> Expr,
) -> Expr {
    match operation {
        Operation::Add => left + right,
        Operation::Subtract => left - right,
        Operation::Multiply => left * right,
        Operation::Divide => left / right,
        Operation::Remainder | Operation::Power => own(left, right),
    }
}

fn may_overflow(operation: Operation, left: &Expr, right: &Expr) -> Expr {
    let beyond =
        |one: &Expr, bound: i64| one.clone().gt(fixed(bound)).or(one.clone().lt(fixed(-bound)));
    match operation {
        Operation::Add | Operation::Subtract => beyond(left, ADDENDS).or(beyond(right, ADDENDS)),
        Operation::Multiply => beyond(left, FACTORS).or(beyond(right, FACTORS)),
        Operation::Remainder => right.clone().eq(fixed(0_i64)).or(right.clone().eq(fixed(-1_i64))),
        Operation::Divide | Operation::Power => lit(true),
    }
}

fn text_test(test: TextTest, whole: &Expr, part: &Expr, part_is_known: bool) -> Expr {
    let (whole, part) = (whole.clone(), part.clone());
    match test {
        TextTest::StartsWith if part_is_known => whole.str().starts_with(part),
        TextTest::EndsWith if part_is_known => whole.str().ends_with(part),
        _ => kernels::text_test(test, whole, part),
    }
}

fn day_number(date: Expr) -> Expr {
    date.cast(DataType::Int32).cast(DataType::Int64)
}

fn month_number(date: Expr) -> Expr {
    let year = date.clone().dt().year().cast(DataType::Int64);
    year * fixed(12_i64) + date.dt().month().cast(DataType::Int64)
}
