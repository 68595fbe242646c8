//! Where the author of a rule of signs wrote what its script is made of.

use crate::rules::catalogue::fault::TextPosition;

/// Where the author of a rule wrote what the engine completed.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct AuthorPlaces {
    /// Of the author's text; everything after is the engine's.
    pub(super) last_line: usize,
    /// Of the engine's lines, in order, the place each comes from.
    pub(super) after: Vec<TextPosition>,
    pub(super) laid: Vec<LaidPart>,
}

/// A part of the front matter that is code: from a line and column to a line and column, excluded.
#[derive(Clone, Debug)]
pub(super) struct LaidPart {
    pub(super) from: (usize, usize),
    pub(super) to: (usize, usize),
}

impl AuthorPlaces {
    /// The place in the author's text of one in the script.
    pub(in crate::rules) fn of(&self, place: TextPosition) -> TextPosition {
        let Some(line) = place.line.filter(|_| !self.is_own()) else { return place };
        if line > self.last_line {
            return self.after.get(line - self.last_line - 1).copied().unwrap_or(place);
        }
        let found = (line, place.column.unwrap_or(1));
        let around = |part: &&LaidPart| part.from.0 <= line && line <= part.to.0;
        let mut parts = self.laid.iter().filter(around);
        if parts.clone().any(|part| part.from <= found && found < part.to) {
            return place;
        }
        // Beyond what the author wrote on that line: the braces that the engine adds.
        let first = parts.clone().next();
        match parts.rfind(|part| part.from <= found).or(first) {
            Some(part) => TextPosition { line: Some(part.from.0), column: Some(part.from.1) },
            None => place,
        }
    }

    /// Whether the script is the author's own, every place its own.
    pub(in crate::rules) fn is_own(&self) -> bool {
        self.last_line == 0
    }

    /// Whether the engine wrote that line.
    pub(in crate::rules) fn is_added(&self, line: usize) -> bool {
        !self.is_own() && line > self.last_line
    }
}
