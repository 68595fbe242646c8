//! Reads a filled template: a subset of Markdown. `# ` is the title of the document, `## ` that of a part, `### ` one within a
//! part; `- ` begins an item; lines of `|` are a table, after `: ` and its title; `![name]` is
//! a chart; other lines are paragraphs.

use super::inline::{bare, cells, inlines};
use super::model::{Block, Chart, Document, DocumentPart, Inline, Table, TableColumn};
use crate::support::french;

/// The document that a text is, with the charts that it names. Any text is one.
pub(super) fn document(text: &str, charts: &[&Chart]) -> Document {
    let mut reader = Reader { charts, ..Reader::default() };
    for line in text.lines() {
        reader.read(line.trim_end());
    }
    reader.end_block();
    reader.document
}

/// What is read of a block that may go on.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    Paragraph(String),
    List(Vec<String>),
    /// The title and the lines of a table.
    Table(String, Vec<String>),
}

#[derive(Debug, Default)]
struct Reader<'data> {
    document: Document,
    open: Open,
    charts: &'data [&'data Chart],
}

impl Reader<'_> {
    fn read(&mut self, line: &str) {
        let trimmed = line.trim_start();
        if trimmed.is_empty() {
            self.end_block();
        } else if let Some(title) = trimmed.strip_prefix("# ") {
            self.end_block();
            self.document.title = titled(title);
        } else if let Some(title) = trimmed.strip_prefix("## ") {
            self.end_block();
            self.document.parts.push(DocumentPart { title: titled(title), blocks: Vec::new() });
        } else if let Some(title) = trimmed.strip_prefix("### ") {
            self.end_block();
            self.push(Block::Title { text: titled(title) });
        } else if let Some(caption) = trimmed.strip_prefix(": ") {
            self.end_block();
            self.open = Open::Table(titled(caption), Vec::new());
        } else if let Some(name) = trimmed.strip_prefix("![").and_then(|it| it.strip_suffix(']')) {
            self.end_block();
            if let Some(chart) = self.charts.iter().find(|chart| chart.name == name) {
                self.push(Block::Chart((*chart).clone()));
            }
        } else if trimmed.starts_with('|') {
            self.read_row(trimmed);
        } else if let Some(item) = trimmed.strip_prefix("- ") {
            self.read_item(item);
        } else {
            self.go_on(trimmed);
        }
    }

    fn read_row(&mut self, line: &str) {
        if let Open::Table(_, lines) = &mut self.open {
            lines.push(line.to_owned());
        } else {
            self.end_block();
            self.open = Open::Table(String::new(), vec![line.to_owned()]);
        }
    }

    fn read_item(&mut self, item: &str) {
        if let Open::List(items) = &mut self.open {
            items.push(item.to_owned());
        } else {
            self.end_block();
            self.open = Open::List(vec![item.to_owned()]);
        }
    }

    /// A line that belongs to what is before it.
    fn go_on(&mut self, line: &str) {
        match &mut self.open {
            Open::Paragraph(text) => {
                text.push(' ');
                text.push_str(line);
            }
            Open::List(items) => {
                if let Some(item) = items.last_mut() {
                    item.push(' ');
                    item.push_str(line);
                }
            }
            Open::Nothing | Open::Table(..) => {
                self.end_block();
                self.open = Open::Paragraph(line.to_owned());
            }
        }
    }

    fn end_block(&mut self) {
        let block = match std::mem::take(&mut self.open) {
            Open::Nothing => return,
            Open::Paragraph(text) => Block::Paragraph { text: inlines(&text) },
            Open::List(items) => {
                Block::List { items: items.iter().map(|item| inlines(item)).collect() }
            }
            Open::Table(_, lines) if lines.is_empty() => return,
            Open::Table(caption, lines) => Block::Table(table(caption, &lines)),
        };
        self.push(block);
    }

    fn push(&mut self, block: Block) {
        match self.document.parts.last_mut() {
            Some(part) => part.blocks.push(block),
            None => self.document.lead.push(block),
        }
    }
}

fn titled(text: &str) -> String {
    let words: String = inlines(text).iter().map(Inline::text).collect();
    french::typeset(words.trim())
}

/// The first line has the labels of the columns, the second one their sides.
fn table(caption: String, lines: &[String]) -> Table {
    let mut rows = lines.iter().map(|line| cells(line));
    let labels = rows.next().unwrap_or_default();
    let sides = rows.next().unwrap_or_default();
    let column = |(index, label): (usize, &String)| TableColumn {
        label: french::typeset(&bare(label)),
        right: sides.get(index).is_some_and(|side| side.ends_with(':')),
    };
    let columns: Vec<TableColumn> = labels.iter().enumerate().map(column).collect();
    let row = |cells: Vec<String>| {
        let empty = || std::iter::repeat_with(Vec::new);
        let cells = cells.iter().map(|cell| inlines(cell));
        cells.chain(empty()).take(columns.len()).collect()
    };
    let rows = rows.map(row).collect();
    Table { caption, columns, rows }
}
