//! Cells, which come row by row, put into rows.

use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, HEAD_ROWS, TableBuilder};

/// Empty rows below this one are the unused sheet, not rows of a table.
pub(super) const EMPTY_ROWS_HEEDED: u32 = 10_000;

/// A sheet of a spreadsheet, by its first rows.
#[derive(Debug)]
pub(in crate::intake) struct SheetHead {
    pub name: String,
    pub is_hidden: bool,
    /// `None` when the sheet is empty.
    pub head: Option<FileTable>,
}

/// Assembles cells, which come row by row, into rows.
#[derive(Debug)]
pub(in crate::intake) struct SheetRows<'a> {
    table: TableBuilder<'a>,
    row: u32,
    cells: Vec<String>,
    /// Rows put so far that hold something.
    filled: usize,
}

impl<'a> SheetRows<'a> {
    pub(in crate::intake) fn new(file: &'a str) -> Self {
        Self { table: TableBuilder::new(file), row: 0, cells: Vec::new(), filled: 0 }
    }

    /// Rows and columns count from 0.
    pub(in crate::intake) fn put(
        &mut self,
        row: u32,
        column: u32,
        text: &str,
    ) -> Result<(), SourceError> {
        if row != self.row {
            self.end_row()?;
            self.row = row;
        }
        // A format painted down a column makes empty cells as far as the sheet goes.
        if text.is_empty() {
            return Ok(());
        }
        self.filled += usize::from(self.cells.is_empty());
        let column = self.table.admit((self.row, column), text)?;
        if self.cells.len() <= column {
            self.cells.resize(column.saturating_add(1), String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            text.clone_into(cell);
        }
        Ok(())
    }

    /// Whether the rows put before this one are enough to find the header, in whichever way it lies.
    pub(in crate::intake) fn has_head(&self, row: u32) -> bool {
        row != self.row && self.filled >= HEAD_ROWS
    }

    fn end_row(&mut self) -> Result<(), SourceError> {
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() && self.row >= EMPTY_ROWS_HEEDED {
            return Ok(());
        }
        self.table.push(self.row.saturating_add(1), &cells)
    }

    pub(in crate::intake) fn finish(mut self) -> Result<FileTable, SourceError> {
        self.end_row()?;
        let mut table = self.table.finish()?;
        table.is_even = false;
        // Notes next to a table are in columns without a name.
        table.header.cells.resize(table.width(), String::new());
        Ok(table)
    }

    /// The rows put, or nothing when none holds anything.
    pub(in crate::intake) fn head(self) -> Result<Option<FileTable>, SourceError> {
        if self.filled == 0 { Ok(None) } else { self.finish().map(Some) }
    }
}
