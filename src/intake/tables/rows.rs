//! Reads a CSV file of any size in batches of rows.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::cells::Cells;
use super::profile::{TableLayout, refuse};
use crate::intake::error::{FileFault, SHOWN, SourceError};
use crate::intake::read::csv::separator;
use crate::intake::read::csv_quotes::PAIRED;
use crate::intake::read::csv_records::{CsvRecords, MAX_RECORD, RecordFault};
use crate::intake::read::csv_text::{Encodings, ONE_ENCODING, without_separator_line};

/// Most columns of a table: each takes memory on every row, read or ignored.
pub const MAX_TABLE_COLUMNS: usize = 10_000;

/// Bytes examined to find the separator.
const HEAD: usize = 64 * 1024;

/// The rows of a CSV file, in order.
#[derive(Debug)]
pub struct TableRows {
    file: String,
    records: CsvRecords<BufReader<File>>,
    headers: Vec<String>,
    /// Line ends inside cells so far: a row may span several lines.
    folds: u64,
    /// Rows above the header, for a spreadsheet program.
    above: u64,
    encodings: Encodings,
}

impl TableRows {
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let unread = |source| SourceError::Read { path: path.to_owned(), source };
        let file = path.display().to_string();
        let mut inner = BufReader::with_capacity(HEAD, File::open(path).map_err(unread)?);
        let head = inner.fill_buf().map_err(unread)?;
        let mark = match Encoding::for_bom(head) {
            Some((encoding, mark)) if encoding == UTF_8 => mark,
            Some((encoding, _)) => {
                return Err(unreadable(&file, encoding.name(), "UTF-8 ou Windows-1252"));
            }
            None => 0,
        };
        if head.contains(&0) {
            return Err(unreadable(&file, "un contenu binaire", "un fichier CSV ou Parquet"));
        }
        let beginning = text(head.get(mark..).unwrap_or_default());
        let delimiter = separator(&beginning);
        let (said, rest) = without_separator_line(&beginning);
        let line = beginning.len().saturating_sub(rest.len());
        inner.consume(mark.saturating_add(line));
        let records = CsvRecords::new(inner, delimiter, MAX_TABLE_COLUMNS);
        let (above, encodings) = (u64::from(said.is_some()), Encodings::default());
        let mut rows = Self { file, records, headers: Vec::new(), folds: 0, above, encodings };
        if !rows.advance()? {
            return Err(unreadable(&rows.file, "un fichier vide", "des en-têtes et des lignes"));
        }
        rows.headers = rows.records.fields().map(|cell| text(cell).trim().to_owned()).collect();
        Ok(rows)
    }

    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Bytes of the rows read so far.
    pub fn position(&self) -> u64 {
        self.records.span().1
    }

    /// The next batch of rows, one column per column of the layout; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// Fails with every fault of the batch.
    pub fn next(
        &mut self,
        layout: &TableLayout,
        count: usize,
    ) -> Result<Option<Vec<Cells>>, SourceError> {
        let mut columns: Vec<Cells> =
            layout.fields.iter().map(|field| Cells::of(field.field.kind, count)).collect();
        let mut faults = Vec::new();
        let mut read = 0;
        while read < count && faults.len() < SHOWN && self.advance()? {
            read += 1;
            let row = self.row();
            if self.records.columns() != self.headers.len() {
                faults.push(FileFault {
                    row,
                    column: None,
                    found: format!("{} cellules", self.records.columns()),
                    expected: format!("{}, autant que d’en-têtes", self.headers.len()),
                    unknown_name: None,
                });
                continue;
            }
            for (field, cells) in layout.fields.iter().zip(&mut columns) {
                let bytes = self.records.field(field.index);
                let number = u64::from(row.unwrap_or_default());
                if let Err(found) = self.encodings.meet(number, bytes) {
                    return Err(unreadable(&self.file, &found, ONE_ENCODING));
                }
                let cell = text(bytes);
                if let Err(expected) = cells.push(field, &cell) {
                    let column = Some(field.header.clone());
                    faults.push(FileFault {
                        row,
                        column,
                        found: FileFault::quote(&cell),
                        expected,
                        unknown_name: None,
                    });
                }
            }
        }
        match (faults.is_empty(), read) {
            (false, _) => Err(refuse(&self.file, faults)),
            (true, 0) => Ok(None),
            (true, _) => Ok(Some(columns)),
        }
    }

    fn advance(&mut self) -> Result<bool, SourceError> {
        let more = self.records.advance();
        let row = self.row();
        let more = more.map_err(|fault| self.refused(row, fault))?;
        self.folds = self.folds.saturating_add(self.folds_here());
        Ok(more)
    }

    fn refused(&self, row: Option<u32>, fault: RecordFault) -> SourceError {
        let found = match fault {
            RecordFault::Columns(found) => {
                let (what, limit) =
                    ("colonnes", u64::try_from(MAX_TABLE_COLUMNS).unwrap_or(u64::MAX));
                return SourceError::TooLarge { file: self.file.clone(), row, what, found, limit };
            }
            RecordFault::Bytes => {
                format!("une ligne de plus de {MAX_RECORD} octets : un guillemet jamais fermé ?")
            }
            RecordFault::Quote(stray) => {
                let found = stray.in_words(row.unwrap_or_default());
                return unreadable(&self.file, &found, PAIRED);
            }
            RecordFault::Io(source) => source.to_string(),
        };
        SourceError::Unreadable { file: self.file.clone(), found, expected: "CSV" }
    }

    /// Line ends inside the cells of the last row read.
    fn folds_here(&self) -> u64 {
        let folds = self.records.fields().flatten().filter(|byte| **byte == b'\n').count();
        u64::try_from(folds).unwrap_or_default()
    }

    /// The number of the last row read, as a spreadsheet program shows it.
    fn row(&self) -> Option<u32> {
        let before = self.folds.saturating_sub(self.folds_here());
        let line = self.records.line().saturating_add(self.above);
        u32::try_from(line.saturating_sub(before)).ok()
    }
}

/// Decodes UTF-8, else Windows-1252, in which every byte has a meaning.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

fn unreadable(file: &str, found: &str, expected: &'static str) -> SourceError {
    SourceError::Unreadable { file: file.to_owned(), found: found.to_owned(), expected }
}
