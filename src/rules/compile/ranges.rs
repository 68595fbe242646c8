//! Ranges of values: operations that cannot overflow need no check.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named has no range")]

use super::column_stats::{FrameStats, Range};
use super::ir::{Constant, Need, Node, Op};
use crate::rules::language::operators::Operation;
use crate::rules::language::wording::float;

/// Well below the largest whole number and the largest float, so that rounding does not matter.
const INT_BOUND: f64 = 9.0e18;
pub(super) const FLOAT_BOUND: f64 = 1.0e300;

/// Larger than the distance between any two dates, in days or months.
const DAYS: f64 = 1.0e9;
const CHARACTERS: f64 = 1.0e9;

/// The range of an operation's values, from those of all the nodes before it. `None` when unknown.
pub(super) fn of(op: &Op, stats: &FrameStats, known: &[Option<Range>]) -> Option<Range> {
    let at = |node: &Node| known.get(node.index()).copied().flatten();
    let (low, high) = match op {
        Op::Read(Need::Field(name)) => stats.of(name)?.range?,
        Op::Constant(Constant::Int(count)) => (float(*count), float(*count)),
        Op::Constant(Constant::Float(figure)) => (figure.get(), figure.get()),
        Op::OfInts(operation, left, right) | Op::OfFloats(operation, left, right) => {
            combined(*operation, at(left)?, at(right)?)?
        }
        Op::ToFloat(one) => at(one)?,
        Op::Absolute(one) => {
            let (low, high) = at(one)?;
            (0.0, low.abs().max(high.abs()))
        }
        Op::Round(one, _) => {
            let (low, high) = at(one)?;
            (low - 1.0, high + 1.0)
        }
        Op::Select(_, held, otherwise) => {
            let (one, other) = (at(held)?, at(otherwise)?);
            (one.0.min(other.0), one.1.max(other.1))
        }
        Op::Days(..) | Op::Months(..) | Op::Year(_) => (-DAYS, DAYS),
        Op::Length(_) | Op::CountAbove(..) | Op::CountAboveSince(..) | Op::CountSince(..) => {
            (0.0, CHARACTERS)
        }
        _ => return None,
    };
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// Whether an operation on whole numbers in these ranges never overflows.
pub(super) fn is_whole(operation: Operation, left: Range, right: Range) -> bool {
    combined(operation, left, right)
        .is_some_and(|(low, high)| low >= -INT_BOUND && high <= INT_BOUND)
}

fn combined(operation: Operation, left: Range, right: Range) -> Option<Range> {
    let corners = |work: fn(f64, f64) -> f64| {
        let all = [
            work(left.0, right.0),
            work(left.0, right.1),
            work(left.1, right.0),
            work(left.1, right.1),
        ];
        (all.into_iter().fold(f64::MAX, f64::min), all.into_iter().fold(f64::MIN, f64::max))
    };
    match operation {
        Operation::Add => Some((left.0 + right.0, left.1 + right.1)),
        Operation::Subtract => Some((left.0 - right.1, left.1 - right.0)),
        Operation::Multiply => Some(corners(|one, other| one * other)),
        Operation::Divide if right.0 > 0.0 || right.1 < 0.0 => {
            Some(corners(|one, other| one / other))
        }
        Operation::Divide | Operation::Remainder | Operation::Power => None,
    }
}
