//! Why a document is not written as PDF.

use thiserror::Error;

/// Most parts of lines that a document may have: cells, figures, links. Time and memory go with them.
pub(super) const MOST_PARTS: usize = 20_000;

#[derive(Debug, Error)]
pub enum PdfFault {
    #[error(
        "found a document of {found} cells, figures and texts, expected at most {MOST_PARTS} in a PDF"
    )]
    TooLarge { found: usize },
    #[error(
        "this build of Vigie writes no PDF: expected one of the formats `html`, `md`, `odt`, or a build with the feature `pdf`"
    )]
    NotBuilt,
    #[error("write the document as PDF: {0}")]
    Unwritten(String),
}
