//! From the typed form to Polars, with what is known of the frame and the date: thresholds are
//! numbers, fields of which no value is missing are never missed, and what cannot overflow on these
//! columns is not watched.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is done as all the rest")]

use std::collections::BTreeMap;

use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::NamedFrom as _;
use polars::prelude::Scalar;
use polars::prelude::Series;
use polars::prelude::col;
use polars::prelude::lit;
use polars::prelude::when;

use super::code;
use super::fold;
use super::gauge::Gauges;
use super::gauge::Nulls;
use super::kernels;
use super::tree::Constant;
use super::tree::Exit;
use super::tree::Figure;
use super::tree::Need;
use super::tree::Node;
use super::tree::Op;
use super::tree::Operation;
use super::tree::TextTest;
use super::tree::Tree;
use crate::domain::value::Value;
use crate::rules::library::add_days;
use crate::rules::library::add_months;
use crate::rules::operators::Comparator;
use crate::rules::thresholds::Thresholds;

/// Operands up to here add up to a whole number; so do products of factors up to its root.
const ADDENDS: i64 = 1 << 62;
const FACTORS: i64 = 1 << 31;

/// A value of a tree on a frame.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Known(Constant),
    Varies(Expr),
}

pub(super) struct Emitter<'e> {
    pub(super) tree: &'e Tree,
    pub(super) thresholds: &'e BTreeMap<String, Value>,
    /// With those that are not in force: they have a type all the same.
    pub(super) all_thresholds: &'e Thresholds,
    pub(super) gauges: &'e Gauges,
    pieces: Vec<Option<Piece>>,
}

impl<'e> Emitter<'e> {
    pub(super) fn new(
        tree: &'e Tree,
        thresholds: &'e BTreeMap<String, Value>,
        all_thresholds: &'e Thresholds,
        gauges: &'e Gauges,
    ) -> Self {
        Self { tree, thresholds, all_thresholds, gauges, pieces: vec![None; tree.len()] }
    }

    /// The code of the first exit whose condition holds.
    pub(super) fn ladder(&mut self, exits: &[(Node, Exit)]) -> Piece {
        let mut rungs: Vec<(Expr, Piece)> = Vec::new();
        let mut end = Piece::Known(Constant::Int(code::ASK.into()));
        for (condition, exit) in exits {
            let code = self.code(*exit);
            match self.piece(*condition) {
                Piece::Known(Constant::Bool(true)) => {
                    end = code;
                    break;
                }
                Piece::Known(_) => {}
                Piece::Varies(condition) => match (rungs.last_mut(), &code) {
                    (Some((before, Piece::Known(same))), Piece::Known(known)) if same == known => {
                        *before = before.clone().or(condition);
                    }
                    _ => rungs.push((condition, code)),
                },
            }
        }
        rungs.into_iter().rev().fold(end, |after, (condition, code)| {
            Piece::Varies(when(condition).then(as_code(&code)).otherwise(as_code(&after)))
        })
    }

    fn code(&mut self, exit: Exit) -> Piece {
        match exit {
            Exit::Level(node) => {
                let piece = self.piece(node);
                if let Piece::Known(Constant::Level(level)) = piece {
                    return Piece::Known(Constant::Int(code::of_level(level).into()));
                }
                piece
            }
            Exit::Missing(place) => Piece::Known(Constant::Int(code::of_missing(place).into())),
            Exit::Ask => Piece::Known(Constant::Int(code::ASK.into())),
        }
    }

    pub(super) fn piece(&mut self, node: Node) -> Piece {
        if let Some(Some(piece)) = self.pieces.get(node.index()) {
            return piece.clone();
        }
        let piece = self.work_out(node);
        if let Some(kept) = self.pieces.get_mut(node.index()) {
            *kept = Some(piece.clone());
        }
        piece
    }

    fn work_out(&mut self, node: Node) -> Piece {
        let tree = self.tree;
        let Some(op) = tree.op(node) else { return truth(false) };
        match op {
            Op::Constant(constant) => Piece::Known(constant.clone()),
            Op::Read(need) => self.read(need),
            Op::Absent(need) => self.absent(need),
            Op::Not(one) => match self.piece(*one) {
                Piece::Known(constant) => truth(constant == Constant::Bool(false)),
                Piece::Varies(one) => Piece::Varies(one.not()),
            },
            Op::And(left, right) => self.junction(*left, *right, false),
            Op::Or(left, right) => self.junction(*left, *right, true),
            Op::Select(condition, held, otherwise) => match self.piece(*condition) {
                Piece::Known(Constant::Bool(true)) => self.piece(*held),
                Piece::Known(_) => self.piece(*otherwise),
                Piece::Varies(condition) => {
                    let (held, otherwise) = (self.expr(*held), self.expr(*otherwise));
                    Piece::Varies(when(condition).then(held).otherwise(otherwise))
                }
            },
            Op::NotFinite(one) if self.is_finite(*one) => truth(false),
            Op::Inexact(one) if self.is_exact(*one) => truth(false),
            Op::MayOverflow(operation, left, right)
                if *operation != Operation::Remainder
                    && self.is_bounded(*operation, *left, *right) =>
            {
                truth(false)
            }
            _ => self.plain(op),
        }
    }

    /// An operation that is the same whatever its parts.
    fn plain(&mut self, op: &Op) -> Piece {
        let pieces: Vec<Piece> = op.parts().iter().map(|part| self.piece(*part)).collect();
        let known: Option<Vec<&Constant>> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Known(constant) => Some(constant),
                Piece::Varies(_) => None,
            })
            .collect();
        match known.and_then(|known| fold::fold(op, &known)) {
            Some(constant) => Piece::Known(constant),
            None => Piece::Varies(vary(op, &pieces)),
        }
    }

    fn expr(&mut self, node: Node) -> Expr {
        expr(&self.piece(node))
    }

    fn read(&self, need: &Need) -> Piece {
        match need {
            Need::Field(name) => Piece::Varies(col(*name)),
            Need::Threshold(name) => {
                let other = || Some(&self.all_thresholds.get(name)?.values.first()?.value);
                match self.thresholds.get(name).or_else(other) {
                    Some(Value::Int(count)) => Piece::Known(Constant::Int(*count)),
                    Some(Value::Float(figure)) => {
                        Piece::Known(Constant::Float(Figure::of(*figure)))
                    }
                    _ => Piece::Known(Constant::Int(0)),
                }
            }
        }
    }

    fn absent(&self, need: &Need) -> Piece {
        match need {
            Need::Field(name) => match self.gauges.of(name).map(|gauge| gauge.nulls) {
                Some(Nulls::None) => truth(false),
                Some(Nulls::All) => truth(true),
                Some(Nulls::Some) | None => Piece::Varies(col(*name).is_null()),
            },
            Need::Threshold(name) => truth(!self.thresholds.contains_key(name)),
        }
    }

    /// `and`, of which false decides, or `or`, of which true does.
    fn junction(&mut self, left: Node, right: Node, decides: bool) -> Piece {
        let one = self.piece(left);
        if matches!(&one, Piece::Known(constant) if *constant == Constant::Bool(decides)) {
            return one;
        }
        let other = self.piece(right);
        match (one, other) {
            (Piece::Known(_), other) => other,
            (one, Piece::Known(constant)) => {
                if constant == Constant::Bool(decides) {
                    truth(decides)
                } else {
                    one
                }
            }
            (Piece::Varies(one), Piece::Varies(other)) => {
                Piece::Varies(if decides { one.or(other) } else { one.and(other) })
            }
        }
    }

    fn is_bounded(&self, operation: Operation, left: Node, right: Node) -> bool {
        let (Some(left), Some(right)) = (self.range(left), self.range(right)) else {
            return false;
        };
        super::ranges::is_whole(operation, left, right)
    }
}

fn truth(held: bool) -> Piece {
    Piece::Known(Constant::Bool(held))
}

fn as_code(piece: &Piece) -> Expr {
    if let Piece::Known(Constant::Int(count)) = piece {
        return lit(Scalar::from(i8::try_from(*count).unwrap_or(code::ASK)));
    }
    expr(piece)
}

pub(super) fn expr(piece: &Piece) -> Expr {
    match piece {
        Piece::Varies(expr) => expr.clone(),
        Piece::Known(Constant::Bool(held)) => lit(*held),
        Piece::Known(Constant::Int(count)) => lit(*count).cast(DataType::Int64),
        Piece::Known(Constant::Float(figure)) => lit(figure.get()),
        Piece::Known(Constant::Text(text)) => lit(text.clone()),
        Piece::Known(Constant::Level(level)) => lit(Scalar::from(code::of_level(*level))),
    }
}

/// An operation of which a part varies with the row.
fn vary(op: &Op, pieces: &[Piece]) -> Expr {
    let parts: Vec<Expr> = pieces.iter().map(expr).collect();
    match (op, parts.as_slice()) {
        (Op::Compare(comparator, ..), [left, right]) => {
            compare(*comparator, left.clone(), right.clone())
        }
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
        (Op::Void(_), [one]) => one.clone().is_null(),
        (Op::CountAbove(..), [figures, limit]) => {
            kernels::count_above(figures.clone(), limit.clone())
        }
        (Op::Text(test, ..), [whole, part]) => text_test(*test, whole, part, pieces),
        (Op::Lower(_), [one]) => kernels::lower(one.clone()),
        (Op::Length(_), [one]) => one.clone().str().len_chars().cast(DataType::Int64),
        (Op::NotFinite(_), [one]) => one.clone().is_finite().not(),
        (Op::Inexact(_), [one]) => {
            let (one, other) = (one.clone(), one.clone());
            one.gt_eq(lit(fold::EXACT)).or(other.lt_eq(lit(-fold::EXACT)))
        }
        (Op::MayOverflow(operation, ..), [left, right]) => may_overflow(*operation, left, right),
        _ => lit(false),
    }
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
        |one: &Expr, bound: i64| one.clone().gt(lit(bound)).or(one.clone().lt(lit(-bound)));
    match operation {
        Operation::Add | Operation::Subtract => beyond(left, ADDENDS).or(beyond(right, ADDENDS)),
        Operation::Multiply => beyond(left, FACTORS).or(beyond(right, FACTORS)),
        Operation::Remainder => right.clone().eq(lit(0_i64)).or(right.clone().eq(lit(-1_i64))),
        Operation::Divide | Operation::Power => lit(true),
    }
}

fn text_test(test: TextTest, whole: &Expr, part: &Expr, pieces: &[Piece]) -> Expr {
    let (whole, part) = (whole.clone(), part.clone());
    match (test, pieces) {
        (TextTest::StartsWith, [Piece::Varies(_), Piece::Known(_)]) => {
            whole.str().starts_with(part)
        }
        (TextTest::EndsWith, [Piece::Varies(_), Piece::Known(_)]) => whole.str().ends_with(part),
        _ => kernels::text_test(test, whole, part),
    }
}

fn day_number(date: Expr) -> Expr {
    date.cast(DataType::Int32).cast(DataType::Int64)
}

fn month_number(date: Expr) -> Expr {
    let year = date.clone().dt().year().cast(DataType::Int64);
    year * lit(12_i64) + date.dt().month().cast(DataType::Int64)
}
