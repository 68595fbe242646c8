//! Reads the first table of an ODS spreadsheet, as a stream, unfolding repetitions within bounds: a few bytes of ODS
//! may declare billions of cells, rows or blanks.

use std::io::{BufReader, Read};

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::damage::damaged;
use super::sheet_rows::SheetRows;
use super::xml_parts::EventInput;
use crate::intake::error::SourceError;
use crate::intake::rows::table::{FileTable, MAX_CELL, MAX_COLUMNS, count};

/// The part that holds the tables.
pub(in crate::intake) const CONTENT: &str = "content.xml";

const TABLE: &str = "table:table";
const ROW: &str = "table:table-row";
const CELLS: &[&str] = &["table:table-cell", "table:covered-table-cell"];

pub(in crate::intake) fn read(file: &str, content: impl Read) -> Result<FileTable, SourceError> {
    let mut content = Content::new(file, content);
    let mut rows = SheetRows::new(file);
    let mut number: u32 = 0;
    content.find_table()?;
    while let Some(repeated) = content.next_row()? {
        let cells = content.row(number)?;
        let next = number.saturating_add(repeated);
        if !cells.is_empty() {
            for row in number..next {
                put(&mut rows, row, &cells)?;
            }
        }
        number = next;
    }
    rows.finish()
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
}

impl<'a, R: Read> Content<'a, R> {
    fn new(file: &'a str, content: R) -> Self {
        let mut reader = Reader::from_reader(EventInput::new(BufReader::new(content)));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Self { file, reader, buffer: Vec::new() }
    }

    fn next(&mut self) -> Result<Event<'_>, SourceError> {
        self.buffer.clear();
        self.reader.get_mut().begin_event();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Err(damaged(self.file, &"its content ends early")),
            Ok(event) => Ok(event),
            Err(fault) => Err(damaged(self.file, &fault)),
        }
    }

    fn find_table(&mut self) -> Result<(), SourceError> {
        loop {
            let event = self.next()?;
            if starts(&event, &[TABLE]).is_some() {
                return Ok(());
            }
            if ends(&event, &["office:spreadsheet"]) {
                return Err(damaged(self.file, &"no table in it"));
            }
        }
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
            let value = Value::of(file, start)?;
            let shown = self.shown(&value)?;
            let text = match value {
                Value::Given(text) => text,
                Value::Shown => shown,
                Value::None => String::new(),
            };
            if !text.is_empty() {
                let (found, limit) = (u64::from(first).saturating_add(1), MAX_COLUMNS);
                if found > limit {
                    let (file, row) = (file.to_owned(), Some(number.saturating_add(1)));
                    return Err(SourceError::TooLarge { file, row, what: "columns", found, limit });
                }
                cells.push(Cell { first, repeated, text });
            }
            first = first.saturating_add(repeated);
        }
    }

    /// The text of a cell, read to its end; annotations are not part of it.
    fn shown(&mut self, value: &Value) -> Result<String, SourceError> {
        const ANNOTATIONS: &[&str] = &["office:annotation"];
        let file = self.file;
        let mut shown = Shown::default();
        let mut is_skipped = !matches!(value, Value::Shown);
        loop {
            let event = self.next()?;
            if ends(&event, CELLS) {
                return Ok(shown.text);
            }
            if starts(&event, ANNOTATIONS).is_some() {
                is_skipped = true;
            } else if ends(&event, ANNOTATIONS) {
                is_skipped = !matches!(value, Value::Shown);
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

fn ends(event: &Event<'_>, names: &[&str]) -> bool {
    matches!(event, Event::End(end) if names.contains(&end.name().as_ref()))
}

/// The text that a cell shows, collected so far.
#[derive(Debug, Default)]
struct Shown {
    text: String,
    has_paragraph: bool,
}

impl Shown {
    fn add(&mut self, file: &str, event: &Event<'_>) -> Result<(), SourceError> {
        if let Event::Text(words) = event {
            self.text.push_str(&words.xml10_content());
        } else if let Event::GeneralRef(reference) = event {
            self.text.push_str(&character(file, reference)?);
        } else if let Event::Start(start) = event {
            match start.name().as_ref() {
                "text:p" => {
                    if self.has_paragraph {
                        self.text.push('\n');
                    }
                    self.has_paragraph = true;
                }
                "text:s" => blanks(file, &mut self.text, times(file, start, "text:c")?)?,
                "text:tab" => self.text.push('\t'),
                "text:line-break" => self.text.push('\n'),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The value that a cell's tag declares.
#[derive(Debug)]
enum Value {
    None,
    Given(String),
    /// The text that the cell shows.
    Shown,
}

impl Value {
    /// The text of the value: dates as ISO 8601 whatever their format on screen, numbers with a decimal point.
    fn of(file: &str, start: &BytesStart<'_>) -> Result<Self, SourceError> {
        let mut value = Self::None;
        let (mut is_text, mut is_error) = (false, false);
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|fault| damaged(file, &fault))?;
            let said = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|fault| damaged(file, &fault))?;
            let given = match attribute.key.as_ref() {
                "office:value" => {
                    let number: f64 = said.trim().parse().map_err(|fault| damaged(file, &fault))?;
                    number.to_string()
                }
                "office:date-value" => said.split('T').next().unwrap_or_default().to_owned(),
                "office:string-value" | "office:time-value" | "office:boolean-value" => {
                    said.into_owned()
                }
                kind => {
                    is_text |= kind == "office:value-type" && said == "string";
                    is_error |= kind == "calcext:value-type" && said == "error";
                    continue;
                }
            };
            if matches!(value, Self::None) {
                value = Self::Given(given);
            }
        }
        // The value of an error is empty; its text is in the cell.
        let is_shown = match &value {
            Self::None => is_text,
            Self::Given(text) => is_error && text.is_empty(),
            Self::Shown => true,
        };
        Ok(if is_shown { Self::Shown } else { value })
    }
}

/// The number of repetitions that a tag declares, 1 by default.
fn times(file: &str, start: &BytesStart<'_>, attribute: &str) -> Result<u32, SourceError> {
    let found = start.try_get_attribute(attribute).map_err(|fault| damaged(file, &fault))?;
    let Some(found) = found else { return Ok(1) };
    let times: u64 = found.value.parse().map_err(|fault| damaged(file, &fault))?;
    Ok(u32::try_from(times).unwrap_or(u32::MAX))
}

fn blanks(file: &str, text: &mut String, times: u32) -> Result<(), SourceError> {
    let found = count(text.len()).saturating_add(u64::from(times));
    if found > MAX_CELL {
        let (file, what) = (file.to_owned(), "characters in a cell");
        return Err(SourceError::TooLarge { file, row: None, what, found, limit: MAX_CELL });
    }
    text.extend((0..times).map(|_| ' '));
    Ok(())
}

fn character(file: &str, reference: &BytesRef<'_>) -> Result<String, SourceError> {
    if let Some(known) = resolve_predefined_entity(reference) {
        return Ok(known.to_owned());
    }
    let character = reference.resolve_char_ref().map_err(|fault| damaged(file, &fault))?;
    let unknown = || damaged(file, &format!("`&{};` is no character", &**reference));
    character.map(String::from).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &str) -> String {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table>{rows}\
             </table:table></office:spreadsheet></office:body></office:document-content>"
        );
        match read("f.ods", content.as_bytes()) {
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
            read("f.ods", &b"<office:document-content>"[..]).unwrap_err().to_string(),
            read("f.ods", &b"<a><office:spreadsheet></office:spreadsheet></a>"[..])
                .unwrap_err()
                .to_string(),
        ];
        insta::assert_snapshot!(said.join("\n"));
    }
}
