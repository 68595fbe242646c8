//! Reads a table as chunks of columns, whatever its format.

use std::path::Path;
use std::sync::Arc;
use std::vec::IntoIter;

use polars::frame::DataFrame;

use super::columns;
use super::columns::Placed;
use super::error::TableError;
use super::parquet::{ParquetRows, RowSlice};
use crate::intake::{Cells, FileFault, Refused, SourceError, TableLayout, TableRows};

pub(super) struct VerdictSource {
    path: Arc<str>,
    rows: Rows,
    /// Chunks returned so far, and their rows.
    chunks: usize,
    given: usize,
    size: u64,
}

enum Rows {
    Csv(Box<TableRows>),
    Parquet { file: Arc<ParquetRows>, slices: IntoIter<RowSlice> },
}

/// Rows of a table, which any thread may convert.
pub(super) struct TableChunk {
    pub(super) place: ChunkPlace,
    /// How far the table is read with it: bytes of a CSV file, rows of a Parquet file.
    pub(super) done: u64,
    content: Content,
}

enum Content {
    Csv(Vec<Cells>),
    Parquet(Arc<ParquetRows>, RowSlice),
}

/// Where the rows of a chunk stand, for what is said of them.
#[derive(Clone, Debug)]
pub(super) struct ChunkPlace {
    path: Arc<str>,
    /// Rows of the table before the chunk.
    before: usize,
}

impl VerdictSource {
    pub(super) fn open(path: &Path, most_rows: usize) -> Result<Self, TableError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_parquet = extension.is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        let (rows, size) = if is_parquet {
            let file = Arc::new(ParquetRows::open(path)?);
            let size = file.height();
            (Rows::Parquet { slices: file.slices(most_rows).into_iter(), file }, size)
        } else {
            let size = std::fs::metadata(path)
                .map_err(|source| SourceError::Read { path: path.to_owned(), source })?;
            (Rows::Csv(Box::new(TableRows::open(path)?)), size.len())
        };
        Ok(Self { path: path.display().to_string().into(), rows, chunks: 0, given: 0, size })
    }

    pub(super) fn headers(&self) -> &[String] {
        match &self.rows {
            Rows::Csv(rows) => rows.headers(),
            Rows::Parquet { file, .. } => file.headers(),
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Refuses columns whose type cannot be that of the field, before anything is judged.
    pub(super) fn check(&self, layout: &TableLayout) -> Result<(), TableError> {
        let faults = match &self.rows {
            Rows::Csv(_) => Vec::new(),
            Rows::Parquet { file, .. } => file.faults(layout),
        };
        if faults.is_empty() { Ok(()) } else { Err(refuse(&self.path, faults)) }
    }

    /// The number of the next chunk, and its rows or why they cannot be read; `None` at the end of the
    /// table.
    pub(super) fn next(
        &mut self,
        layout: &TableLayout,
        most_rows: usize,
    ) -> (usize, Result<Option<TableChunk>, TableError>) {
        let number = self.chunks;
        self.chunks += 1;
        (number, self.chunk(layout, most_rows))
    }

    fn chunk(
        &mut self,
        layout: &TableLayout,
        most_rows: usize,
    ) -> Result<Option<TableChunk>, TableError> {
        let place = ChunkPlace { path: Arc::clone(&self.path), before: self.given };
        let (content, rows, done) = match &mut self.rows {
            Rows::Csv(rows) => {
                let Some(cells) = rows.next(layout, most_rows)? else { return Ok(None) };
                let height = cells.first().map_or(0, Cells::height);
                (Content::Csv(cells), height, rows.position())
            }
            Rows::Parquet { file, slices } => {
                let Some(slice) = slices.next() else { return Ok(None) };
                let done = u64::try_from(self.given.saturating_add(slice.rows)).unwrap_or(u64::MAX);
                let height = slice.rows;
                (Content::Parquet(Arc::clone(file), slice), height, done)
            }
        };
        self.given = self.given.saturating_add(rows);
        Ok(Some(TableChunk { place, done, content }))
    }
}

impl TableChunk {
    /// One column per field of the layout, with the field's name and type.
    pub(super) fn read(self, layout: &TableLayout) -> Result<DataFrame, TableError> {
        match self.content {
            Content::Csv(cells) => columns::of_cells(layout, cells),
            Content::Parquet(file, slice) => {
                let read = file.read(layout, &slice)?;
                columns::of_table(layout, &read).map_err(|faults| self.place.refuse(faults))
            }
        }
    }
}

impl ChunkPlace {
    /// An error about rows of the chunk, counted from its first.
    pub(super) fn refuse(&self, faults: Vec<Placed>) -> TableError {
        let faults = faults.into_iter();
        let faults =
            faults.map(|(row, fault)| FileFault { row: row_number(self.before + row), ..fault });
        refuse(&self.path, faults.collect())
    }
}

/// The number of a row of the table, counted from zero, in the file: its header is row 1, as in a
/// spreadsheet.
pub(super) fn row_number(row: usize) -> Option<u32> {
    u32::try_from(row.saturating_add(2)).ok()
}

fn refuse(path: &str, faults: Vec<FileFault>) -> TableError {
    SourceError::Refused(Box::new(Refused { file: path.to_owned(), faults })).into()
}
