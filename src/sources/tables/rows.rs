//! A CSV file read some rows at a time, whatever its size.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use csv::ByteRecord;
use csv::ReaderBuilder;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::WINDOWS_1252;

use super::cells::Cells;
use super::profile::TableLayout;
use super::profile::refuse;
use crate::sources::error::Fault;
use crate::sources::error::SHOWN;
use crate::sources::error::SourceError;
use crate::sources::text::separator;

/// Bytes of one row: a quote that never closes must not swallow the file.
const MAX_ROW: u64 = 16 * 1024 * 1024;

/// Bytes looked at to find the separator.
const HEAD: usize = 64 * 1024;

/// The rows of a CSV file, in order.
#[derive(Debug)]
pub struct TableRows {
    file: String,
    reader: csv::Reader<Metered>,
    meter: Arc<Meter>,
    headers: Vec<String>,
    /// Line ends inside cells so far: rows are not lines.
    folds: u64,
}

/// How much was read, and how much the row at hand may still take.
#[derive(Debug, Default)]
struct Meter {
    read: AtomicU64,
    limit: AtomicU64,
}

#[derive(Debug)]
struct Metered {
    inner: BufReader<File>,
    meter: Arc<Meter>,
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
                return Err(unreadable(&file, encoding.name(), "UTF-8 or Windows-1252"));
            }
            None => 0,
        };
        if head.contains(&0) {
            return Err(unreadable(&file, "binary content", "a CSV or Parquet file"));
        }
        let delimiter = separator(&text(head.get(mark..).unwrap_or_default()));
        inner.consume(mark);
        let meter = Arc::new(Meter::default());
        meter.allow_a_row();
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(Metered { inner, meter: Arc::clone(&meter) });
        let mut rows = Self { file, reader, meter, headers: Vec::new(), folds: 0 };
        let mut record = ByteRecord::new();
        if !rows.advance(&mut record)? {
            return Err(unreadable(&rows.file, "an empty file", "a header row and rows"));
        }
        rows.headers = record.iter().map(|cell| text(cell).trim().to_owned()).collect();
        Ok(rows)
    }

    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Bytes read so far, a little ahead of the rows.
    pub fn position(&self) -> u64 {
        self.meter.read.load(Ordering::Relaxed)
    }

    /// The next rows, column by column as the layout has them; `None` at the end. Refuses rows that
    /// are wrong: all those among these.
    pub fn next(
        &mut self,
        layout: &TableLayout,
        count: usize,
    ) -> Result<Option<Vec<Cells>>, SourceError> {
        let mut columns: Vec<Cells> =
            layout.fields.iter().map(|field| Cells::of(field.field.kind, count)).collect();
        let mut record = ByteRecord::new();
        let mut faults = Vec::new();
        let mut read = 0;
        while read < count && faults.len() < SHOWN && self.advance(&mut record)? {
            read += 1;
            let row = self.row(&record);
            if record.len() != self.headers.len() {
                faults.push(Fault {
                    row,
                    column: None,
                    found: format!("{} cells", record.len()),
                    expected: format!("{}, as many as headers", self.headers.len()),
                });
                continue;
            }
            for (field, cells) in layout.fields.iter().zip(&mut columns) {
                let cell = text(record.get(field.index).unwrap_or_default());
                if let Err(expected) = cells.push(field, &cell) {
                    let column = Some(field.header.clone());
                    faults.push(Fault { row, column, found: Fault::quote(&cell), expected });
                }
            }
        }
        match (faults.is_empty(), read) {
            (false, _) => Err(refuse(&self.file, faults)),
            (true, 0) => Ok(None),
            (true, _) => Ok(Some(columns)),
        }
    }

    fn advance(&mut self, record: &mut ByteRecord) -> Result<bool, SourceError> {
        self.meter.allow_a_row();
        let more = self.reader.read_byte_record(record).map_err(|source| {
            let found = source.to_string();
            SourceError::Unreadable { file: self.file.clone(), found, expected: "CSV" }
        })?;
        let folds = record.iter().flatten().filter(|byte| **byte == b'\n').count();
        self.folds = self.folds.saturating_add(u64::try_from(folds).unwrap_or_default());
        Ok(more)
    }

    /// As a spreadsheet program numbers the row that was read last.
    fn row(&self, record: &ByteRecord) -> Option<u32> {
        let line = record.position()?.line();
        let folds = record.iter().flatten().filter(|byte| **byte == b'\n').count();
        let before = self.folds.saturating_sub(u64::try_from(folds).ok()?);
        u32::try_from(line.saturating_sub(before)).ok()
    }
}

impl Meter {
    fn allow_a_row(&self) {
        let read = self.read.load(Ordering::Relaxed);
        self.limit.store(read.saturating_add(MAX_ROW), Ordering::Relaxed);
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let taken = u64::try_from(count).unwrap_or(u64::MAX);
        let read = self.meter.read.fetch_add(taken, Ordering::Relaxed).saturating_add(taken);
        if read > self.meter.limit.load(Ordering::Relaxed) {
            return Err(io::Error::other(format!(
                "a row of more than {MAX_ROW} bytes: a quote that never closes?"
            )));
        }
        Ok(count)
    }
}

/// Windows-1252 where it is not UTF-8: every byte has a meaning there.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

fn unreadable(file: &str, found: &str, expected: &'static str) -> SourceError {
    SourceError::Unreadable { file: file.to_owned(), found: found.to_owned(), expected }
}
