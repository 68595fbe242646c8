//! The result of lowering part of a script: a typed node, and the facts that it implies.

use std::collections::BTreeSet;

use crate::rules::compile::ir::{Need, Node};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    /// A float on some rows, on others a whole number that a float represents exactly: `p.cost ??
    /// 0`.
    Number,
    Text,
    Date,
    Level,
}

impl Kind {
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Number)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bool => "a boolean",
            Self::Int | Self::Float | Self::Number => "a number",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Level => "a level",
        }
    }
}

/// Fields and thresholds known to have a value.
pub(super) type PresentNeeds = BTreeSet<Need>;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct TypedNode {
    pub(super) kind: Kind,
    pub(super) node: Node,
    /// For a boolean: the facts that hold when it is true, and when it is false.
    pub(super) implies: [PresentNeeds; 2],
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Val {
    Nothing,
    One(TypedNode),
    List(Vec<Val>),
    /// Rows never reach what follows: all have left.
    Never,
    /// Its type depends on the row. An error only if something uses it; the text says why.
    Unclear(String),
}

impl Val {
    pub(super) fn one(kind: Kind, node: Node) -> Self {
        Self::One(TypedNode { kind, node, implies: Default::default() })
    }

    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Nothing | Self::Never => "nothing",
            Self::One(one) => one.kind.word(),
            Self::List(_) => "a list",
            Self::Unclear(_) => "one type or another",
        }
    }
}
