//! The formats of documents.

use crate::documents::WRITES_PDF;
use crate::domain::words::words;

words! {
    /// What a document is written as.
    pub enum DocumentFormat, "a format of documents" {
        /// One file for browsers and printers.
        Html = "html" => "HTML",
        Markdown = "md" => "Markdown",
        /// OpenDocument text, for word processors.
        Odt = "odt" => "OpenDocument (LibreOffice)",
        Pdf = "pdf" => "PDF",
    }
}

impl DocumentFormat {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Pdf => "application/pdf",
        }
    }

    /// Whether this build writes documents in it.
    pub fn is_written(self) -> bool {
        match self {
            Self::Html | Self::Markdown | Self::Odt => true,
            Self::Pdf => WRITES_PDF,
        }
    }

    /// The first format of an `Accept` header that this build writes documents in; else the first one of all.
    pub fn accepted(accept: &str) -> Option<Self> {
        let essence = |one: &str| one.split(';').next().unwrap_or_default().trim().to_lowercase();
        let named = |wanted: String| {
            let is_it = |format: &Self| {
                format.media_type().split(';').next().is_some_and(|known| known == wanted)
            };
            Self::ALL.into_iter().find(is_it)
        };
        let accepted: Vec<Self> = accept.split(',').map(essence).filter_map(named).collect();
        let written = accepted.iter().find(|format| format.is_written());
        written.or(accepted.first()).copied()
    }
}
