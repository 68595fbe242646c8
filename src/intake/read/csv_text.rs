//! The text of a CSV file: its encoding, and the line by which Excel is told the separator.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::intake::error::SourceError;

/// Decodes UTF-8, UTF-16 or Windows-1252: the last one gives a meaning to every byte, so it is tried last.
///
/// # Errors
///
/// Fails at the first row that is in another encoding than the rows before it.
pub(in crate::intake) fn decode<'b>(
    file: &str,
    bytes: &'b [u8],
) -> Result<Cow<'b, str>, SourceError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let mut encodings = Encodings::default();
    for (row, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if let Err(found) = encodings.meet(row, line) {
            let file = file.to_owned();
            return Err(SourceError::Unreadable { file, found, expected: ONE_ENCODING });
        }
    }
    Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

pub(in crate::intake) const ONE_ENCODING: &str = "un seul encodage dans le fichier";

/// The encoding that the rows met so far have shown.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::intake) struct Encodings {
    /// Whether it is UTF-8, and the row that showed it.
    shown: Option<(bool, u64)>,
}

impl Encodings {
    /// Takes note of a text of a row. Fails, with what was found, where its encoding is not that of the rows before.
    pub(in crate::intake) fn meet(&mut self, row: u64, text: &[u8]) -> Result<(), String> {
        if text.is_ascii() {
            return Ok(());
        }
        let is_utf_8 = std::str::from_utf8(text).is_ok();
        match self.shown {
            Some((before, first)) if before != is_utf_8 => {
                let [one, other] = [is_utf_8, before].map(encoding_name);
                Err(format!("{one} à la ligne {row}, et {other} à la ligne {first}"))
            }
            Some(_) => Ok(()),
            None => {
                self.shown = Some((is_utf_8, row));
                Ok(())
            }
        }
    }
}

fn encoding_name(is_utf_8: bool) -> &'static str {
    if is_utf_8 { "de l’UTF-8" } else { "du Windows-1252" }
}

/// The separator that a first line `sep=;` says, which Excel writes and obeys.
pub(in crate::intake) fn separator_line(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_matches(['"', '\u{feff}']);
    let mut said = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?.bytes();
    let separator = said.next().filter(u8::is_ascii)?;
    // A title may begin alike.
    said.next().is_none().then_some(separator)
}

/// The separator that the first line says, and the text after that line.
pub(in crate::intake) fn without_separator_line(text: &str) -> (Option<u8>, &str) {
    let said = separator_line(text);
    let end = text.find(['\n', '\r']).filter(|_| said.is_some());
    let rest =
        end.and_then(|end| text.get(end..)).unwrap_or(if said.is_some() { "" } else { text });
    let rest = match said {
        Some(_) => rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])),
        None => None,
    }
    .unwrap_or(rest);
    (said, rest)
}
