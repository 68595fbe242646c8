//! What is known of a rule from its text, and what it is checked against.

use std::collections::{BTreeSet, HashMap, HashSet};

use rhai::Position;

use super::doubts::Doubt;
use super::print::Operand;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::catalogue::fault::TextPosition;
use crate::rules::catalogue::fields::Readable;
use crate::rules::catalogue::signs::places::AuthorPlaces;

/// What is known of a rule from its text, for running and explaining it.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct Analysis {
    /// Positions where a read may find nothing: left of `??`, or in `has(…)`.
    pub(super) tolerant: HashSet<Position>,
    /// Positions where another field is read than the one named, because its past is wanted.
    pub(super) redirected: HashMap<Position, &'static str>,
    /// By the position of a call, the field that it reads because the past of another is wanted.
    pub(super) pasts: HashMap<Position, &'static str>,
    /// Operands of operators and arguments of functions, by the position of the call.
    pub(super) operands: HashMap<Position, Vec<Operand>>,
    pub(in crate::rules) fields: BTreeSet<&'static str>,
    pub(in crate::rules) thresholds: BTreeSet<String>,
    pub(in crate::rules) levels: BTreeSet<Level>,
    /// Code that compiles but fails if it is reached.
    pub(in crate::rules) doubts: Vec<Doubt>,
    /// Where the author wrote what the script is made of.
    pub(in crate::rules) places: AuthorPlaces,
    /// The position of `fn assess`.
    pub(in crate::rules) assess_at: TextPosition,
}

impl Analysis {
    pub(in crate::rules) fn tolerates(&self, position: Position) -> bool {
        self.tolerant.contains(&position)
    }

    /// The field read at a position in place of the one named there.
    pub(in crate::rules) fn redirected(&self, position: Position) -> Option<&'static str> {
        self.redirected.get(&position).copied()
    }

    /// The field that the call at a position reads in place of the one given to it.
    pub(in crate::rules) fn past_of_call(&self, position: Position) -> Option<&'static str> {
        self.pasts.get(&position).copied()
    }

    pub(in crate::rules) fn operands_at(&self, position: Position) -> &[Operand] {
        self.operands.get(&position).map_or(&[], Vec::as_slice)
    }

    /// The operation as its author wrote it, except for spaces and needless parentheses.
    pub(in crate::rules) fn source_at(&self, position: Position, symbol: &str) -> String {
        match self.operands_at(position) {
            [one] if symbol != "-" && symbol != "!" => format!("{symbol}({})", one.source),
            [one] => format!("{symbol}{}", one.side),
            [left, right] if is_symbol(symbol) => {
                format!("{} {symbol} {}", left.side, right.side)
            }
            [] => symbol.to_owned(),
            several => {
                let sources: Vec<_> = several.iter().map(|one| one.source.as_str()).collect();
                format!("{symbol}({})", sources.join(", "))
            }
        }
    }
}

fn is_symbol(word: &str) -> bool {
    word == "in" || word.chars().all(|letter| letter.is_ascii_punctuation())
}

/// The rule being analysed, and what it may read.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct CheckContext<'s> {
    pub(in crate::rules) file: &'s str,
    pub(in crate::rules) scope: SubjectKind,
    pub(in crate::rules) readable: Readable<'s>,
}
