//! Documents that people hand out, as pages: what they say, the files to take away, and the texts that people write in the note
//! to the COSINUM.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::alert::{HistoryLine, by};
use super::filled_form::{FilledForm, FormState, SentForm};
use crate::api::Problem;
use crate::application;
use crate::application::{DocumentFormat, DocumentRequest, FilledDocument, today};
use crate::documents::Document;
use crate::domain::accounts::access::Permission;
use crate::domain::bounded_text::OptionalText;
use crate::domain::ids::MinistryCode;
use crate::domain::note_text::{NoteSection, NoteText};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::ImportState;
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::query::Choice;

#[derive(Debug, Serialize)]
struct DocumentsView {
    /// The notes to the COSINUM, the last edition first; for those who see the whole State.
    notes: Vec<Link>,
    ministries: Vec<Link>,
    projects: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct DocumentView {
    document: Document,
    /// The same as files.
    files: Vec<Link>,
    edition: String,
    /// The texts of the note, for those who may write them.
    texts: Vec<TextForm>,
    form: FormState,
    /// What somebody else wrote since the form was read.
    meanwhile: Vec<HistoryLine>,
}

/// The forms of the note: a state to answer with, and what a form that was refused was about.
#[derive(Debug, Default)]
struct NoteForms {
    status: StatusCode,
    form: FormState,
    /// The text that was sent, and the revision that its author had before them.
    sent: Option<(NoteSection, i64)>,
}

/// A text of the note and its form.
#[derive(Debug, Serialize)]
struct TextForm {
    #[serde(flatten)]
    text: NoteText,
    word: &'static str,
    label: String,
    /// `Révision 2, écrite par Claire Martin le 30 novembre 2020`; empty while nobody has written it.
    written: String,
}

/// Lists the documents that the caller may see.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn list(context: PageContext) -> Result<HttpResponse, Problem> {
    let known = context.store.known_projects().await?;
    let ministries: BTreeSet<&MinistryCode> = known.iter().map(|one| &one.ministry).collect();
    let ministries = ministries.into_iter().map(|code| Link {
        label: code.to_string(),
        href: format!("/documents/ministeres/{code}"),
    });
    let mut editions = BTreeSet::new();
    if context.caller().scope.is_whole() {
        for import in context.store.imports().await? {
            if import.dataset == Dataset::Panorama && import.state == ImportState::InUse {
                editions.insert(import.edition);
            }
        }
    }
    let note = |edition: EditionId| Link {
        label: format!("Note au COSINUM, {}", french::month_and_year(edition.as_of())),
        href: format!("/documents/cosinum/{edition}"),
    };
    let view = DocumentsView {
        notes: editions.into_iter().rev().map(note).collect(),
        ministries: ministries.collect(),
        projects: Choice::projects(&known).unwrap_or_default(),
    };
    context.page("pages/documents.html", &Heading::of("Documents", "documents"), &view)
}

/// Shows the note to the COSINUM on an edition.
///
/// # Errors
/// If the edition is not known, or the data cannot be read.
pub(in crate::web) async fn note(
    context: PageContext,
    edition: web::Path<EditionId>,
) -> Result<HttpResponse, Problem> {
    note_with(&context, *edition, NoteForms::default()).await
}

async fn note_with(
    context: &PageContext,
    edition: EditionId,
    forms: NoteForms,
) -> Result<HttpResponse, Problem> {
    let request = DocumentRequest::Cosinum { edition: Some(edition), previous: None };
    let filled = application::document(context, &request).await?;
    let texts = application::note_texts(context, edition).await?;
    let may_write = context.caller().may(Permission::Act);
    let NoteForms { status, form, sent } = forms;
    let is_newer = |text: &&NoteText| {
        sent.is_some_and(|(section, read)| text.section == section && text.revision > read)
    };
    let meanwhile = texts.iter().filter(is_newer).map(event).collect();
    let texts = texts.into_iter().filter(|_| may_write).map(text_form).collect();
    let address = format!("/api/v1/documents/cosinum?edition={edition}&format=");
    let title = format!("Note au COSINUM, {}", french::month_and_year(edition.as_of()));
    let view = DocumentView { texts, form, meanwhile, ..view_of(filled, &address) };
    context.page_with_status(status, "pages/document.html", &heading(&title), &view)
}

/// What somebody wrote, beside what another typed meanwhile.
fn event(text: &NoteText) -> HistoryLine {
    let at = text.at.unwrap_or_default();
    HistoryLine {
        date: french::date(today(at)),
        datetime: at.to_rfc3339(),
        text: text.text.clone(),
        detail: by(text.by.as_ref()),
    }
}

fn text_form(text: NoteText) -> TextForm {
    let by = text.by.as_ref().zip(text.at);
    let written = by.map(|(by, at)| {
        format!("Révision {}, écrite par {by} le {}", text.revision, french::moment(at))
    });
    TextForm {
        word: text.section.as_str(),
        label: super::filled_form::capital(text.section.label()),
        written: written.unwrap_or_default(),
        text,
    }
}

/// Writes a text of the note. When somebody else wrote it meanwhile, the page shows what they wrote beside what was typed.
///
/// # Errors
/// If the edition is not known, or the text cannot be written.
pub(in crate::web) async fn write(
    context: PageContext,
    place: web::Path<(EditionId, NoteSection)>,
    sent: SentForm,
) -> Result<HttpResponse, Problem> {
    let (edition, section) = place.into_inner();
    let mut form = FilledForm::of(section.as_str(), &["text"], sent)?;
    let read = i64::from(form.revision()?);
    let text = form.optional::<OptionalText>("text", "Texte");
    let Some(text) = text.filter(|_| !form.is_faulty()) else {
        let (status, form) = form.faulty();
        let forms = NoteForms { status, form, sent: Some((section, read)) };
        return note_with(&context, edition, forms).await;
    };
    let text = text.filled().unwrap_or_default();
    let act = context.act("")?;
    let typed = (text.as_str(), read);
    let written = application::write_note_text(&context, (edition, section), typed, &act).await;
    match written.map_err(Problem::from) {
        Ok(_) => {
            Ok(context
                .done(Confirmation::NoteTextWritten, &format!("/documents/cosinum/{edition}")))
        }
        Err(problem) => {
            let (status, form) = form.refused(problem)?;
            let forms = NoteForms { status, form, sent: Some((section, read)) };
            note_with(&context, edition, forms).await
        }
    }
}

/// Shows the page of a ministry as a document.
///
/// # Errors
/// If the caller does not see it, or the data cannot be read.
pub(in crate::web) async fn ministry(
    context: PageContext,
    ministry: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let ministry = ministry.into_inner();
    let address = format!("/api/v1/documents/ministry/{ministry}?format=");
    let request = DocumentRequest::Ministry { ministry, edition: None };
    let filled = application::document(&context, &request).await?;
    let title = filled.document.title.clone();
    show(&context, (&title, filled), &address)
}

/// Shows the page of a project as a document.
///
/// # Errors
/// If the caller does not see it, or the data cannot be read.
pub(in crate::web) async fn project(
    context: PageContext,
    project: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = application::find_project(&context, &project).await?.project;
    let address = format!("/api/v1/documents/project/{found}?format=");
    let request = DocumentRequest::Project { project: found.to_string(), edition: None };
    let filled = application::document(&context, &request).await?;
    let title = filled.document.title.clone();
    show(&context, (&title, filled), &address)
}

fn show(
    context: &PageContext,
    (title, filled): (&str, FilledDocument),
    address: &str,
) -> Result<HttpResponse, Problem> {
    context.page(
        "pages/document.html",
        &heading(&format!("Synthèse\u{a0}: {title}")),
        &view_of(filled, address),
    )
}

fn heading(title: &str) -> Heading {
    Heading::of(title, "documents").under(&[("Documents", "/documents")])
}

/// A document and the files that it is also written as.
fn view_of(filled: FilledDocument, address: &str) -> DocumentView {
    let written = DocumentFormat::ALL.into_iter().filter(|format| format.is_written());
    let file = |format: DocumentFormat| Link {
        label: format.label().to_owned(),
        href: format!("{address}{}", format.as_str()),
    };
    DocumentView {
        document: filled.document,
        files: written.map(file).collect(),
        edition: filled.edition.to_string(),
        texts: Vec::new(),
        form: FormState::default(),
        meanwhile: Vec::new(),
    }
}
