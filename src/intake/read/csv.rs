//! Reads CSV with any common separator, in UTF-8, UTF-16 with its mark, or Windows-1252.

use super::csv_quotes::PAIRED;
use super::csv_records::{CsvRecords, MAX_RECORD, RecordFault};
use super::csv_text::{decode, separator_line, without_separator_line};
use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, HEADER_ROWS, MAX_COLUMNS, TableBuilder};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Separators in a line from which on it is one of a table.
const TABLE: u32 = 3;

pub(in crate::intake) fn read(file: &str, bytes: &[u8]) -> Result<FileTable, SourceError> {
    let whole = decode(file, bytes)?;
    if whole.contains('\0') {
        return Err(SourceError::Unreadable {
            file: file.to_owned(),
            found: "un contenu binaire".to_owned(),
            expected: "un fichier CSV, XLSX ou ODS",
        });
    }
    let (said, text) = without_separator_line(&whole);
    let separator = said.unwrap_or_else(|| separator(text));
    let most = usize::try_from(MAX_COLUMNS).unwrap_or(usize::MAX);
    let mut records = CsvRecords::new(text.as_bytes(), separator, most);
    let mut table = TableBuilder::new(file);
    // The line that says the separator is a row for a spreadsheet program.
    let mut number = u32::from(said.is_some());
    loop {
        let more = records.advance();
        let start = usize::try_from(records.span().0).unwrap_or(usize::MAX);
        let next = number.saturating_add(1).saturating_add(empty_lines(text, start));
        if !more.map_err(|fault| refused(file, next, fault))? {
            return table.finish();
        }
        number = next;
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
            let (row, what, limit) = (Some(row), "colonnes", MAX_COLUMNS);
            return SourceError::TooLarge { file, row, what, found, limit };
        }
        RecordFault::Bytes => {
            format!("une ligne {row} de plus de {MAX_RECORD} octets : un guillemet jamais fermé ?")
        }
        RecordFault::Quote(stray) => {
            let found = stray.in_words(row);
            return SourceError::Unreadable { file, found, expected: PAIRED };
        }
        RecordFault::Io(source) => source.to_string(),
    };
    SourceError::Unreadable { file, found, expected: "CSV" }
}

/// The separator found most often, outside quotes, in the first line that has a table's worth of them; a title has none.
pub(in crate::intake) fn separator(text: &str) -> u8 {
    if let Some(said) = separator_line(text) {
        return said;
    }
    let mut lines = separators_by_line(text);
    let first = lines.first().copied().unwrap_or_default();
    lines.retain(|counts| counts.iter().any(|count| *count >= TABLE));
    let counts = lines.first().copied().unwrap_or(first);
    // The first of the most frequent: `max_by_key` would take the last.
    counts.iter().zip(SEPARATORS).rev().max_by_key(|(count, _)| **count).map_or(b',', |(_, s)| s)
}

/// How many of each separator the first lines have, outside quotes.
fn separators_by_line(text: &str) -> Vec<[u32; SEPARATORS.len()]> {
    let mut lines = Vec::new();
    let mut counts = [0_u32; SEPARATORS.len()];
    let mut is_quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => {
                lines.push(std::mem::take(&mut counts));
                if lines.len() >= HEADER_ROWS {
                    return lines;
                }
            }
            _ if is_quoted => {}
            _ => {
                for (count, _) in counts.iter_mut().zip(SEPARATORS).filter(|(_, s)| *s == byte) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
    lines.push(counts);
    lines
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
            "`f.csv` : trouvé un guillemet ouvert à la ligne 2 et jamais fermé, attendu des guillemets \
             autour d’une cellule entière, et doublés à l’intérieur"
        );
    }

    #[test]
    fn nothing_and_binary_content_are_refused() {
        assert_eq!(
            shown(b" \n"),
            "`f.csv` : trouvé un fichier vide, attendu des en-têtes et des lignes"
        );
        assert_eq!(
            shown(b"GIF\0\0"),
            "`f.csv` : trouvé un contenu binaire, attendu un fichier CSV, XLSX ou ODS"
        );
    }
}
