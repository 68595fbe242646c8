//! What is asked when a table is judged, and how far it has come.

use std::num::NonZeroUsize;
use std::path::Path;

use chrono::NaiveDate;
use polars::error::PolarsError;

use super::error::TableError;
use crate::domain::portfolio::subject::SubjectKind;
use crate::intake::TableProfile;
use crate::rules::Catalogue;

/// What to judge, and how.
#[derive(Debug)]
pub struct TableRequest<'a> {
    /// A CSV file, or a Parquet file if its extension is `.parquet`.
    pub table: &'a Path,
    pub profile: &'a TableProfile,
    pub catalogue: &'a Catalogue,
    /// The kind of subject in a row.
    pub scope: SubjectKind,
    /// The column that identifies the subject, when its name does not say so.
    pub subject: Option<&'a str>,
    pub as_of: NaiveDate,
    /// Only verdicts from `Watch` up.
    pub fired: bool,
    pub explain: bool,
    /// Threads that judge; as many as there are processors by default, up to four.
    pub threads: Option<NonZeroUsize>,
}

/// Progress: bytes of a CSV file, or rows of a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
    pub rows: u64,
    pub verdicts: u64,
}

impl TableRequest<'_> {
    pub(super) fn unlaid(&self, source: PolarsError) -> TableError {
        TableError::Frame { path: self.table.to_owned(), source }
    }
}
