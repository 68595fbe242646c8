//! Texts with no sign but those that the fonts have: standards of PDF refuse a document in which a sign is missing.

use std::fmt::Write as _;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::world::FONTS;

/// What is printed of a sign that the fonts do not have.
const NO_SIGN: char = '□';

/// Signs that have no width and no meaning on paper.
const INVISIBLE: [char; 6] = ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// The same data with every text printable and every address plain.
pub(super) fn printable(data: Value) -> Value {
    match data {
        Value::String(text) => Value::String(text_of(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(printable).collect()),
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let is_address = ["base", "href"].contains(&name.as_str());
                let address = value.as_str().filter(|_| is_address).map(address_of);
                let shown = address.map_or_else(|| printable(value), Value::String);
                (name, shown)
            };
            Value::Object(fields.into_iter().map(field).collect())
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn text_of(text: &str) -> String {
    let sign = |letter: char| match letter {
        _ if INVISIBLE.contains(&letter) => None,
        _ if letter.is_control() => Some(' '),
        _ if is_in_fonts(letter) => Some(letter),
        _ => Some(NO_SIGN),
    };
    text.nfc().filter_map(sign).collect()
}

fn is_in_fonts(letter: char) -> bool {
    FONTS.fonts.iter().all(|font| font.info().coverage.contains(u32::from(letter)))
}

/// An address of which every letter may be in an address.
fn address_of(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() {
            plain.push(char::from(byte));
        } else {
            let ends = write!(plain, "%{byte:02X}");
            debug_assert!(ends.is_ok(), "a text takes all that is written to it");
        }
    }
    plain
}
