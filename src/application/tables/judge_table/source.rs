//! Reads a table as chunks of columns, whatever its format.

use std::path::Path;

use polars::frame::DataFrame;

use super::columns;
use super::columns::Placed;
use super::error::TableError;
use super::parquet::ParquetRows;
use crate::intake::{FileFault, Refused, SourceError, TableLayout, TableRows};

pub(super) struct VerdictSource {
    path: String,
    rows: Rows,
    /// Rows returned so far.
    given: usize,
    /// Rows returned before the last chunk.
    before: usize,
    size: u64,
}

enum Rows {
    Csv(Box<TableRows>),
    Parquet(ParquetRows),
}

impl VerdictSource {
    pub(super) fn open(path: &Path) -> Result<Self, TableError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_parquet = extension.is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        let (rows, size) = if is_parquet {
            let rows = ParquetRows::open(path)?;
            let size = rows.height();
            (Rows::Parquet(rows), size)
        } else {
            let size = std::fs::metadata(path)
                .map_err(|source| SourceError::Read { path: path.to_owned(), source })?;
            (Rows::Csv(Box::new(TableRows::open(path)?)), size.len())
        };
        Ok(Self { path: path.display().to_string(), rows, given: 0, before: 0, size })
    }

    pub(super) fn headers(&self) -> &[String] {
        match &self.rows {
            Rows::Csv(rows) => rows.headers(),
            Rows::Parquet(rows) => rows.headers(),
        }
    }

    /// Refuses columns whose type cannot be that of the field, before anything is judged.
    pub(super) fn check(&self, layout: &TableLayout) -> Result<(), TableError> {
        let faults = match &self.rows {
            Rows::Csv(_) => Vec::new(),
            Rows::Parquet(rows) => rows.faults(layout),
        };
        if faults.is_empty() { Ok(()) } else { Err(self.refuse(faults)) }
    }

    /// The next rows: one column per field of the layout, with the field's name and type.
    pub(super) fn next(
        &mut self,
        layout: &TableLayout,
        count: usize,
    ) -> Result<Option<DataFrame>, TableError> {
        self.before = self.given;
        let next = match &mut self.rows {
            Rows::Csv(rows) => match rows.next(layout, count)? {
                Some(cells) => Some(columns::of_cells(layout, cells)?),
                None => None,
            },
            Rows::Parquet(rows) => match rows.next(layout, count)? {
                Some(read) => {
                    let typed = columns::of_table(layout, &read);
                    Some(typed.map_err(|faults| self.refuse(self.placed(faults)))?)
                }
                None => None,
            },
        };
        self.given += next.as_ref().map_or(0, DataFrame::height);
        Ok(next)
    }

    /// The number of the first row of the last chunk; the header is row 1.
    pub(super) fn first_row(&self) -> u32 {
        u32::try_from(self.before.saturating_add(2)).unwrap_or(u32::MAX)
    }

    pub(super) fn progress(&self) -> (u64, u64) {
        let done = match &self.rows {
            Rows::Csv(rows) => rows.position(),
            Rows::Parquet(_) => u64::try_from(self.given).unwrap_or(u64::MAX),
        };
        (done, self.size)
    }

    /// An error about rows of the last chunk, counted from its first.
    pub(super) fn refuse_rows(&self, faults: Vec<Placed>) -> TableError {
        self.refuse(self.placed(faults))
    }

    /// Row numbers of the file, where the header is row 1, as in a spreadsheet.
    fn placed(&self, faults: Vec<Placed>) -> Vec<FileFault> {
        let number = |row: usize| u32::try_from(self.before.saturating_add(row).saturating_add(2));
        faults
            .into_iter()
            .map(|(row, fault)| FileFault { row: number(row).ok(), ..fault })
            .collect()
    }

    fn refuse(&self, faults: Vec<FileFault>) -> TableError {
        SourceError::Refused(Box::new(Refused { file: self.path.clone(), faults })).into()
    }
}
