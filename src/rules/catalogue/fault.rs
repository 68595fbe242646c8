//! Faults of a rule's text: what is wrong, where, and what to write instead.

use std::fmt;
use std::ops::Range;

use rhai::Position;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::support::text_position::line_and_column;

/// One fault of one file, written `drift/D1.rhai:14:9: message (hint)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct RuleFault {
    /// Relative to the catalogue's folder.
    pub file: String,
    /// Counted from 1 in the file as its author sees it, front matter included.
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
    pub hint: Option<String>,
}

impl RuleFault {
    pub(in crate::rules) fn new(
        file: &str,
        place: impl Into<TextPosition>,
        message: impl Into<String>,
    ) -> Self {
        let TextPosition { line, column } = place.into();
        Self { file: file.to_owned(), line, column, message: message.into(), hint: None }
    }

    pub(in crate::rules) fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the known word closest to `found` as a hint, if one is close.
    pub(in crate::rules) fn resembling(
        self,
        found: &str,
        known: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        match nearest(found, known) {
            Some(word) => self.hinting(format!("did you mean `{word}`?")),
            None => self,
        }
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        write!(f, ": {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// A line and a column, each counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rules) struct TextPosition {
    pub(in crate::rules) line: Option<usize>,
    pub(in crate::rules) column: Option<usize>,
}

impl TextPosition {
    /// The line and column of a byte offset in `text`.
    pub(in crate::rules) fn of_byte(text: &str, byte: usize) -> Self {
        let (line, column) = line_and_column(text, byte);
        Self { line: Some(line), column: Some(column) }
    }

    /// The place where a TOML error or a spanned value begins; its span counts bytes from `base`.
    pub(in crate::rules) fn of_span(text: &str, base: usize, span: Option<Range<usize>>) -> Self {
        span.map_or_else(Self::default, |span| Self::of_byte(text, base + span.start))
    }
}

impl From<Position> for TextPosition {
    fn from(position: Position) -> Self {
        let line = position.line();
        Self { line, column: line.map(|_| position.position().unwrap_or(1)) }
    }
}

/// The known word closest to `found`, if it is close enough to be a typing mistake: at most one
/// edit (Damerau–Levenshtein distance) per three characters.
pub(in crate::rules) fn nearest<W: AsRef<str>>(
    found: &str,
    known: impl IntoIterator<Item = W>,
) -> Option<String> {
    let close_enough = (found.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(found, word.as_ref()), word.as_ref().to_owned()))
        .filter(|(distance, _)| *distance <= close_enough)
        .min()
        .map(|(_, word)| word)
}

/// What follows a word that is not known: the known one that it resembles, or nothing.
pub(in crate::rules) fn resemblance<W: AsRef<str>>(
    found: &str,
    known: impl IntoIterator<Item = W>,
) -> String {
    nearest(found, known).map_or_else(String::new, |near| format!(", did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_a_slip_away_or_none() {
        let known = ["budget_drift", "calendar_drift", "phase"];
        assert_eq!(nearest("budget_drfit", known).as_deref(), Some("budget_drift"));
        assert_eq!(nearest("vendor", known), None);
    }

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let text = "é = 1\nà = 'ü' x";
        assert_eq!(
            TextPosition::of_byte(text, text.find('x').unwrap_or_default()),
            TextPosition { line: Some(2), column: Some(9) }
        );
    }
}
