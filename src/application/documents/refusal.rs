//! Why a document is not written.

use thiserror::Error;

use crate::documents::{OdtTemplateFault, PdfFault};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::rules::verdict::RuleFailure;

#[derive(Debug, Error)]
pub enum DocumentRefusal {
    #[error("the template of the document: {0}")]
    Template(RuleFailure),
    #[error("the template document `{path}`, named by the setting `documents.template`: {fault}")]
    Odt {
        path: String,
        #[source]
        fault: OdtTemplateFault,
    },
    #[error("read the template document `{path}`, named by the setting `documents.template`")]
    Unread {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the note on {edition}: found {other} to compare it with, expected an earlier edition")]
    NotBefore { edition: EditionId, other: EditionId },
    #[error(transparent)]
    Pdf(PdfFault),
}
