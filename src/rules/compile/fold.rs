//! Computes operations on constants, with the results that the interpreter gives.

use super::ir::{Constant, Figure, Op, TextTest};
use crate::rules::language::library;
use crate::rules::language::operators::Comparator;
use crate::rules::language::wording::float;

/// 2^53: above, not every whole number is a float.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value of an operation on constants. `None` when it has none, or is not worth computing.
pub(super) fn fold(op: &Op, parts: &[&Constant]) -> Option<Constant> {
    match (op, parts) {
        (Op::Compare(comparator, ..), [left, right]) => {
            compare(*comparator, left, right).map(Constant::Bool)
        }
        (Op::Among(_, texts), [Constant::Text(text)]) => Some(Constant::Bool(texts.contains(text))),
        (Op::OfInts(operation, ..), [Constant::Int(left), Constant::Int(right)]) => {
            Some(Constant::Int(operation.of_integers(*left, *right).unwrap_or_default()))
        }
        (Op::MayOverflow(operation, ..), [Constant::Int(left), Constant::Int(right)]) => {
            Some(Constant::Bool(operation.of_integers(*left, *right).is_none()))
        }
        (Op::OfFloats(operation, ..), [Constant::Float(left), Constant::Float(right)]) => {
            Some(figure(operation.of_floats(left.get(), right.get())))
        }
        (Op::ToFloat(_), [Constant::Int(count)]) => Some(figure(float(*count))),
        (Op::Absolute(_), [Constant::Float(one)]) => Some(figure(one.get().abs())),
        (Op::Absolute(_), [Constant::Int(count)]) => Some(Constant::Int(count.wrapping_abs())),
        (Op::Round(_, places), [Constant::Float(one)]) => {
            Some(figure(library::rounded(one.get(), *places)))
        }
        (Op::Lower(_), [Constant::Text(text)]) => Some(Constant::Text(text.to_lowercase())),
        (Op::Length(_), [Constant::Text(text)]) => {
            i64::try_from(text.chars().count()).ok().map(Constant::Int)
        }
        (Op::Text(test, ..), [Constant::Text(whole), Constant::Text(part)]) => {
            Some(Constant::Bool(text_test(*test, whole, part)))
        }
        (Op::CountAbove(..), [Constant::Text(figures), Constant::Float(limit)]) => {
            Some(Constant::Int(library::count_above(figures, limit.get())))
        }
        (Op::IsNull(_), [_]) => Some(Constant::Bool(false)),
        (Op::NotFinite(_), [Constant::Float(one)]) => Some(Constant::Bool(!one.get().is_finite())),
        (Op::Inexact(_), [Constant::Float(one)]) => Some(Constant::Bool(one.get().abs() >= EXACT)),
        _ => None,
    }
}

fn figure(value: f64) -> Constant {
    Constant::Float(Figure::of(value))
}

fn compare(comparator: Comparator, left: &Constant, right: &Constant) -> Option<bool> {
    let ordering = match (left, right) {
        (Constant::Bool(left), Constant::Bool(right)) => left.cmp(right),
        (Constant::Int(left), Constant::Int(right)) => left.cmp(right),
        (Constant::Float(left), Constant::Float(right)) => {
            let Some(ordering) = left.get().partial_cmp(&right.get()) else {
                // NaN: exits before this comparison send the row to the interpreter.
                return Some(false);
            };
            ordering
        }
        (Constant::Text(left), Constant::Text(right)) => left.cmp(right),
        (Constant::Level(left), Constant::Level(right)) => left.cmp(right),
        _ => return None,
    };
    Some(comparator.accepts(ordering))
}

pub(super) fn text_test(test: TextTest, whole: &str, part: &str) -> bool {
    match test {
        TextTest::Contains => whole.contains(part),
        TextTest::StartsWith => whole.starts_with(part),
        TextTest::EndsWith => whole.ends_with(part),
    }
}
