//! A file as rows of text, whatever its format, within bounds.

use crate::intake::error::SourceError;

/// Bytes of a file.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Rows of a file, the header and empty ones included.
const MAX_ROWS: u64 = 200_000;
pub(in crate::intake) const MAX_COLUMNS: u64 = 500;
/// Cells of a file: what holds memory, when rows and columns are both many.
const MAX_CELLS: u64 = 5_000_000;
/// Characters of a cell.
pub(in crate::intake) const MAX_CELL: u64 = 100_000;
/// Bytes of all cells of a spreadsheet: a few bytes of file may unfold to many of text.
const MAX_TEXT: u64 = MAX_BYTES;

#[derive(Debug, Default)]
pub(in crate::intake) struct FileTable {
    /// The first row that is not empty.
    pub header: FileRow,
    pub rows: Vec<FileRow>,
    /// Every row was written with all its cells, as CSV is; a row with fewer or more is damaged.
    pub is_even: bool,
}

#[derive(Clone, Debug, Default)]
pub(in crate::intake) struct FileRow {
    /// As a spreadsheet program numbers it, from 1.
    pub number: u32,
    /// The text of each cell, without the blanks around it.
    pub cells: Vec<String>,
}

impl FileRow {
    pub(in crate::intake) fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    pub(in crate::intake) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// Collects rows, and refuses those over the bounds.
#[derive(Debug)]
pub(in crate::intake) struct TableBuilder<'a> {
    file: &'a str,
    rows: Vec<FileRow>,
    cells: u64,
    text: u64,
}

impl<'a> TableBuilder<'a> {
    pub(in crate::intake) fn new(file: &'a str) -> Self {
        Self { file, rows: Vec::new(), cells: 0, text: 0 }
    }

    /// Checks a cell that comes alone, ahead of its row, against the bounds. Returns its column. Rows and columns count
    /// from 0.
    pub(in crate::intake) fn admit(
        &mut self,
        (row, column): (u32, u32),
        text: &str,
    ) -> Result<usize, SourceError> {
        let row = row.saturating_add(1);
        self.within(row, "columns", u64::from(column).saturating_add(1), MAX_COLUMNS)?;
        self.cell_within(row, text)?;
        self.text = self.text.saturating_add(count(text.len()));
        self.within(row, "bytes of text in cells", self.text, MAX_TEXT)?;
        Ok(usize::try_from(column).unwrap_or(usize::MAX))
    }

    /// Adds a row. Rows come in order; empty ones between them may be left out and are then inserted.
    pub(in crate::intake) fn push(
        &mut self,
        number: u32,
        cells: &[String],
    ) -> Result<(), SourceError> {
        self.within(number, "rows", u64::from(number), MAX_ROWS)?;
        self.within(number, "columns", count(cells.len()), MAX_COLUMNS)?;
        self.cells = self.cells.saturating_add(count(cells.len()));
        self.within(number, "cells", self.cells, MAX_CELLS)?;
        for cell in cells {
            self.cell_within(number, cell)?;
        }
        let mut next = self.rows.last().map_or(1, |row| row.number.saturating_add(1));
        while next < number {
            self.rows.push(FileRow { number: next, cells: Vec::new() });
            next = next.saturating_add(1);
        }
        let cells = cells.iter().map(|cell| clean(cell)).collect();
        self.rows.push(FileRow { number, cells });
        Ok(())
    }

    /// The table of the rows added. Empty rows above the header are a margin, not rows of it.
    ///
    /// # Errors
    ///
    /// Fails when no row holds anything.
    pub(in crate::intake) fn finish(self) -> Result<FileTable, SourceError> {
        let mut rows = self.rows.into_iter().skip_while(FileRow::is_empty);
        let header = rows.next().ok_or_else(|| SourceError::Unreadable {
            file: self.file.to_owned(),
            found: "an empty file".to_owned(),
            expected: "a header row and rows",
        })?;
        Ok(FileTable { header, rows: rows.collect(), is_even: true })
    }

    /// `row` as a spreadsheet program numbers it.
    fn cell_within(&self, row: u32, cell: &str) -> Result<(), SourceError> {
        if count(cell.len()) <= MAX_CELL {
            return Ok(());
        }
        self.within(row, "characters in a cell", count(cell.chars().count()), MAX_CELL)
    }

    fn within(
        &self,
        row: u32,
        what: &'static str,
        found: u64,
        limit: u64,
    ) -> Result<(), SourceError> {
        if found <= limit {
            return Ok(());
        }
        Err(SourceError::TooLarge {
            file: self.file.to_owned(),
            row: Some(row),
            what,
            found,
            limit,
        })
    }
}

pub(in crate::intake) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Trims blanks (unbreakable ones included) and writes every line end as `\n`.
fn clean(cell: &str) -> String {
    let cell = cell.trim();
    if cell.contains('\r') {
        cell.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        cell.to_owned()
    }
}
