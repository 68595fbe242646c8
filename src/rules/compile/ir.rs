//! The typed form between a script and Polars: expressions that share common parts, and the exits
//! of an evaluation in order.

use std::collections::HashMap;

use crate::domain::level::Level;
use crate::rules::language::operators::{Comparator, Operation};

/// The index of an expression in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node(usize);

/// A field or a threshold that a rule reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Need {
    Field(&'static str),
    Threshold(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Constant {
    Bool(bool),
    Int(i64),
    Float(Figure),
    Text(String),
    Level(Level),
}

/// A float, compared by its bits so that equal expressions are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Figure(u64);

impl Figure {
    pub(super) fn of(figure: f64) -> Self {
        Self(figure.to_bits())
    }

    pub(super) fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
}

/// An expression. Both operands are of one type: mixed types are converted before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Read(Need),
    Absent(Need),
    Constant(Constant),
    Not(Node),
    And(Node, Node),
    Or(Node, Node),
    Compare(Comparator, Node, Node),
    Among(Node, Vec<String>),
    OfInts(Operation, Node, Node),
    OfFloats(Operation, Node, Node),
    ToFloat(Node),
    Absolute(Node),
    Round(Node, u8),
    Select(Node, Node, Node),
    /// Days or calendar months from the first date to the second.
    Days(Node, Node),
    Months(Node, Node),
    /// The date so many days or months later; null if there is no such date.
    AddDays(Node, Node),
    AddMonths(Node, Node),
    /// How many numbers of a series are above a limit.
    CountAbove(Node, Node),
    /// How many numbers of a series, beside a series of editions, are above a limit from a day on; null if none is known.
    CountAboveSince([Node; 4]),
    /// How many days of a text are from a day on.
    CountSince(Node, Node),
    /// The year of a date.
    Year(Node),
    Text(TextTest, Node, Node),
    Lower(Node),
    Length(Node),
    /// Whether a float is infinite or NaN.
    NotFinite(Node),
    /// Whether an operation gave no result.
    IsNull(Node),
    /// Whether an operation on whole numbers may overflow.
    MayOverflow(Operation, Node, Node),
    /// Whether a number is so large that a nearby whole number may not be a float.
    Inexact(Node),
}

/// How an evaluation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Level(Node),
    /// With a missing field or threshold, by its index in the rule's list.
    Missing(usize),
    /// With an outcome that only the interpreter can find.
    Interpret,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    ops: Vec<Op>,
    known: HashMap<Op, Node>,
}

impl Tree {
    pub(super) fn op(&self, node: Node) -> Option<&Op> {
        self.ops.get(node.0)
    }

    pub(super) fn add(&mut self, op: Op) -> Node {
        if let Some(node) = self.known.get(&op) {
            return *node;
        }
        let node = Node(self.ops.len());
        self.ops.push(op.clone());
        self.known.insert(op, node);
        node
    }

    pub(super) fn constant(&mut self, constant: Constant) -> Node {
        self.add(Op::Constant(constant))
    }

    pub(super) fn truth(&mut self, held: bool) -> Node {
        self.constant(Constant::Bool(held))
    }

    pub(super) fn known(&self, node: Node) -> Option<&Constant> {
        match self.op(node) {
            Some(Op::Constant(constant)) => Some(constant),
            _ => None,
        }
    }

    fn known_truth(&self, node: Node) -> Option<bool> {
        match self.known(node) {
            Some(Constant::Bool(held)) => Some(*held),
            _ => None,
        }
    }

    pub(super) fn not(&mut self, node: Node) -> Node {
        match self.op(node) {
            Some(Op::Not(inner)) => *inner,
            Some(Op::Constant(Constant::Bool(held))) => {
                let held = !*held;
                self.truth(held)
            }
            _ => self.add(Op::Not(node)),
        }
    }

    pub(super) fn and(&mut self, left: Node, right: Node) -> Node {
        match (self.known_truth(left), self.known_truth(right)) {
            (Some(false), _) | (_, Some(true)) => left,
            (_, Some(false)) | (Some(true), _) => right,
            (None, None) if left == right => left,
            (None, None) => self.add(Op::And(left, right)),
        }
    }

    pub(super) fn or(&mut self, left: Node, right: Node) -> Node {
        match (self.known_truth(left), self.known_truth(right)) {
            (Some(true), _) | (_, Some(false)) => left,
            (_, Some(true)) | (Some(false), _) => right,
            (None, None) if left == right => left,
            (None, None) => self.add(Op::Or(left, right)),
        }
    }

    pub(super) fn select(&mut self, condition: Node, held: Node, otherwise: Node) -> Node {
        match self.known_truth(condition) {
            Some(true) => held,
            Some(false) => otherwise,
            None if held == otherwise => held,
            None => match (self.known_truth(held), self.known_truth(otherwise)) {
                (Some(true), Some(false)) => condition,
                (Some(true), _) => self.or(condition, otherwise),
                (_, Some(false)) => self.and(condition, held),
                _ => self.add(Op::Select(condition, held, otherwise)),
            },
        }
    }

    /// The deepest nesting of expressions.
    pub(super) fn depth(&self) -> usize {
        let mut depths: Vec<usize> = Vec::with_capacity(self.ops.len());
        for op in &self.ops {
            let of = |node: &Node| depths.get(node.0).copied().unwrap_or_default();
            let deepest = op.parts().iter().map(of).max().unwrap_or_default();
            depths.push(deepest + 1);
        }
        depths.into_iter().max().unwrap_or_default()
    }

    /// For each node, the size of its expression if nothing were shared.
    pub(super) fn weights(&self) -> Vec<usize> {
        let mut weights: Vec<usize> = Vec::with_capacity(self.ops.len());
        for op in &self.ops {
            let of = |node: &Node| weights.get(node.0).copied().unwrap_or_default();
            let weight = op.parts().iter().map(of).fold(1_usize, usize::saturating_add);
            weights.push(weight);
        }
        weights
    }

    pub(super) fn weight(weights: &[usize], node: Node) -> usize {
        weights.get(node.0).copied().unwrap_or_default()
    }

    /// Every field or threshold that is read or tested for absence.
    pub(super) fn needs(&self) -> impl Iterator<Item = &Need> {
        self.ops.iter().filter_map(|op| {
            if let Op::Read(need) | Op::Absent(need) = op { Some(need) } else { None }
        })
    }

    /// In an order where operands come before the operations that use them.
    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = (Node, &Op)> {
        self.ops.iter().enumerate().map(|(place, op)| (Node(place), op))
    }

    pub(super) fn len(&self) -> usize {
        self.ops.len()
    }
}

impl Node {
    pub(super) fn index(self) -> usize {
        self.0
    }
}

impl Op {
    /// The same operation with each operand replaced.
    pub(super) fn with_parts(&self, mut part: impl FnMut(Node) -> Node) -> Self {
        match self {
            Self::Read(_) | Self::Absent(_) | Self::Constant(_) => self.clone(),
            Self::Not(one) => Self::Not(part(*one)),
            Self::Among(one, texts) => Self::Among(part(*one), texts.clone()),
            Self::ToFloat(one) => Self::ToFloat(part(*one)),
            Self::Absolute(one) => Self::Absolute(part(*one)),
            Self::Round(one, places) => Self::Round(part(*one), *places),
            Self::Lower(one) => Self::Lower(part(*one)),
            Self::Length(one) => Self::Length(part(*one)),
            Self::NotFinite(one) => Self::NotFinite(part(*one)),
            Self::IsNull(one) => Self::IsNull(part(*one)),
            Self::Inexact(one) => Self::Inexact(part(*one)),
            Self::And(left, right) => Self::And(part(*left), part(*right)),
            Self::Or(left, right) => Self::Or(part(*left), part(*right)),
            Self::Compare(how, left, right) => Self::Compare(*how, part(*left), part(*right)),
            Self::OfInts(how, left, right) => Self::OfInts(*how, part(*left), part(*right)),
            Self::OfFloats(how, left, right) => Self::OfFloats(*how, part(*left), part(*right)),
            Self::Days(left, right) => Self::Days(part(*left), part(*right)),
            Self::Months(left, right) => Self::Months(part(*left), part(*right)),
            Self::AddDays(left, right) => Self::AddDays(part(*left), part(*right)),
            Self::AddMonths(left, right) => Self::AddMonths(part(*left), part(*right)),
            Self::CountAbove(left, right) => Self::CountAbove(part(*left), part(*right)),
            Self::CountSince(left, right) => Self::CountSince(part(*left), part(*right)),
            Self::CountAboveSince(parts) => Self::CountAboveSince(parts.map(part)),
            Self::Year(one) => Self::Year(part(*one)),
            Self::Text(test, left, right) => Self::Text(*test, part(*left), part(*right)),
            Self::MayOverflow(how, left, right) => {
                Self::MayOverflow(*how, part(*left), part(*right))
            }
            Self::Select(condition, held, otherwise) => {
                Self::Select(part(*condition), part(*held), part(*otherwise))
            }
        }
    }

    /// The operands, in order.
    pub(super) fn parts(&self) -> Vec<Node> {
        let mut parts = Vec::new();
        self.with_parts(|part| {
            parts.push(part);
            part
        });
        parts
    }
}
