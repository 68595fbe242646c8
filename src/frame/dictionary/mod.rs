//! The data dictionary: the one list of fields. Rules are checked against it, frames are built to
//! it, the API serves it and the documentation is made from it. Its text is `fields.toml`.

mod field;
mod parse;
mod past;
mod worsening;

use std::sync::LazyLock;

use crate::domain::portfolio::subject::SubjectKind;
use parse::Dictionary;

pub use field::{Field, FieldKind, FieldOrigin, Supplier, Unit};
pub use parse::DictionaryError;
pub use past::{EDITIONS, Past};
pub use worsening::check_worsening;

const TEXT: &str = include_str!("fields.toml");

#[expect(clippy::panic, reason = "the text is part of the program, and a test reads it")]
static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| match Dictionary::parse(TEXT) {
    Ok(dictionary) => dictionary,
    Err(error) => panic!("{error}"),
});

/// The fields that have a past, and the fields that hold it.
pub static PASTS: LazyLock<&'static [Past]> = LazyLock::new(|| DICTIONARY.pasts());

/// Every field, in the order in which frames and documents show them.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    DICTIONARY.fields().iter()
}

/// The field of a name; `None` when there is none.
pub fn field(name: &str) -> Option<&'static Field> {
    DICTIONARY.field(name)
}

/// What people call a field; `None` when there is none of this name.
pub fn label(name: &str) -> Option<&'static str> {
    field(name).map(|field| field.label)
}

/// The fields that the frame of a scope holds, in the order of its columns.
pub fn fields_of(scope: SubjectKind) -> impl Iterator<Item = &'static Field> {
    fields().filter(move |field| field.scopes.contains(&scope))
}

/// Fields that a follow-up file may supply as single facts.
pub fn facts() -> impl Iterator<Item = &'static Field> {
    fields().filter(|field| field.origin == FieldOrigin::Fact || field.declarable)
}

/// The field that says that the publisher withheld the figure behind this one on purpose.
pub fn withheld_by(name: &str) -> Option<&'static str> {
    field(name)?.withheld_by
}

/// The fields that hold the past of a field; `None` when none does.
pub fn past_of(field: &str) -> Option<&'static Past> {
    PASTS.iter().find(|past| past.field == field)
}
