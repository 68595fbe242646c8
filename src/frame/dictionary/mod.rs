//! The data dictionary: the one list of fields. Rules are checked against it, frames are built to it, the API serves it
//! and the documentation is made from it. The fields that are part of the program are in `fields.toml`; a catalogue adds
//! facts to them, a file each.

mod added;
mod field;
mod in_force;
mod interned;
mod parse;
mod past;
mod taken;
mod worsening;

use std::sync::{Arc, LazyLock};

use parse::BuiltIn;

pub use added::{FieldFault, add};
pub use field::{Field, FieldKind, FieldOrigin, Gathering, RecordKind, Supplier, Unit};
pub use in_force::Dictionary;
pub use parse::{DictionaryError, check_name};
pub use past::{EDITIONS, Past};
#[cfg(test)]
pub(in crate::frame) use taken::BEHIND_PROJECTS;
pub use worsening::check_worsening;

const TEXT: &str = include_str!("fields.toml");

#[expect(clippy::panic, reason = "the text is part of the program, and a test reads it")]
static BUILT_IN: LazyLock<BuiltIn> = LazyLock::new(|| match BuiltIn::parse(TEXT) {
    Ok(built_in) => built_in,
    Err(error) => panic!("{error}"),
});

static DICTIONARY: LazyLock<Arc<Dictionary>> =
    LazyLock::new(|| Arc::new(Dictionary::of(LazyLock::force(&BUILT_IN).fields())));

/// The fields that have a past, and the fields that hold it.
pub static PASTS: LazyLock<&'static [Past]> = LazyLock::new(|| BUILT_IN.pasts());

/// The field that lists those of a project that it withheld when it was asked.
pub const ANSWERS_WITHHELD: &str = "answers_withheld";

/// The field that lists those of a project that it does not know.
pub const ANSWERS_UNKNOWN: &str = "answers_unknown";

/// The fields that are part of the program, and no other.
pub fn built_in() -> &'static Arc<Dictionary> {
    &DICTIONARY
}

/// The field that says that the publisher withheld the figure behind this one on purpose. Only fields of the program
/// have one.
pub fn withheld_by(name: &str) -> Option<&'static str> {
    BUILT_IN.field(name)?.withheld_by
}

/// The fields that hold the past of a field; `None` when none does. Only fields of the program have a past.
pub fn past_of(field: &str) -> Option<&'static Past> {
    PASTS.iter().find(|past| past.field == field)
}
