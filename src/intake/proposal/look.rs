//! What a file of an unknown layout holds, for whoever describes it: its sheets, its first rows, samples of its columns.

use std::cell::RefCell;

use serde::Serialize;

use super::draft::LayoutDraft;
use super::found_table::sheet_called;
use super::{Certainty, Guess};
use crate::intake::error::SourceError;
use crate::intake::read::file_bytes::bounded;
use crate::intake::read::sheet_rows::SheetHead;
use crate::intake::read::{csv, sheet};
use crate::intake::reader::Reader;
use crate::intake::rows::table::{FileRow, FileTable, letters};
use crate::support::visible_text;

/// Rows that are shown.
const ROWS: usize = 15;

/// Columns of a row that are shown.
const CELLS: usize = 12;

/// Characters of a cell that are shown.
const SHOWN: usize = 60;

/// Cells of a column that are shown.
const SAMPLES: usize = 3;

/// Different cells of a column at most for each to be shown.
const MOST_DISTINCT: usize = 30;

/// The first rows of a file, as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileLook {
    /// None for a file that is no workbook.
    pub sheets: Vec<String>,
    /// The sheet that the rows are of.
    pub sheet: Option<String>,
    pub rows: Vec<LookedRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LookedRow {
    /// As a spreadsheet program numbers it.
    pub number: u32,
    pub cells: Vec<String>,
}

/// A first description of a file, for a person to complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayoutProposal {
    pub draft: LayoutDraft,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// The row of the headers; the column of a table whose projects are in columns.
    pub header_row: u32,
    /// In the order of the draft's columns.
    pub columns: Vec<LookedColumn>,
}

/// What is seen of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookedColumn {
    /// Letters of its place.
    pub place: String,
    /// How like its header is to what the field is called, from 0 to 1.
    pub likeness: Option<f64>,
    pub certainty: Certainty,
    pub reasons: Vec<String>,
    pub samples: Vec<String>,
    /// Each of its different cells; none when they are many.
    pub distinct: Vec<String>,
}

impl Reader {
    /// The first rows of a file. `requested` is the sheet to look at; the first that is visible by default.
    ///
    /// # Errors
    /// When the file cannot be read as a table, or has no such sheet.
    pub fn look(
        &self,
        file: &str,
        bytes: &[u8],
        requested: Option<&str>,
    ) -> Result<FileLook, SourceError> {
        bounded(file, bytes)?;
        if !sheet::is_sheet(bytes) {
            let rows = first_rows(&csv::read(file, bytes)?);
            return Ok(FileLook { sheets: Vec::new(), sheet: None, rows });
        }
        let seen = RefCell::new((Vec::new(), 0));
        let choose = |heads: &[SheetHead]| {
            let names: Vec<String> = heads.iter().map(|head| head.name.clone()).collect();
            let place = match requested {
                Some(name) => sheet_called(file, name, heads)?,
                None => heads
                    .iter()
                    .position(|head| !head.is_hidden && head.head.is_some())
                    .unwrap_or_default(),
            };
            seen.replace((names, place));
            Ok(place)
        };
        let table = sheet::read(file, bytes, &choose)?;
        let (sheets, place) = seen.into_inner();
        Ok(FileLook { sheet: sheets.get(place).cloned(), sheets, rows: first_rows(&table) })
    }
}

fn first_rows(table: &FileTable) -> Vec<LookedRow> {
    let rows = std::iter::once(&table.header).chain(&table.rows).filter(|row| !row.is_empty());
    let rows: Vec<&FileRow> = rows.take(ROWS).collect();
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default().min(CELLS);
    let cells = |row: &FileRow| (0..width).map(|column| shortened(row.cell(column))).collect();
    rows.iter().map(|row| LookedRow { number: row.number, cells: cells(row) }).collect()
}

/// What is seen of the column at `index`.
pub(super) fn column(guess: &Guess, index: usize, rows: &[&FileRow]) -> LookedColumn {
    let mut distinct: Vec<String> = Vec::new();
    for cell in rows.iter().map(|row| row.cell(index)).filter(|cell| !cell.is_empty()) {
        if distinct.len() <= MOST_DISTINCT && !distinct.iter().any(|other| other == cell) {
            distinct.push(cell.to_owned());
        }
    }
    let samples = distinct.iter().take(SAMPLES).map(|cell| shortened(cell)).collect();
    if distinct.len() > MOST_DISTINCT || distinct.iter().any(|cell| cell.chars().count() > SHOWN) {
        distinct.clear();
    }
    LookedColumn {
        place: letters(u32::try_from(index).unwrap_or(u32::MAX)),
        likeness: guess.likeness,
        certainty: guess.proposed.certainty,
        reasons: guess.proposed.reasons.clone(),
        samples,
        distinct,
    }
}

fn shortened(cell: &str) -> String {
    let cell = visible_text::one_line(cell);
    match cell.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", cell.get(..end).unwrap_or_default()),
        None => cell.into_owned(),
    }
}
