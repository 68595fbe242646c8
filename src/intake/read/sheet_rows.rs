//! Cells, which come row by row, put into rows.

use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, TableBuilder};

/// Empty rows below this one are the unused sheet, not rows of a table.
pub(super) const EMPTY_ROWS_HEEDED: u32 = 10_000;

/// Assembles cells, which come row by row, into rows.
#[derive(Debug)]
pub(in crate::intake) struct SheetRows<'a> {
    table: TableBuilder<'a>,
    row: u32,
    cells: Vec<String>,
}

impl<'a> SheetRows<'a> {
    pub(in crate::intake) fn new(file: &'a str) -> Self {
        Self { table: TableBuilder::new(file), row: 0, cells: Vec::new() }
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
        let column = self.table.admit((self.row, column), text)?;
        if self.cells.len() <= column {
            self.cells.resize(column.saturating_add(1), String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            text.clone_into(cell);
        }
        Ok(())
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
        let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let width = width.max(table.header.cells.len());
        table.header.cells.resize(width, String::new());
        Ok(table)
    }
}
