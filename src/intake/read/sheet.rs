//! Reads the first sheet of a spreadsheet as text.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Reader as _, Xlsx, XlsxError};

use super::archive::Archive;
use super::ods;
use super::sheet_rows::SheetRows;
use crate::intake::error::SourceError;
use crate::intake::rows::table::FileTable;

const ZIP: &[u8] = b"PK\x03\x04";
const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const BEGINNING: usize = 200;
const OLD_EXCEL: &[u8] = b"\xd0\xcf\x11\xe0";

/// Recognised by their first bytes, whatever the file's name.
pub(in crate::intake) fn is_sheet(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(OLD_EXCEL)
}

pub(in crate::intake) fn read(file: &str, bytes: &[u8]) -> Result<FileTable, SourceError> {
    if bytes.starts_with(OLD_EXCEL) {
        return Err(unreadable(file, "an old Excel file (.xls)".to_owned()));
    }
    // The reader of spreadsheets is not ours: whatever it makes of a damaged one is a refusal.
    catch_unwind(AssertUnwindSafe(|| read_unguarded(file, bytes)))
        .unwrap_or_else(|_| Err(unreadable(file, "a damaged spreadsheet".to_owned())))
}

fn read_unguarded(file: &str, bytes: &[u8]) -> Result<FileTable, SourceError> {
    let mut archive = Archive::open(file, bytes)?;
    // An ODS archive begins with the word for itself, unpacked.
    let beginning = bytes.get(..bytes.len().min(BEGINNING)).unwrap_or_default();
    if beginning.windows(ODS.len()).any(|window| window == ODS) {
        return ods::read(file, archive.part(ods::CONTENT)?);
    }
    archive.check_parts()?;
    let damaged = |source: XlsxError| {
        unreadable(file, format!("an archive or a damaged XLSX file ({source})"))
    };
    read_xlsx(file, Xlsx::new(Cursor::new(bytes)).map_err(damaged)?)
}

/// Reads cell by cell: a sheet with one cell in its last corner must not cost the memory of the whole rectangle.
fn read_xlsx(file: &str, mut book: Xlsx<Cursor<&[u8]>>) -> Result<FileTable, SourceError> {
    let damaged = |source: XlsxError| unreadable(file, source.to_string());
    let sheet = first_sheet(file, &book.sheet_names())?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(damaged)?;
    let mut rows = SheetRows::new(file);
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        rows.put(row, column, &text(&Data::from(cell.get_value().clone())))?;
    }
    rows.finish()
}

fn first_sheet(file: &str, names: &[String]) -> Result<String, SourceError> {
    names.first().cloned().ok_or_else(|| unreadable(file, "a workbook without sheets".to_owned()))
}

/// The text of a cell: dates as ISO 8601 whatever their format on screen, numbers with a decimal point.
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

fn unreadable(file: &str, found: String) -> SourceError {
    SourceError::Unreadable { file: file.to_owned(), found, expected: "a CSV, XLSX or ODS file" }
}
