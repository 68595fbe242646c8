//! Records of a CSV file, read within bounds of columns and bytes while they come: a line of nothing but separators costs no
//! more than the columns that there may be.

use std::io;
use std::io::BufRead;

use csv_core::ReadRecordResult;

use super::csv_quotes::{QuoteScan, StrayQuote};

/// Bytes of one record: a quote that never closes must not swallow the file.
pub(in crate::intake) const MAX_RECORD: u64 = 16 * 1024 * 1024;

/// Bytes of fields, and fields, that room is reserved for at first.
const FIELDS: usize = 1024;
const ENDS: usize = 64;

#[derive(Debug)]
pub(in crate::intake) enum RecordFault {
    Io(io::Error),
    /// More columns than allowed: at least this many.
    Columns(u64),
    Bytes,
    Quote(StrayQuote),
}

pub(in crate::intake) struct CsvRecords<R> {
    input: R,
    core: csv_core::Reader,
    separator: u8,
    most_columns: usize,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// Columns of the current record.
    columns: usize,
    line: u64,
    start: u64,
    offset: u64,
    is_over: bool,
}

impl<R> std::fmt::Debug for CsvRecords<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvRecords").field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl<R: BufRead> CsvRecords<R> {
    pub(in crate::intake) fn new(input: R, separator: u8, most_columns: usize) -> Self {
        Self {
            input,
            core: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            separator,
            most_columns,
            fields: vec![0; FIELDS],
            ends: vec![0; ENDS.min(most_columns.saturating_add(1))],
            columns: 0,
            line: 1,
            start: 0,
            offset: 0,
            is_over: false,
        }
    }

    /// Reads the next record, which becomes the current one. `false` at the end of the file.
    pub(in crate::intake) fn advance(&mut self) -> Result<bool, RecordFault> {
        self.columns = 0;
        self.line = self.core.line();
        self.start = self.offset;
        if self.is_over {
            return Ok(false);
        }
        let (mut bytes, mut columns) = (0, 0);
        let mut quotes = QuoteScan::new(self.separator);
        loop {
            let input = self.input.fill_buf().map_err(RecordFault::Io)?;
            let fields = self.fields.get_mut(bytes..).unwrap_or_default();
            let ends = self.ends.get_mut(columns..).unwrap_or_default();
            let (result, read, written, ended) = self.core.read_record(input, fields, ends);
            quotes.follow(input.get(..read).unwrap_or_default());
            self.input.consume(read);
            self.offset = self.offset.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            bytes += written;
            columns += ended;
            let found = u64::try_from(columns).unwrap_or(u64::MAX);
            if columns > self.most_columns {
                return Err(RecordFault::Columns(found));
            }
            if self.offset.saturating_sub(self.start) > MAX_RECORD {
                return Err(RecordFault::Bytes);
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => grow(&mut self.fields, usize::MAX),
                ReadRecordResult::OutputEndsFull => {
                    grow(&mut self.ends, self.most_columns.saturating_add(1));
                }
                ReadRecordResult::Record => {
                    if let Some(stray) = quotes.stray() {
                        return Err(RecordFault::Quote(stray));
                    }
                    self.columns = columns;
                    return Ok(true);
                }
                ReadRecordResult::End => {
                    self.is_over = true;
                    return Ok(false);
                }
            }
        }
    }

    /// How many columns the current record has.
    pub(in crate::intake) fn columns(&self) -> usize {
        self.columns
    }

    pub(in crate::intake) fn field(&self, column: usize) -> &[u8] {
        let ends = self.ends.get(..self.columns).unwrap_or_default();
        let Some(end) = ends.get(column) else { return &[] };
        let start = column.checked_sub(1).and_then(|before| ends.get(before)).copied();
        self.fields.get(start.unwrap_or(0)..*end).unwrap_or_default()
    }

    pub(in crate::intake) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.columns).map(|column| self.field(column))
    }

    /// The line on which the current record began, from 1.
    pub(in crate::intake) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes of the file before the current record, and up to its end.
    pub(in crate::intake) fn span(&self) -> (u64, u64) {
        (self.start, self.offset)
    }
}

fn grow<T: Clone + Default>(room: &mut Vec<T>, most: usize) {
    room.resize(room.len().saturating_mul(2).min(most), T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, most_columns: usize) -> Vec<String> {
        let mut records = CsvRecords::new(text.as_bytes(), b',', most_columns);
        let mut found = Vec::new();
        loop {
            match records.advance() {
                Ok(false) => return found,
                Ok(true) => {
                    let fields: Vec<_> = records.fields().map(String::from_utf8_lossy).collect();
                    found.push(format!("{} {:?} {fields:?}", records.line(), records.span()));
                }
                Err(RecordFault::Columns(columns)) => {
                    found.push(format!("{columns} columns"));
                    return found;
                }
                Err(fault) => {
                    found.push(format!("{fault:?}"));
                    return found;
                }
            }
        }
    }

    #[test]
    fn records_are_those_that_csv_reads() {
        for text in ["a,b\n\n1,\"x\ny\"\r\n2,\"3\"\"\",4\n,", "", "\n", "a\r\rb", "\"shut\n1\",2"] {
            let mut reader = csv::ReaderBuilder::new();
            let mut reader = reader.flexible(true).has_headers(false).from_reader(text.as_bytes());
            let mut expected = Vec::new();
            let mut record = csv::ByteRecord::new();
            loop {
                let start = reader.position().byte();
                if !reader.read_byte_record(&mut record).unwrap() {
                    break;
                }
                let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
                let (line, end) = (record.position().unwrap().line(), reader.position().byte());
                expected.push(format!("{line} {:?} {fields:?}", (start, end)));
            }
            assert_eq!(read(text, 10), expected, "{text:?}");
        }
    }

    #[test]
    fn columns_are_bounded_while_they_are_read() {
        assert_eq!(read("a,b,c", 3), ["1 (0, 5) [\"a\", \"b\", \"c\"]"]);
        assert_eq!(read("a,b,c,d", 3), ["4 columns"]);
        let many = ",".repeat(1_000_000);
        let mut records = CsvRecords::new(many.as_bytes(), b',', 500);
        assert!(matches!(records.advance(), Err(RecordFault::Columns(501))));
        assert!(records.ends.len() <= 1024 && records.offset <= 2048, "{records:?}");
    }

    #[test]
    fn a_quote_that_never_closes_is_given_up() {
        let text = format!("a,b\n1,\"{}", "x".repeat(17 * 1024 * 1024));
        assert_eq!(read(&text, 10).last().unwrap(), "Bytes");
    }
}
