//! What a part of a script gives: an expression and its type, and what its truth teaches.

use std::collections::BTreeSet;

use crate::rules::translate::tree::Need;
use crate::rules::translate::tree::Node;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    /// A float on some rows, on others a whole number that a float holds exactly: `p.cost ?? 0`.
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

/// What is known to be there.
pub(super) type Facts = BTreeSet<Need>;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct One {
    pub(super) kind: Kind,
    pub(super) node: Node,
    /// Of a boolean: what is there when it is true, and when it is false.
    pub(super) teaches: [Facts; 2],
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Val {
    Nothing,
    One(One),
    List(Vec<Val>),
    /// Nothing comes back from here.
    Never,
    /// Of one type here and another there; only a fault to who uses it.
    Unclear(String),
}

impl Val {
    pub(super) fn one(kind: Kind, node: Node) -> Self {
        Self::One(One { kind, node, teaches: Default::default() })
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
