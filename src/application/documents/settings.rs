//! Settings of documents: how they look, where the job writes them, and what digests do with them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::DocumentFormat;

/// Settings of documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSettings {
    /// Template document of OpenDocument texts; empty for the one that is shipped.
    pub template: PathBuf,
    /// Folder in which the job writes the note and the page of each ministry; empty for none.
    pub folder: PathBuf,
    /// The formats that the job writes. Digests carry the first one.
    pub formats: Vec<DocumentFormat>,
    pub digests: DigestDocuments,
}

/// What digests say of documents: to a secretary-general of the page of the ministry, to the risk team of the note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestDocuments {
    #[default]
    None,
    /// A link to it, when `public_url` gives the address of Vigie.
    Link,
    /// The link, and the document as a file.
    Attached,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            template: PathBuf::new(),
            folder: PathBuf::new(),
            formats: vec![DocumentFormat::Odt],
            digests: DigestDocuments::None,
        }
    }
}
