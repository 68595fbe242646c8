//! The bytes of a file, as many as a file may have.

use std::io::Read as _;
use std::path::Path;

use crate::intake::error::SourceError;
use crate::intake::rows::table::{MAX_BYTES, count};

/// The content of a file.
///
/// # Errors
///
/// Fails when the file cannot be read or is larger than a file may be.
pub fn read_file(path: &Path) -> Result<Vec<u8>, SourceError> {
    let unread = |source| SourceError::Read { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unread)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(unread)?;
    bounded(&path.display().to_string(), &bytes)?;
    Ok(bytes)
}

/// The content of a text file, such as an alias table or a profile.
///
/// # Errors
///
/// Fails when the file cannot be read, is too large or is not UTF-8.
pub(in crate::intake) fn read_text(path: &Path) -> Result<String, SourceError> {
    String::from_utf8(read_file(path)?).map_err(|fault| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, fault);
        SourceError::Read { path: path.to_owned(), source }
    })
}

/// Refuses what is larger than a file may be.
pub(in crate::intake) fn bounded(file: &str, bytes: &[u8]) -> Result<(), SourceError> {
    let found = count(bytes.len());
    if found <= MAX_BYTES {
        return Ok(());
    }
    Err(SourceError::TooLarge {
        file: file.to_owned(),
        row: None,
        what: "octets",
        found,
        limit: MAX_BYTES,
    })
}
