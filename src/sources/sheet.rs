//! XLSX and ODS spreadsheets: the first sheet, as text.

use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use calamine::Data;
use calamine::Ods;
use calamine::OdsError;
use calamine::Reader as _;
use calamine::Xlsx;
use calamine::XlsxError;

use super::error::SourceError;
use super::table::Table;
use super::table::TableBuilder;
use super::table::count;

/// Bytes that the parts of a spreadsheet say they hold once unpacked.
const MAX_UNPACKED: u64 = 1024 * 1024 * 1024;

/// Empty rows further down than this are the sheet's paper, not rows of a table.
const EMPTY_ROWS_HEEDED: u32 = 10_000;

const ZIP: &[u8] = b"PK\x03\x04";
const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const BEGINNING: usize = 200;
const OLD_EXCEL: &[u8] = b"\xd0\xcf\x11\xe0";

/// Told by their first bytes, whatever the file is called.
pub(super) fn is_sheet(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(OLD_EXCEL)
}

pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Table, SourceError> {
    if bytes.starts_with(OLD_EXCEL) {
        return Err(unreadable(file, "an old Excel file (.xls)".to_owned()));
    }
    let unpacked = unpacked_size(bytes);
    if unpacked > MAX_UNPACKED {
        return Err(SourceError::TooLarge {
            file: file.to_owned(),
            what: "bytes once unpacked",
            found: unpacked,
            limit: MAX_UNPACKED,
        });
    }
    // The reader of spreadsheets is not ours: whatever it makes of a damaged one is a refusal.
    catch_unwind(AssertUnwindSafe(|| read_unguarded(file, bytes)))
        .unwrap_or_else(|_| Err(unreadable(file, "a damaged spreadsheet".to_owned())))
}

fn read_unguarded(file: &str, bytes: &[u8]) -> Result<Table, SourceError> {
    // An ODS archive begins with the word for itself, unpacked.
    let beginning = bytes.get(..bytes.len().min(BEGINNING)).unwrap_or_default();
    if beginning.windows(ODS.len()).any(|window| window == ODS) {
        let damaged = |source: OdsError| unreadable(file, format!("a damaged ODS file ({source})"));
        return read_ods(file, Ods::new(Cursor::new(bytes)).map_err(damaged)?);
    }
    let damaged = |source: XlsxError| {
        unreadable(file, format!("an archive or a damaged XLSX file ({source})"))
    };
    read_xlsx(file, Xlsx::new(Cursor::new(bytes)).map_err(damaged)?)
}

/// Cell by cell: a sheet with one cell in its last corner must not cost the rectangle.
fn read_xlsx(file: &str, mut book: Xlsx<Cursor<&[u8]>>) -> Result<Table, SourceError> {
    let damaged = |source: XlsxError| unreadable(file, source.to_string());
    let sheet = first_sheet(file, &book.sheet_names())?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(damaged)?;
    let mut rows = Rows::new(file);
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        rows.put(row, column, text(&Data::from(cell.get_value().clone())))?;
    }
    rows.finish()
}

fn read_ods(file: &str, mut book: Ods<Cursor<&[u8]>>) -> Result<Table, SourceError> {
    let sheet = first_sheet(file, &book.sheet_names())?;
    let range = book.worksheet_range(&sheet).map_err(|e| unreadable(file, e.to_string()))?;
    let (top, left) = range.start().unwrap_or_default();
    let mut rows = Rows::new(file);
    for (row, cells) in (top..).zip(range.rows()) {
        for (column, cell) in (left..).zip(cells) {
            rows.put(row, column, text(cell))?;
        }
    }
    rows.finish()
}

fn first_sheet(file: &str, names: &[String]) -> Result<String, SourceError> {
    names.first().cloned().ok_or_else(|| unreadable(file, "a workbook without sheets".to_owned()))
}

/// Puts cells, which come row by row, into rows.
#[derive(Debug)]
struct Rows<'a> {
    table: TableBuilder<'a>,
    row: u32,
    cells: Vec<String>,
}

impl<'a> Rows<'a> {
    fn new(file: &'a str) -> Self {
        Self { table: TableBuilder::new(file), row: 0, cells: Vec::new() }
    }

    fn put(&mut self, row: u32, column: u32, text: String) -> Result<(), SourceError> {
        if row != self.row {
            self.end_row()?;
            self.row = row;
        }
        // A format painted down a column makes empty cells as far as the sheet goes.
        if text.is_empty() {
            return Ok(());
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if self.cells.len() <= column {
            self.cells.resize(column.saturating_add(1), String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
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

    fn finish(mut self) -> Result<Table, SourceError> {
        self.end_row()?;
        let mut table = self.table.finish()?;
        table.is_even = false;
        // Notes beside a table stand in columns without a name.
        let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let width = width.max(table.header.cells.len());
        table.header.cells.resize(width, String::new());
        Ok(table)
    }
}

/// Dates as ISO whatever their format on screen; numbers with a decimal point.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(is_true) => is_true.to_string(),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTime(duration) => duration.as_f64().to_string(),
        Data::DateTimeIso(date) => date.split('T').next().unwrap_or_default().to_owned(),
        Data::Error(error) => error.to_string(),
    }
}

/// What the archive's directory says: enough against a bomb that does not lie.
fn unpacked_size(bytes: &[u8]) -> u64 {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    const ENTRY_LENGTH: usize = 46;
    let end = bytes.windows(END.len()).rposition(|window| window == END);
    let mut rest = end
        .and_then(|end| number(bytes.get(end..)?, 16, 4))
        .and_then(|directory| bytes.get(directory..))
        .unwrap_or_default();
    let mut size: u64 = 0;
    while rest.starts_with(ENTRY) {
        let field = |at, length| number(rest, at, length).unwrap_or_default();
        size = size.saturating_add(count(field(24, 4)));
        let length = ENTRY_LENGTH + field(28, 2) + field(30, 2) + field(32, 2);
        rest = rest.get(length..).unwrap_or_default();
    }
    size
}

/// A little-endian number of the archive's directory.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    let value = digits.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    usize::try_from(value).ok()
}

fn unreadable(file: &str, found: String) -> SourceError {
    SourceError::Unreadable { file: file.to_owned(), found, expected: "a CSV, XLSX or ODS file" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_of_an_archive_says_what_it_unpacks_to() {
        let entry = |size: u32| {
            let mut entry = vec![0; 46];
            entry.splice(0..4, *b"PK\x01\x02");
            entry.splice(24..28, size.to_le_bytes());
            entry.splice(28..30, [1, 0]);
            entry.push(b'x');
            entry
        };
        let end = [&b"PK\x05\x06"[..], &[0; 12], &[4, 0, 0, 0], &[0, 0]].concat();
        let bomb = [ZIP.to_vec(), entry(u32::MAX), entry(7), end].concat();
        assert_eq!(unpacked_size(&bomb), u64::from(u32::MAX) + 7);
        assert_eq!(
            read("f.xlsx", &bomb).unwrap_err().to_string(),
            "`f.xlsx`: found 4294967302 bytes once unpacked, expected at most 1073741824"
        );
        assert_eq!(unpacked_size(b"PK\x03\x04"), 0);
    }
}
