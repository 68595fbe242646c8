//! Lowers calls of the library's functions.

use rhai::Position;

use super::numbers::unlike;
use super::value::{Kind, TypedNode, Val};
use super::{Lowered, Lowering, at};
use crate::rules::compile::ir::{Constant, Node, Op, TextTest};
use crate::rules::language::operators::Comparator;

/// From this many texts on, membership of a list is looked up rather than compared text by text.
const LOOKED_UP: usize = 3;

impl Lowering<'_> {
    pub(super) fn library(
        &mut self,
        name: &str,
        arguments: &[Val],
        position: Position,
    ) -> Lowered<Val> {
        match (name, arguments) {
            _ if arguments.contains(&Val::Never) => Ok(Val::Never),
            ("contains", [Val::List(list), Val::One(value)])
            | ("any_of", [Val::One(value), Val::List(list)]) => self.among(value, list, position),
            ("contains", [Val::One(text), Val::One(part)]) => {
                self.text_test(TextTest::Contains, [text, part], position)
            }
            ("starts_with", [Val::One(text), Val::One(part)]) => {
                self.text_test(TextTest::StartsWith, [text, part], position)
            }
            ("ends_with", [Val::One(text), Val::One(part)]) => {
                self.text_test(TextTest::EndsWith, [text, part], position)
            }
            ("lower", [Val::One(TypedNode { kind: Kind::Text, node, .. })]) => {
                Ok(Val::one(Kind::Text, self.tree.add(Op::Lower(*node))))
            }
            ("len", [Val::List(list)]) => {
                let count = i64::try_from(list.len()).unwrap_or(i64::MAX);
                Ok(self.literal(Kind::Int, Constant::Int(count)))
            }
            ("len", [Val::One(TypedNode { kind: Kind::Text, node, .. })]) => {
                Ok(Val::one(Kind::Int, self.tree.add(Op::Length(*node))))
            }
            ("between", [value, low, high]) => {
                let [above, below] = [
                    self.ordered(">=", value, low, position)?,
                    self.ordered("<=", value, high, position)?,
                ];
                Ok(Val::one(Kind::Bool, self.tree.and(above, below)))
            }
            ("min", [one, other]) => self.extreme("<=", one, other, position),
            ("max", [one, other]) => self.extreme(">=", one, other, position),
            ("abs", [Val::One(one)]) if one.kind.is_number() => Ok(self.absolute(one)),
            ("round", [Val::One(one), Val::One(places)]) if one.kind.is_number() => {
                self.rounded(one, places, position)
            }
            ("days_between", [Val::One(from), Val::One(to)]) if both_dates(from, to) => {
                Ok(Val::one(Kind::Int, self.tree.add(Op::Days(from.node, to.node))))
            }
            ("months_between", [Val::One(from), Val::One(to)]) if both_dates(from, to) => {
                Ok(Val::one(Kind::Int, self.tree.add(Op::Months(from.node, to.node))))
            }
            ("add_days", [Val::One(date), Val::One(count)]) if date_and_count(date, count) => {
                Ok(self.shifted(Op::AddDays(date.node, count.node)))
            }
            ("add_months", [Val::One(date), Val::One(count)]) if date_and_count(date, count) => {
                Ok(self.shifted(Op::AddMonths(date.node, count.node)))
            }
            ("year", [Val::One(date)]) if date.kind == Kind::Date => {
                Ok(Val::one(Kind::Int, self.tree.add(Op::Year(date.node))))
            }
            _ => self.of_the_past(name, arguments, position),
        }
    }

    /// A shifted date. Rows on which it would not exist are left to the interpreter.
    pub(super) fn shifted(&mut self, op: Op) -> Val {
        let node = self.tree.add(op);
        let beyond = self.tree.add(Op::IsNull(node));
        self.interpret_when(beyond);
        Val::one(Kind::Date, node)
    }

    fn ordered(
        &mut self,
        symbol: &str,
        one: &Val,
        other: &Val,
        position: Position,
    ) -> Lowered<Node> {
        match self.comparison(symbol, one, other, position)? {
            Val::One(one) => Ok(one.node),
            other => Err(at(position, other.word())),
        }
    }

    /// Every element must be comparable with the value: then it does not matter at which one the
    /// interpreter stops.
    fn among(&mut self, value: &TypedNode, list: &[Val], position: Position) -> Lowered<Val> {
        let texts: Option<Vec<String>> = list.iter().map(|one| self.known_text(one)).collect();
        if let Some(texts) = texts.filter(|texts| texts.len() >= LOOKED_UP)
            && value.kind == Kind::Text
        {
            return Ok(Val::one(Kind::Bool, self.tree.add(Op::Among(value.node, texts))));
        }
        let mut found = self.tree.truth(false);
        for element in list {
            let Val::One(one) = element else {
                return Err(unlike("in", &Val::One(value.clone()), element, position));
            };
            let Some([left, right]) = self.alike(value, one) else {
                return Err(unlike("in", &Val::One(value.clone()), element, position));
            };
            let same = self.tree.add(Op::Compare(Comparator::Equal, left, right));
            found = self.tree.or(found, same);
        }
        Ok(Val::one(Kind::Bool, found))
    }

    fn known_text(&self, value: &Val) -> Option<String> {
        let Val::One(one) = value else { return None };
        match self.tree.known(one.node) {
            Some(Constant::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    fn text_test(
        &mut self,
        test: TextTest,
        values: [&TypedNode; 2],
        position: Position,
    ) -> Lowered<Val> {
        let [whole, part] = values;
        if (whole.kind, part.kind) != (Kind::Text, Kind::Text) {
            let (whole, part) = (Val::One(whole.clone()), Val::One(part.clone()));
            return Err(unlike("in", &part, &whole, position));
        }
        Ok(Val::one(Kind::Bool, self.tree.add(Op::Text(test, whole.node, part.node))))
    }

    fn extreme(
        &mut self,
        symbol: &str,
        one: &Val,
        other: &Val,
        position: Position,
    ) -> Lowered<Val> {
        let node = self.ordered(symbol, one, other, position)?;
        let condition = TypedNode { kind: Kind::Bool, node, implies: Default::default() };
        Ok(self.either(&condition, one, other))
    }

    fn absolute(&mut self, one: &TypedNode) -> Val {
        if one.kind == Kind::Int {
            let lowest = self.tree.constant(Constant::Int(i64::MIN));
            let beyond = self.tree.add(Op::Compare(Comparator::Equal, one.node, lowest));
            self.interpret_when(beyond);
        }
        Val::one(one.kind, self.tree.add(Op::Absolute(one.node)))
    }

    fn rounded(&mut self, one: &TypedNode, places: &TypedNode, position: Position) -> Lowered<Val> {
        let places = match self.tree.known(places.node) {
            Some(Constant::Int(places)) => u8::try_from(*places).ok().filter(|places| *places <= 9),
            _ => None,
        };
        let places = places.ok_or_else(|| at(position, "`round` to decimals that vary"))?;
        let figure = self.as_float(one);
        Ok(Val::one(Kind::Float, self.tree.add(Op::Round(figure, places))))
    }
}

fn date_and_count(date: &TypedNode, count: &TypedNode) -> bool {
    (date.kind, count.kind) == (Kind::Date, Kind::Int)
}

fn both_dates(from: &TypedNode, to: &TypedNode) -> bool {
    (from.kind, to.kind) == (Kind::Date, Kind::Date)
}
