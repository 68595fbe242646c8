//! Texts in the language of this run.

use std::borrow::Cow;

use super::choice::{Language, language};
use vigie::support::translation;

/// A text of this program in the language of this run; as it is, when it is in it already or is no text of the program.
pub(in crate::cli) fn translate(text: &str) -> Cow<'_, str> {
    match language() {
        Language::Fr => translation::into_french(text),
        Language::En => translation::into_english(text),
    }
}

/// A whole cell of a table that is a word of the program, such as a state; `None` for all other cells, and in French.
pub(in crate::cli) fn translate_word(cell: &str) -> Option<&'static str> {
    (language() == Language::En).then(|| translation::english_of(cell)).flatten()
}

/// What was broken down, and its cause.
pub(in crate::cli) fn join_cause(what: &str, cause: &str) -> String {
    match language() {
        Language::Fr => format!("{what}\u{a0}: {cause}"),
        Language::En => format!("{what}: {cause}"),
    }
}
