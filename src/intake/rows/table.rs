//! A file as rows of text, whatever its format, within bounds.

use std::ops::RangeInclusive;

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
/// Rows among which the header is looked for: people write a title and a date above it.
pub(in crate::intake) const HEADER_ROWS: usize = 20;
/// Rows by which a sheet is recognised: a header that lies in a column has as many cells as a table may have columns.
pub(in crate::intake) const HEAD_ROWS: usize = 500;

#[derive(Debug, Default)]
pub(in crate::intake) struct FileTable {
    /// What stands above the header.
    pub above: Vec<FileRow>,
    /// The first row that is not empty, until `headed_at` says another.
    pub header: FileRow,
    pub rows: Vec<FileRow>,
    /// Every row was written with all its cells, as CSV is; a row with fewer or more is damaged.
    pub is_even: bool,
    pub merged: Vec<MergedCells>,
    /// The name of the sheet of a workbook.
    pub sheet: Option<String>,
    /// Which sheet of several this is, and which were not read, in French.
    pub sheet_note: Option<String>,
    /// Of a table whose rows are the columns of the file: the number of the row that each of its columns was.
    pub turned_from: Option<Vec<u32>>,
    /// How many cells each of those rows was written with, where all should have as many.
    pub turned_lengths: Vec<usize>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::intake) struct FileRow {
    /// As a spreadsheet program numbers it, from 1.
    pub number: u32,
    /// The text of each cell, without the blanks around it.
    pub cells: Vec<String>,
}

/// Cells that a spreadsheet shows as one; the first of them holds the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) struct MergedCells {
    /// As a spreadsheet program numbers them, from 1.
    pub rows: RangeInclusive<u32>,
    /// From 0.
    pub columns: RangeInclusive<u32>,
}

impl FileTable {
    /// The rows that may be the header, with their places for `headed_at`: the first ones, and those of these numbers.
    pub(in crate::intake) fn candidates(
        &self,
        numbers: &[u32],
    ) -> impl Iterator<Item = (usize, &FileRow)> {
        let rows = std::iter::once(&self.header).chain(&self.rows).enumerate();
        let filled = rows.filter(|(_, row)| !row.is_empty()).enumerate();
        let last = numbers.iter().max().copied().unwrap_or_default();
        filled
            .take_while(move |(count, (_, row))| *count < HEADER_ROWS || row.number <= last)
            .filter(|(count, (_, row))| *count < HEADER_ROWS || numbers.contains(&row.number))
            .map(|(_, candidate)| candidate)
    }

    /// In place of a header, for a table that has none: the letters of its columns.
    pub(in crate::intake) fn without_header(&self) -> FileRow {
        let columns = 0..u32::try_from(self.width()).unwrap_or(u32::MAX);
        FileRow { number: 0, cells: columns.map(letters).collect() }
    }

    /// The same table without a header: its first row is one of the others.
    pub(in crate::intake) fn headless(mut self) -> Self {
        let header = self.without_header();
        self.rows.insert(0, std::mem::replace(&mut self.header, header));
        self
    }

    /// The same table with another of its rows as the header.
    pub(in crate::intake) fn headed_at(mut self, place: usize) -> Self {
        let Some(before) = place.checked_sub(1) else { return self };
        let mut rows = self.rows.into_iter();
        self.above.push(self.header);
        self.above.extend(rows.by_ref().take(before));
        self.header = rows.next().unwrap_or_default();
        self.rows = rows.collect();
        if !self.is_even {
            self.header.cells.resize(self.width(), String::new());
        }
        self
    }

    pub(in crate::intake) fn width(&self) -> usize {
        let widest = self.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        widest.max(self.header.cells.len())
    }
}

impl FileRow {
    pub(in crate::intake) fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    pub(in crate::intake) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// The letters of a column, which counts from 0: `A` to `Z`, then `AA`.
pub fn letters(column: u32) -> String {
    let (mut rest, mut letters) = (column.saturating_add(1), Vec::new());
    while let Some(before) = rest.checked_sub(1) {
        let letter = char::from_digit(before % 26 + 10, 36).unwrap_or('?');
        letters.push(letter.to_ascii_uppercase());
        rest = before / 26;
    }
    letters.iter().rev().collect()
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
        self.within(row, "colonnes", u64::from(column).saturating_add(1), MAX_COLUMNS)?;
        self.cell_within(row, text)?;
        self.text = self.text.saturating_add(count(text.len()));
        self.within(row, "octets de texte dans les cellules", self.text, MAX_TEXT)?;
        Ok(usize::try_from(column).unwrap_or(usize::MAX))
    }

    /// Adds a row. Rows come in order; empty ones between them may be left out and are then inserted.
    pub(in crate::intake) fn push(
        &mut self,
        number: u32,
        cells: &[String],
    ) -> Result<(), SourceError> {
        self.within(number, "lignes", u64::from(number), MAX_ROWS)?;
        self.within(number, "colonnes", count(cells.len()), MAX_COLUMNS)?;
        self.cells = self.cells.saturating_add(count(cells.len()));
        self.within(number, "cellules", self.cells, MAX_CELLS)?;
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
            found: "un fichier vide".to_owned(),
            expected: "des en-têtes et des lignes",
        })?;
        let rows = rows.collect();
        Ok(FileTable { header, rows, is_even: true, ..FileTable::default() })
    }

    /// `row` as a spreadsheet program numbers it.
    fn cell_within(&self, row: u32, cell: &str) -> Result<(), SourceError> {
        if count(cell.len()) <= MAX_CELL {
            return Ok(());
        }
        self.within(row, "caractères dans une cellule", count(cell.chars().count()), MAX_CELL)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        for (column, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ")] {
            assert_eq!(letters(column), expected);
        }
    }
}
