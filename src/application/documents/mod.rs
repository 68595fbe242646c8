//! Documents that people hand out, filled with what is known as of a date: the note to the COSINUM, the page of a ministry, the
//! page of a project.

mod candidates;
mod cosinum;
mod evolutions;
mod figures;
mod format;
mod ministry;
pub(super) mod note_texts;
mod period;
mod project;
pub(super) mod refusal;
mod samples;
pub(super) mod templates;
mod work;
mod works;

use std::fs::File;
use std::io::Read as _;

use chrono::NaiveDate;

use crate::application::publishing::catalogue::rules_in_force;
use crate::application::{ApplicationError, Exported, Services};
use crate::documents;
use crate::documents::{Document, OdtTemplate, PdfFault};
use crate::domain::portfolio::edition::EditionId;
use crate::intake::name_key;
use period::Period;
use refusal::DocumentRefusal;

pub use format::DocumentFormat;

/// Most bytes of a template document.
const MOST_TEMPLATE: u64 = 20 * 1024 * 1024;

/// A document to write.
#[derive(Clone, Debug)]
pub enum DocumentRequest {
    /// The note to the COSINUM on an edition, the last one by default, compared with another one, the one before by default.
    Cosinum { edition: Option<EditionId>, previous: Option<EditionId> },
    /// The page of a ministry, by its code or its name.
    Ministry { ministry: String, edition: Option<EditionId> },
    /// The page of a project, by its id or any of its names.
    Project { project: String, edition: Option<EditionId> },
}

/// A document that is filled, and the name of its file without the extension.
#[derive(Clone, Debug)]
pub struct FilledDocument {
    pub name: String,
    pub edition: EditionId,
    /// The day as of which all is known.
    pub as_of: NaiveDate,
    pub document: Document,
}

/// Fills the template of a document with what the caller sees.
///
/// # Errors
/// When what it is about is not known, its template is faulty, or the data cannot be read.
pub async fn document(
    services: &Services,
    request: &DocumentRequest,
) -> Result<FilledDocument, ApplicationError> {
    let (kind, data, name, period) = match request {
        DocumentRequest::Cosinum { edition, previous } => {
            let period = Period::of(services, *edition, *previous).await?;
            let data = cosinum::note(services, &period).await?;
            (templates::COSINUM, data, format!("cosinum-{}", period.edition), period)
        }
        DocumentRequest::Ministry { ministry, edition } => {
            let period = Period::of(services, *edition, None).await?;
            let data = ministry::page(services, ministry, &period).await?;
            (templates::MINISTRY, data, named("ministere", ministry, &period), period)
        }
        DocumentRequest::Project { project, edition } => {
            let period = Period::of(services, *edition, None).await?;
            let data = project::page(services, project, &period).await?;
            (templates::PROJECT, data, named("projet", project, &period), period)
        }
    };
    let rules = rules_in_force(services).await?;
    let text = templates::text(&rules.texts, kind);
    let filled = documents::fill(kind.path, text, &data).map_err(DocumentRefusal::Template)?;
    Ok(FilledDocument { name, edition: period.edition, as_of: period.as_of, document: filled })
}

/// The file of a document in a format. Its links lead to the public address of the service; without one, there are none.
///
/// # Errors
/// When the document cannot be filled, or the format is not one that this build writes.
pub async fn document_file(
    services: &Services,
    request: &DocumentRequest,
    format: DocumentFormat,
) -> Result<Exported, ApplicationError> {
    if !format.is_written() {
        return Err(DocumentRefusal::Pdf(PdfFault::NotBuilt).into());
    }
    let FilledDocument { name, document, as_of, .. } = document(services, request).await?;
    let address = services.notify.public_url.as_str();
    let base = (!address.is_empty()).then_some(address);
    let bytes = match format {
        DocumentFormat::Html => documents::html(&document, base).into_bytes(),
        DocumentFormat::Markdown => documents::markdown(&document, base).into_bytes(),
        DocumentFormat::Odt => {
            let template = odt_template(services).await?;
            let written = documents::odt(&document, base, &template);
            written.map_err(|fault| DocumentRefusal::Odt { path: String::new(), fault })?
        }
        DocumentFormat::Pdf => {
            let base = base.map(str::to_owned);
            let write = move || documents::pdf(&document, base.as_deref(), as_of);
            tokio::task::spawn_blocking(write).await?.map_err(DocumentRefusal::Pdf)?
        }
    };
    Ok(Exported { name: format!("{name}.{}", format.as_str()), bytes })
}

/// The template document of OpenDocument texts in force, as a document to restyle in a word processor.
///
/// # Errors
/// When the one that the settings name cannot be read.
pub async fn document_template(services: &Services) -> Result<Exported, ApplicationError> {
    let template = odt_template(services).await?;
    let written = documents::odt(&templates::specimen(), None, &template);
    let bytes = written.map_err(|fault| DocumentRefusal::Odt { path: String::new(), fault })?;
    Ok(Exported { name: "modele.odt".to_owned(), bytes })
}

async fn odt_template(services: &Services) -> Result<OdtTemplate, ApplicationError> {
    let path = services.odt_template.clone();
    if path.as_os_str().is_empty() {
        return Ok(OdtTemplate::built_in());
    }
    let read = move || {
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        let read =
            File::open(&path).and_then(|file| file.take(MOST_TEMPLATE).read_to_end(&mut bytes));
        match read {
            Ok(_) => OdtTemplate::read(&bytes)
                .map_err(|fault| DocumentRefusal::Odt { path: name, fault }),
            Err(source) => Err(DocumentRefusal::Unread { path: name, source }),
        }
    };
    Ok(tokio::task::spawn_blocking(read).await??)
}

/// `projet-si-samu-2020-11`
fn named(kind: &str, requested: &str, period: &Period) -> String {
    let plain = name_key(requested).replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    format!("{kind}-{plain}-{}", period.edition)
}
