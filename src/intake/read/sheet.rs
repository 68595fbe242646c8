//! Reads one sheet of a spreadsheet as text.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Dimensions, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::archive::Archive;
use super::ods;
use super::sheet_rows::{SheetHead, SheetRows};
use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, MergedCells};

const ZIP: &[u8] = b"PK\x03\x04";
const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const BEGINNING: usize = 200;
const OLD_EXCEL: &[u8] = b"\xd0\xcf\x11\xe0";

/// The name of what a password protects, in the directory of an XLSX file that has one.
const ENCRYPTED: &str = "EncryptedPackage";

/// Chooses one of the sheets by its first rows, in the order of the file.
pub(in crate::intake) type ChooseSheet<'a> =
    dyn Fn(&[SheetHead]) -> Result<usize, SourceError> + 'a;

/// Recognised by their first bytes, whatever the file's name.
pub(in crate::intake) fn is_sheet(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(OLD_EXCEL)
}

/// A ZIP archive, of files or of the parts of one workbook.
pub(in crate::intake) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP)
}

pub(in crate::intake) fn read(
    file: &str,
    bytes: &[u8],
    choose: &ChooseSheet<'_>,
) -> Result<FileTable, SourceError> {
    if bytes.starts_with(OLD_EXCEL) {
        let mark: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_protected = bytes.windows(mark.len()).any(|window| window == mark);
        return Err(if is_protected {
            protected(file)
        } else {
            unreadable(file, "un ancien fichier Excel (.xls)".to_owned())
        });
    }
    // The reader of spreadsheets is not ours: whatever it makes of a damaged one is a refusal.
    catch_unwind(AssertUnwindSafe(|| read_unguarded(file, bytes, choose)))
        .unwrap_or_else(|_| Err(unreadable(file, "un classeur endommagé".to_owned())))
}

fn read_unguarded(
    file: &str,
    bytes: &[u8],
    choose: &ChooseSheet<'_>,
) -> Result<FileTable, SourceError> {
    let mut archive = Archive::open(file, bytes)?;
    // An ODS archive begins with the word for itself, unpacked.
    let beginning = bytes.get(..bytes.len().min(BEGINNING)).unwrap_or_default();
    if beginning.windows(ODS.len()).any(|window| window == ODS) {
        if archive.is_encrypted()? {
            return Err(protected(file));
        }
        let heads = ods::heads(file, archive.part(ods::CONTENT)?)?;
        let chosen = choose(&heads)?;
        return ods::read(file, archive.part(ods::CONTENT)?, chosen);
    }
    archive.check_parts()?;
    let damaged = |source: XlsxError| {
        unreadable(file, format!("une archive, ou un fichier XLSX endommagé ({source})"))
    };
    read_xlsx(file, Xlsx::new(Cursor::new(bytes)).map_err(damaged)?, choose)
}

fn read_xlsx(
    file: &str,
    mut book: Xlsx<Cursor<&[u8]>>,
    choose: &ChooseSheet<'_>,
) -> Result<FileTable, SourceError> {
    let sheets: Vec<_> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    let mut heads = Vec::new();
    for (name, is_hidden) in sheets {
        let head = xlsx_rows(file, &mut book, &name, true)?.head()?;
        heads.push(SheetHead { name, is_hidden, head });
    }
    if heads.is_empty() {
        return Err(unreadable(file, "un classeur sans feuille".to_owned()));
    }
    let chosen = choose(&heads)?;
    let name = heads.get(chosen).map(|head| head.name.clone()).unwrap_or_default();
    let mut table = xlsx_rows(file, &mut book, &name, false)?.finish()?;
    let merged = book.merge_cells_by_sheet_name(&name);
    let merged = merged.map_err(|source| unreadable(file, source.to_string()))?;
    table.merged = merged.into_iter().map(merged_cells).collect();
    Ok(table)
}

/// Reads cell by cell: a sheet with one cell in its last corner must not cost the memory of the whole rectangle.
fn xlsx_rows<'f>(
    file: &'f str,
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    head_only: bool,
) -> Result<SheetRows<'f>, SourceError> {
    let damaged = |source: XlsxError| unreadable(file, source.to_string());
    let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut rows = SheetRows::new(file);
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        if head_only && rows.has_head(row) {
            break;
        }
        rows.put(row, column, &text(&Data::from(cell.get_value().clone())))?;
    }
    Ok(rows)
}

fn merged_cells(merged: Dimensions) -> MergedCells {
    let Dimensions { start, end } = merged;
    MergedCells {
        rows: start.0.saturating_add(1)..=end.0.saturating_add(1),
        columns: start.1..=end.1,
    }
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

fn protected(file: &str) -> SourceError {
    SourceError::Unreadable {
        file: file.to_owned(),
        found: "un fichier protégé par un mot de passe".to_owned(),
        expected: "le même fichier enregistré sans mot de passe",
    }
}

fn unreadable(file: &str, found: String) -> SourceError {
    SourceError::Unreadable {
        file: file.to_owned(),
        found,
        expected: "un fichier CSV, XLSX ou ODS",
    }
}
