//! Lowers counts over the past of a field, up to the evaluation date.

use rhai::Position;

use super::value::{Kind, TypedNode, Val};
use super::{Lowered, Lowering, at};
use crate::frame::dictionary;
use crate::rules::compile::ir::{Exit, Node, Op};

impl Lowering<'_> {
    /// In how many recent editions a figure is above a limit. Rows on which no recent edition gives it leave for want of it.
    pub(super) fn editions_above_within(
        &mut self,
        [figures, limit, months]: [&TypedNode; 3],
        position: Position,
    ) -> Lowered<Val> {
        let limit = self.as_float(limit);
        let Val::One(editions) = self.field(dictionary::EDITIONS, position)? else {
            return Ok(Val::Never);
        };
        let since = self.months_ago(months, position)?;
        let counted = Op::CountAboveSince([figures.node, editions.node, limit, since]);
        let count = self.tree.add(counted);
        let Some(Op::Read(need)) = self.tree.op(figures.node).cloned() else {
            return Err(at(position, "no past of a field is read here"));
        };
        let missing = Exit::Missing(self.need(&need));
        let none = self.tree.add(Op::IsNull(count));
        self.exit(none, missing);
        Ok(Val::one(Kind::Int, count))
    }

    /// How many times an answer became another in the last months.
    pub(super) fn changes_within(
        &mut self,
        [days, months]: [&TypedNode; 2],
        position: Position,
    ) -> Lowered<Val> {
        let since = self.months_ago(months, position)?;
        Ok(Val::one(Kind::Int, self.tree.add(Op::CountSince(days.node, since))))
    }

    /// The day so many months before the evaluation.
    fn months_ago(&mut self, months: &TypedNode, position: Position) -> Lowered<Node> {
        let Val::One(today) = self.field("as_of", position)? else {
            return Err(at(position, "no evaluation date"));
        };
        let Val::One(back) = self.negative(&Val::One(months.clone()), position)? else {
            return Err(at(position, "no number of months"));
        };
        match self.shifted(Op::AddMonths(today.node, back.node)) {
            Val::One(since) => Ok(since.node),
            other => Err(at(position, other.word())),
        }
    }
}
