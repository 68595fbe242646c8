//! Lowers counts over the past of a field, up to the evaluation date.

use rhai::Position;

use super::value::{Kind, TypedNode, Val};
use super::{Lowered, Lowering, at};
use crate::frame::dictionary;
use crate::rules::compile::ir::{Exit, Node, Op};
use crate::rules::language::library::{CHANGES_WITHIN, EDITIONS_ABOVE, EDITIONS_ABOVE_WITHIN};

impl Lowering<'_> {
    /// Functions that count over the past of a field.
    pub(super) fn of_the_past(
        &mut self,
        name: &str,
        arguments: &[Val],
        position: Position,
    ) -> Lowered<Val> {
        match (name, arguments) {
            (EDITIONS_ABOVE, [Val::One(figures), Val::One(limit)])
                if figures.kind == Kind::Text && limit.kind.is_number() =>
            {
                let limit = self.as_float(limit);
                Ok(Val::one(Kind::Int, self.tree.add(Op::CountAbove(figures.node, limit))))
            }
            (EDITIONS_ABOVE_WITHIN, [Val::One(figures), Val::One(limit), Val::One(months)])
                if (figures.kind, months.kind) == (Kind::Text, Kind::Int)
                    && limit.kind.is_number() =>
            {
                self.editions_above_within([figures, limit, months], position)
            }
            (CHANGES_WITHIN, [Val::One(days), Val::One(months)])
                if (days.kind, months.kind) == (Kind::Text, Kind::Int) =>
            {
                self.changes_within([days, months], position)
            }
            _ => Err(at(position, format!("`{name}` is not translated, or not of such values"))),
        }
    }

    /// In how many recent editions a figure is above a limit. Rows on which no recent edition gives it leave for want of it.
    fn editions_above_within(
        &mut self,
        [figures, limit, months]: [&TypedNode; 3],
        position: Position,
    ) -> Lowered<Val> {
        let above = self.as_float(limit);
        let Val::One(editions) = self.field(dictionary::EDITIONS, position)? else {
            return Ok(Val::Never);
        };
        let since = self.months_ago(months, position)?;
        let counted = Op::CountAboveSince([figures.node, editions.node, above, since]);
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
    fn changes_within(
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
