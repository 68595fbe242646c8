//! Documents as tagged PDF, for readers and for screen readers: typeset by Typst from data, by a template of ours, without any
//! file or network. Without the feature `pdf`, no document is.

mod fault;
#[cfg(feature = "pdf")]
mod printable;
#[cfg(feature = "pdf")]
mod typeset;
#[cfg(feature = "pdf")]
mod world;

use chrono::NaiveDate;

use super::model::{Block, Document};
use fault::MOST_PARTS;

pub use fault::PdfFault;

/// Whether this build writes PDF.
pub const WRITES_PDF: bool = cfg!(feature = "pdf");

/// The file of a document as known on a date. `base` is what its links begin with; without one, they are left out. The same
/// document of the same date is the same file.
///
/// # Errors
/// If this build writes no PDF, or the document has more parts than a PDF may have or cannot be typeset.
pub fn pdf(document: &Document, base: Option<&str>, as_of: NaiveDate) -> Result<Vec<u8>, PdfFault> {
    let found = document.blocks().map(parts).sum();
    if found > MOST_PARTS {
        return Err(PdfFault::TooLarge { found });
    }
    written(document, base, as_of)
}

#[cfg(feature = "pdf")]
use typeset::written;

#[cfg(not(feature = "pdf"))]
fn written(_: &Document, _: Option<&str>, _: NaiveDate) -> Result<Vec<u8>, PdfFault> {
    Err(PdfFault::NotBuilt)
}

/// How many parts of lines a block has.
fn parts(block: &Block) -> usize {
    match block {
        Block::Title { .. } | Block::Chart(_) => 1,
        Block::Paragraph { text } => text.len(),
        Block::List { items } => items.iter().map(|item| item.len().max(1)).sum(),
        Block::Table(table) => {
            let cells = table.rows.iter().flatten();
            table.columns.len() + cells.map(|cell| cell.len().max(1)).sum::<usize>()
        }
    }
}
