//! Lowers arithmetic and comparisons. A row on which an operation might fail is left to the
//! interpreter.

use rhai::Position;

use super::value::{Kind, TypedNode, Val};
use super::{Lowered, Lowering, at};
use crate::rules::compile::ir::{Constant, Figure, Node, Op};
use crate::rules::language::operators::{Comparator, Operation};
use crate::rules::language::wording::float;

/// 2^53: every whole number below is a float, and no larger one is rounded to it.
const EXACT: u64 = 1 << 53;

impl Lowering<'_> {
    pub(super) fn arithmetic(
        &mut self,
        symbol: &str,
        left: &Val,
        right: &Val,
        position: Position,
    ) -> Lowered<Val> {
        let (Val::One(left), Val::One(right)) = (left, right) else {
            return Err(unlike(symbol, left, right, position));
        };
        if !left.kind.is_number() || !right.kind.is_number() {
            if (symbol, left.kind, right.kind) == ("+", Kind::Text, Kind::Text) {
                return Err(at(position, "it composes a text"));
            }
            let (left, right) = (Val::One(left.clone()), Val::One(right.clone()));
            return Err(unlike(symbol, &left, &right, position));
        }
        let operation = Operation::of(symbol).unwrap_or(Operation::Power);
        let always_float = matches!(operation, Operation::Divide | Operation::Power);
        if (left.kind, right.kind) == (Kind::Int, Kind::Int) && !always_float {
            return Ok(self.of_ints(operation, left.node, right.node));
        }
        let is_float = always_float || left.kind == Kind::Float || right.kind == Kind::Float;
        let [one, other] = if is_float {
            [self.as_float(left), self.as_float(right)]
        } else {
            [self.exact_number(left), self.exact_number(right)]
        };
        let node = self.tree.add(Op::OfFloats(operation, one, other));
        let endless = self.tree.add(Op::NotFinite(node));
        self.interpret_when(endless);
        if is_float {
            return Ok(Val::one(Kind::Float, node));
        }
        let inexact = self.tree.add(Op::Inexact(node));
        self.interpret_when(inexact);
        Ok(Val::one(Kind::Number, node))
    }

    pub(super) fn of_ints(&mut self, operation: Operation, left: Node, right: Node) -> Val {
        let node = self.tree.add(Op::OfInts(operation, left, right));
        let beyond = self.tree.add(Op::MayOverflow(operation, left, right));
        self.interpret_when(beyond);
        Val::one(Kind::Int, node)
    }

    pub(super) fn negative(&mut self, value: &Val, position: Position) -> Lowered<Val> {
        match value {
            Val::One(one) if one.kind == Kind::Int => {
                let zero = self.tree.constant(Constant::Int(0));
                Ok(self.of_ints(Operation::Subtract, zero, one.node))
            }
            Val::One(one) if one.kind.is_number() => {
                let minus = self.tree.constant(Constant::Float(Figure::of(-1.0)));
                let node = self.tree.add(Op::OfFloats(Operation::Multiply, minus, one.node));
                Ok(Val::one(one.kind, node))
            }
            other => Err(at(position, format!("`-` is for numbers, found {}", other.word()))),
        }
    }

    pub(super) fn as_float(&mut self, one: &TypedNode) -> Node {
        if one.kind != Kind::Int {
            return one.node;
        }
        if let Some(Constant::Int(count)) = self.tree.known(one.node) {
            let figure = Figure::of(float(*count));
            return self.tree.constant(Constant::Float(figure));
        }
        self.tree.add(Op::ToFloat(one.node))
    }

    /// The value as an equal float. Rows on which there is none are left to the interpreter.
    pub(super) fn exact_number(&mut self, one: &TypedNode) -> Node {
        if one.kind != Kind::Int {
            return one.node;
        }
        let exact = match self.tree.known(one.node) {
            Some(Constant::Int(count)) => count.unsigned_abs() < EXACT,
            _ => false,
        };
        if !exact {
            let figure = self.tree.add(Op::ToFloat(one.node));
            let inexact = self.tree.add(Op::Inexact(figure));
            self.interpret_when(inexact);
        }
        self.as_float(one)
    }

    pub(super) fn comparison(
        &mut self,
        symbol: &str,
        left: &Val,
        right: &Val,
        position: Position,
    ) -> Lowered<Val> {
        let comparator = Comparator::of(symbol).unwrap_or(Comparator::AtLeast);
        if let (Val::One(left), Val::One(right)) = (left, right) {
            let booleans = (left.kind, right.kind) == (Kind::Bool, Kind::Bool);
            if let Some([one, other]) =
                self.alike(left, right).filter(|_| !(booleans && comparator.orders()))
            {
                let node = self.tree.add(Op::Compare(comparator, one, other));
                return Ok(Val::one(Kind::Bool, node));
            }
        }
        Err(unlike(symbol, left, right, position))
    }

    /// Two values converted to one type, if they can be compared.
    pub(super) fn alike(&mut self, left: &TypedNode, right: &TypedNode) -> Option<[Node; 2]> {
        if left.kind == right.kind {
            return Some([left.node, right.node]);
        }
        (left.kind.is_number() && right.kind.is_number())
            .then(|| [self.as_float(left), self.as_float(right)])
    }
}

pub(super) fn unlike(symbol: &str, left: &Val, right: &Val, position: Position) -> String {
    let (left, right) = (left.word(), right.word());
    at(position, format!("`{symbol}` on {left} and {right} has no meaning, or none here"))
}
