//! Reads a table of an ODS spreadsheet, as a stream, unfolding repetitions within bounds: a few bytes of ODS
//! may declare billions of cells, rows or blanks.

use std::collections::BTreeSet;
use std::io::{BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::damage::damaged;
use super::ods_value::{OdsValue, Shown, blanks, times};
use super::sheet_rows::{SheetHead, SheetRows};
use super::xml_parts::EventInput;
use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, MAX_COLUMNS, MergedCells, count};

/// The part that holds the tables.
pub(in crate::intake) const CONTENT: &str = "content.xml";

const TABLE: &str = "table:table";
const ROW: &str = "table:table-row";
const CELLS: &[&str] = &["table:table-cell", "table:covered-table-cell"];

/// Merged cells of a table.
const MAX_MERGED: u64 = 100_000;

/// The tables of the spreadsheet, each by its first rows.
pub(in crate::intake) fn heads(
    file: &str,
    content: impl Read,
) -> Result<Vec<SheetHead>, SourceError> {
    let mut content = Content::new(file, content);
    let mut heads = Vec::new();
    while let Some((name, is_hidden)) = content.find_table()? {
        let head = content.rows(true)?.head()?;
        heads.push(SheetHead { name, is_hidden, head });
    }
    if heads.is_empty() { Err(damaged(file, &"aucune table dedans")) } else { Ok(heads) }
}

/// Reads one of the tables, which count from 0.
pub(in crate::intake) fn read(
    file: &str,
    content: impl Read,
    table: usize,
) -> Result<FileTable, SourceError> {
    let mut content = Content::new(file, content);
    for _ in 0..table {
        content.find_table()?;
    }
    if content.find_table()?.is_none() {
        return Err(damaged(file, &"aucune table dedans"));
    }
    let mut whole = content.rows(false)?.finish()?;
    whole.merged = content.merged;
    Ok(whole)
}

/// The columns of a cell that is not empty, and its text.
#[derive(Debug)]
struct Cell {
    first: u32,
    repeated: u32,
    text: String,
}

/// Adds the cells of a row, repetitions unfolded. Fails at the first cell over the bounds.
fn put(rows: &mut SheetRows<'_>, row: u32, cells: &[Cell]) -> Result<(), SourceError> {
    for Cell { first, repeated, text } in cells {
        for column in *first..first.saturating_add(*repeated) {
            rows.put(row, column, text)?;
        }
    }
    Ok(())
}

struct Content<'a, R: Read> {
    file: &'a str,
    reader: Reader<EventInput<BufReader<R>>>,
    buffer: Vec<u8>,
    /// Names of the styles that hide a table.
    hiding: BTreeSet<String>,
    /// Merged cells of the table being read.
    merged: Vec<MergedCells>,
}

impl<'a, R: Read> Content<'a, R> {
    fn new(file: &'a str, content: R) -> Self {
        let mut reader = Reader::from_reader(EventInput::new(BufReader::new(content)));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Self { file, reader, buffer: Vec::new(), hiding: BTreeSet::new(), merged: Vec::new() }
    }

    fn next(&mut self) -> Result<Event<'_>, SourceError> {
        self.buffer.clear();
        self.reader.get_mut().begin_event();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Err(damaged(self.file, &"son contenu s’arrête trop tôt")),
            Ok(event) => Ok(event),
            Err(fault) => Err(damaged(self.file, &fault)),
        }
    }

    /// The name of the next table, and whether it is hidden; `None` after the last one.
    fn find_table(&mut self) -> Result<Option<(String, bool)>, SourceError> {
        let file = self.file;
        let mut style = String::new();
        loop {
            let event = self.next()?;
            if let Some(start) = starts(&event, &[TABLE]) {
                let name = attribute(file, start, "table:name")?.unwrap_or_default();
                let hider = attribute(file, start, "table:style-name")?.unwrap_or_default();
                return Ok(Some((name, self.hiding.contains(&hider))));
            }
            if let Some(start) = starts(&event, &["style:style"]) {
                style = attribute(file, start, "style:name")?.unwrap_or_default();
            } else if let Some(start) = starts(&event, &["style:table-properties"])
                && attribute(file, start, "table:display")?.as_deref() == Some("false")
            {
                self.hiding.insert(std::mem::take(&mut style));
            } else if ends(&event, &["office:spreadsheet"]) {
                return Ok(None);
            }
        }
    }

    /// The rows of the table, or only as many as its header is looked for among.
    fn rows(&mut self, head_only: bool) -> Result<SheetRows<'a>, SourceError> {
        let mut rows = SheetRows::new(self.file);
        let mut number: u32 = 0;
        self.merged.clear();
        while let Some(repeated) = self.next_row()? {
            if head_only && rows.has_head(number) {
                continue;
            }
            let cells = self.row(number)?;
            let next = number.saturating_add(repeated);
            if !cells.is_empty() {
                for row in number..next {
                    if head_only && rows.has_head(row) {
                        break;
                    }
                    put(&mut rows, row, &cells)?;
                }
            }
            number = next;
        }
        Ok(rows)
    }

    /// How many times the next row is repeated; `None` at the end of the table.
    fn next_row(&mut self) -> Result<Option<u32>, SourceError> {
        let file = self.file;
        loop {
            let event = self.next()?;
            if let Some(start) = starts(&event, &[ROW]) {
                return times(file, start, "table:number-rows-repeated").map(Some);
            }
            if ends(&event, &[TABLE]) {
                return Ok(None);
            }
        }
    }

    /// The cells of a row that are not empty. Rows count from 0.
    fn row(&mut self, number: u32) -> Result<Vec<Cell>, SourceError> {
        let file = self.file;
        let mut cells = Vec::new();
        let mut first: u32 = 0;
        loop {
            let event = self.next()?;
            if ends(&event, &[ROW]) {
                return Ok(cells);
            }
            let Some(start) = starts(&event, CELLS) else { continue };
            let repeated = times(file, start, "table:number-columns-repeated")?;
            let down = times(file, start, "table:number-rows-spanned")?;
            let across = times(file, start, "table:number-columns-spanned")?;
            let value = OdsValue::of(file, start)?;
            let shown = self.shown(&value)?;
            let text = match value {
                OdsValue::Given(text) => text,
                OdsValue::Shown => shown,
                OdsValue::None => String::new(),
            };
            if !text.is_empty() {
                let (found, limit) = (u64::from(first).saturating_add(1), MAX_COLUMNS);
                if found > limit {
                    let (file, row) = (file.to_owned(), Some(number.saturating_add(1)));
                    return Err(SourceError::TooLarge {
                        file,
                        row,
                        what: "colonnes",
                        found,
                        limit,
                    });
                }
                cells.push(Cell { first, repeated, text });
            }
            if down > 1 || across > 1 {
                self.merge((number, first), (down, across))?;
            }
            first = first.saturating_add(repeated);
        }
    }

    /// Takes note of merged cells: where the first of them is, and over how many rows and columns they go.
    fn merge(&mut self, first: (u32, u32), size: (u32, u32)) -> Result<(), SourceError> {
        let [row, column] = [first.0.saturating_add(1), first.1];
        let last = |from: u32, length: u32| from.saturating_add(length.saturating_sub(1));
        self.merged.push(MergedCells {
            rows: row..=last(row, size.0),
            columns: column..=last(column, size.1),
        });
        let (found, limit) = (count(self.merged.len()), MAX_MERGED);
        if found > limit {
            let (file, row) = (self.file.to_owned(), Some(row));
            return Err(SourceError::TooLarge {
                file,
                row,
                what: "cellules fusionnées",
                found,
                limit,
            });
        }
        Ok(())
    }

    /// The text of a cell, read to its end; annotations are not part of it.
    fn shown(&mut self, value: &OdsValue) -> Result<String, SourceError> {
        const ANNOTATIONS: &[&str] = &["office:annotation"];
        let file = self.file;
        let mut shown = Shown::default();
        let mut is_skipped = !matches!(value, OdsValue::Shown);
        loop {
            let event = self.next()?;
            if ends(&event, CELLS) {
                return Ok(shown.text);
            }
            if starts(&event, ANNOTATIONS).is_some() {
                is_skipped = true;
            } else if ends(&event, ANNOTATIONS) {
                is_skipped = !matches!(value, OdsValue::Shown);
            } else if !is_skipped {
                shown.add(file, &event)?;
                // Blanks are bounded on their own, by what they would add.
                blanks(file, &mut shown.text, 0)?;
            }
        }
    }
}

/// The tag that begins here, if it is one of `names`.
fn starts<'e, 'b>(event: &'e Event<'b>, names: &[&str]) -> Option<&'e BytesStart<'b>> {
    let Event::Start(start) = event else { return None };
    names.contains(&start.name().as_ref()).then_some(start)
}

fn attribute(
    file: &str,
    start: &BytesStart<'_>,
    name: &str,
) -> Result<Option<String>, SourceError> {
    let found = start.try_get_attribute(name).map_err(|fault| damaged(file, &fault))?;
    let Some(found) = found else { return Ok(None) };
    let text = found.normalized_value(XmlVersion::Implicit1_0);
    text.map(|text| Some(text.into_owned())).map_err(|fault| damaged(file, &fault))
}

fn ends(event: &Event<'_>, names: &[&str]) -> bool {
    matches!(event, Event::End(end) if names.contains(&end.name().as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &str) -> String {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table>{rows}\
             </table:table></office:spreadsheet></office:body></office:document-content>"
        );
        match read("f.ods", content.as_bytes(), 0) {
            Ok(table) => {
                let read = std::iter::once(&table.header).chain(&table.rows);
                let lines = read.map(|row| format!("{} {:?}", row.number, row.cells));
                lines.collect::<Vec<_>>().join("\n")
            }
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn cells_are_read_by_their_value_or_by_what_they_show() {
        let rows = "<table:table-column/>
<table:table-header-rows><table:table-row>
  <table:table-cell office:value-type='string'><text:p>Co&#251;t &amp; d&#xE9;lai</text:p></table:table-cell>
  <table:table-cell table:number-columns-repeated='2'/>
  <table:table-cell office:value-type='string'><text:p>a<text:s text:c='2'/>b</text:p><text:p>c<text:tab/>d</text:p></table:table-cell>
</table:table-row></table:table-header-rows>
<table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='9'/></table:table-row>
<table:table-row table:number-rows-repeated='2'>
  <table:table-cell office:value-type='float' office:value='32.80'><text:p>32,8</text:p></table:table-cell>
  <table:table-cell office:value-type='date' office:date-value='2014-02-01T00:00:00'><text:p>février</text:p></table:table-cell>
  <table:table-cell office:value-type='boolean' office:boolean-value='true'><text:p>VRAI</text:p></table:table-cell>
  <table:covered-table-cell office:value-type='string'><office:annotation><text:p>vu</text:p></office:annotation><text:p>à revoir</text:p></table:covered-table-cell>
  <table:table-cell office:value-type='string' office:string-value='dit'><text:p>montré</text:p></table:table-cell>
  <table:table-cell office:value-type='string' office:string-value='' calcext:value-type='error'><text:p>#N/A</text:p></table:table-cell>
  <table:table-cell table:style-name='ce1' table:number-columns-repeated='16000'/>
</table:table-row>
<table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>";
        insta::assert_snapshot!(cells(rows));
    }

    #[test]
    fn what_is_no_table_is_refused_with_what_was_found() {
        let said = [
            cells("<table:table-row><table:table-cell office:value='x'/></table:table-row>"),
            cells("<table:table-row table:number-rows-repeated='-1'/>"),
            cells(
                "<table:table-row><table:table-cell office:value-type='string'>&nul;</table:table-cell></table:table-row>",
            ),
            read("f.ods", &b"<office:document-content>"[..], 0).unwrap_err().to_string(),
            read("f.ods", &b"<a><office:spreadsheet></office:spreadsheet></a>"[..], 0)
                .unwrap_err()
                .to_string(),
        ];
        insta::assert_snapshot!(said.join("\n"));
    }
}
