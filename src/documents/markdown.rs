//! Documents as Markdown.

use super::inline::{address, escaped};
use super::model::{Block, Document, Inline, Table};

/// The text of a document. `base` is what its links begin with; without one, they are left out.
pub fn markdown(document: &Document, base: Option<&str>) -> String {
    let mut blocks = vec![format!("# {}", escaped(&document.title))];
    blocks.extend(document.lead.iter().map(|one| block(one, base)));
    for part in &document.parts {
        blocks.push(format!("## {}", escaped(&part.title)));
        blocks.extend(part.blocks.iter().map(|one| block(one, base)));
    }
    blocks.retain(|one| !one.is_empty());
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

fn block(block: &Block, base: Option<&str>) -> String {
    match block {
        Block::Title { text } => format!("### {}", escaped(text)),
        Block::Paragraph { text } => words(text, base),
        Block::List { items } => {
            let items: Vec<String> =
                items.iter().map(|item| format!("- {}", words(item, base))).collect();
            items.join("\n")
        }
        Block::Table(table) => lines(table, base).join("\n"),
        // Its figures are in the table beside it.
        Block::Chart(_) => String::new(),
    }
}

fn lines(table: &Table, base: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if !table.caption.is_empty() {
        lines.push(format!("**{}**", escaped(&table.caption)));
        lines.push(String::new());
    }
    let labels: Vec<String> = table.columns.iter().map(|column| escaped(&column.label)).collect();
    let sides: Vec<&str> =
        table.columns.iter().map(|column| if column.right { "---:" } else { "---" }).collect();
    lines.push(format!("| {} |", labels.join(" | ")));
    lines.push(format!("| {} |", sides.join(" | ")));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| words(cell, base)).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines
}

fn words(parts: &[Inline], base: Option<&str>) -> String {
    let written = parts.iter().map(|part| match (part, base) {
        (Inline::Strong { text }, _) => format!("**{}**", escaped(text)),
        (Inline::Link { text, href }, Some(base)) => {
            format!("[{}]({base}{})", escaped(text), address(href))
        }
        (Inline::Link { text, .. } | Inline::Text { text }, _) => escaped(text),
    });
    written.collect()
}
