//! The formats of documents.

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

    /// The first format of an `Accept` header that documents are written in.
    pub fn accepted(accept: &str) -> Option<Self> {
        let essence = |one: &str| one.split(';').next().unwrap_or_default().trim().to_lowercase();
        accept.split(',').map(essence).find_map(|wanted| {
            let is_it = |format: &Self| {
                format.media_type().split(';').next().is_some_and(|known| known == wanted)
            };
            Self::ALL.into_iter().find(is_it)
        })
    }
}
