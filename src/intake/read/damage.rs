//! The error of an archive that cannot be read.

use std::fmt::Display;

use crate::intake::error::SourceError;

pub(in crate::intake) fn damaged(file: &str, fault: &dyn Display) -> SourceError {
    let found = format!("une archive endommagée ({fault})");
    SourceError::Unreadable {
        file: file.to_owned(),
        found,
        expected: "un fichier CSV, XLSX ou ODS",
    }
}
