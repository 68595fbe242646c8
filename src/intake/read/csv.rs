//! Reads CSV with any common separator, in UTF-8, UTF-16 with its mark, or Windows-1252.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::csv_records::{CsvRecords, MAX_RECORD, RecordFault};
use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, MAX_COLUMNS, TableBuilder};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub(in crate::intake) fn read(file: &str, bytes: &[u8]) -> Result<FileTable, SourceError> {
    let text = decode(bytes);
    if text.contains('\0') {
        return Err(SourceError::Unreadable {
            file: file.to_owned(),
            found: "binary content".to_owned(),
            expected: "a CSV, XLSX or ODS file",
        });
    }
    let most = usize::try_from(MAX_COLUMNS).unwrap_or(usize::MAX);
    let mut records = CsvRecords::new(text.as_bytes(), separator(&text), most);
    let mut table = TableBuilder::new(file);
    let mut number: u32 = 0;
    loop {
        let more = records.advance();
        let (start, end) = records.span();
        let [start, end] = [start, end].map(|place| usize::try_from(place).unwrap_or(usize::MAX));
        let next = number.saturating_add(1).saturating_add(empty_lines(&text, start));
        if !more.map_err(|fault| refused(file, next, fault))? {
            return table.finish();
        }
        number = next;
        let raw = text.as_bytes().get(start..end).unwrap_or_default();
        if is_unclosed(raw, &text, end) {
            return Err(SourceError::Unreadable {
                file: file.to_owned(),
                found: format!("a quote that opens on row {number} and never closes"),
                expected: "quotes in pairs",
            });
        }
        // Separators and quotes part a text where its characters do.
        let cells: Vec<_> =
            records.fields().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        table.push(number, &cells)?;
    }
}

fn refused(file: &str, row: u32, fault: RecordFault) -> SourceError {
    let file = file.to_owned();
    let found = match fault {
        RecordFault::Columns(found) => {
            let (row, what, limit) = (Some(row), "columns", MAX_COLUMNS);
            return SourceError::TooLarge { file, row, what, found, limit };
        }
        RecordFault::Bytes => {
            format!("a row {row} of more than {MAX_RECORD} bytes: a quote that never closes?")
        }
        RecordFault::Io(source) => source.to_string(),
    };
    SourceError::Unreadable { file, found, expected: "CSV" }
}

/// Decodes UTF-8, UTF-16 or Windows-1252: the last one gives a meaning to every byte, so it is tried last.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// The separator found most often in the header row, outside quotes.
pub(in crate::intake) fn separator(text: &str) -> u8 {
    let mut counts = [0_u32; SEPARATORS.len()];
    let mut is_quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                for (count, _) in counts.iter_mut().zip(SEPARATORS).filter(|(_, s)| *s == byte) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
    // The first of the most frequent: `max_by_key` would take the last.
    counts.iter().zip(SEPARATORS).rev().max_by_key(|(count, _)| **count).map_or(b',', |(_, s)| s)
}

/// The reader skips empty lines; a spreadsheet program counts them.
fn empty_lines(text: &str, start: usize) -> u32 {
    let (before, after) = text.split_at_checked(start).unwrap_or((text, ""));
    // The reader stops between the two halves of an end of line.
    let after =
        if before.ends_with('\r') { after.strip_prefix('\n').unwrap_or(after) } else { after };
    let blank = after.len() - after.trim_start_matches(['\r', '\n']).len();
    let ends = after.get(..blank).unwrap_or_default().replace("\r\n", "\n");
    u32::try_from(ends.len()).unwrap_or(u32::MAX)
}

/// A quote left open swallows the rest of the file as one cell.
fn is_unclosed(raw: &[u8], text: &str, end: usize) -> bool {
    let is_last = end >= text.trim_end().len();
    let is_long = raw.trim_ascii().iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    let is_odd = raw.iter().fold(false, |is_odd, byte| is_odd ^ (*byte == b'"'));
    is_last && is_long && is_odd
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        match read("f.csv", bytes) {
            Err(refusal) => refusal.to_string(),
            Ok(table) => std::iter::once(&table.header)
                .chain(&table.rows)
                .map(|row| format!("{} {:?}", row.number, row.cells))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    #[test]
    fn the_separator_is_the_one_of_the_header_outside_quotes() {
        for header in ["a,b", "a;b", "a\tb", "a|b", "\"a,a,a\";b"] {
            assert_eq!(char::from(separator(header)), header.chars().rev().nth(1).unwrap());
        }
        assert_eq!(char::from(separator("alone")), ',');
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_windows_1252() {
        assert_eq!(
            shown(b"Minist\xe8re;Co\xfbt\nMI;5 \x80"),
            "1 [\"Ministère\", \"Coût\"]\n2 [\"MI\", \"5 €\"]"
        );
        assert_eq!(shown(b"\xef\xbb\xbfa,b"), "1 [\"a\", \"b\"]");
        assert_eq!(shown(b"\xff\xfea\0,\0b\0"), "1 [\"a\", \"b\"]");
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "\na,b\n\n\n1,\"x\ny\"\n\n2,z\n".replace('\n', end);
            assert_eq!(
                shown(text.as_bytes()),
                "2 [\"a\", \"b\"]\n3 []\n4 []\n5 [\"1\", \"x\\ny\"]\n6 []\n7 [\"2\", \"z\"]"
            );
        }
    }

    #[test]
    fn a_quote_that_never_closes_is_refused() {
        assert_eq!(
            shown(b"a,b\n1,\"x\n2,y\n"),
            "`f.csv`: found a quote that opens on row 2 and never closes, expected quotes in pairs"
        );
        assert_eq!(shown(b"a,b\n1,5\" disk"), "1 [\"a\", \"b\"]\n2 [\"1\", \"5\\\" disk\"]");
    }

    #[test]
    fn nothing_and_binary_content_are_refused() {
        assert_eq!(shown(b" \n"), "`f.csv`: found an empty file, expected a header row and rows");
        assert_eq!(
            shown(b"GIF\0\0"),
            "`f.csv`: found binary content, expected a CSV, XLSX or ODS file"
        );
    }
}
