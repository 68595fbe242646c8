//! Documents that people hand out, and what people write in the note to the COSINUM.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::if_match::{IfMatch, SeenRevision};
use crate::api::extract::page::Collection;
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::{NoData, NoRevision, NotFound, Stale};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{DocumentFormat, DocumentRequest, Exported};
use crate::domain::ids::ProjectId;
use crate::domain::note_text::{NoteSection, NoteText, NoteTextBody};
use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoteQuery {
    /// Edition that the note is about; the last one by default.
    edition: Option<EditionId>,
    /// Earlier edition that it is compared with; the one before by default.
    previous: Option<EditionId>,
    /// Format of the file; by default the first one that `Accept` names, else HTML. PDF is written by builds with the feature
    /// `pdf`; others refuse it with 422.
    #[param(inline)]
    format: Option<DocumentFormat>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DocumentQuery {
    /// Edition that the page is about; the last one by default.
    edition: Option<EditionId>,
    /// Format of the file; by default the first one that `Accept` names, else HTML. PDF is written by builds with the feature
    /// `pdf`; others refuse it with 422.
    #[param(inline)]
    format: Option<DocumentFormat>,
}

/// Write the note to the COSINUM on an edition.
#[utoipa::path(
    get,
    path = "/api/v1/documents/cosinum",
    params(NoteQuery),
    responses(
        (status = 200, description = "The note, as an attachment", content(
            (String = "text/html"),
            (String = "text/markdown"),
            (String = "application/vnd.oasis.opendocument.text"),
            (String = "application/pdf"),
        )),
        NoData,
        NotFound,
    )
)]
pub(crate) async fn find_note(
    context: RequestContext,
    request: HttpRequest,
    query: QueryParameters<NoteQuery>,
) -> Result<HttpResponse, Problem> {
    let document = DocumentRequest::Cosinum { edition: query.edition, previous: query.previous };
    write(&context, &request, &document, query.format).await
}

/// Write the page of a ministry: what awaits a decision, then a row for each project.
#[utoipa::path(
    get,
    path = "/api/v1/documents/ministry/{ministry}",
    params(("ministry" = String, Path, description = "The ministry, by code or by name"), DocumentQuery),
    responses(
        (status = 200, description = "The page, as an attachment", content(
            (String = "text/html"),
            (String = "text/markdown"),
            (String = "application/vnd.oasis.opendocument.text"),
            (String = "application/pdf"),
        )),
        NoData,
        NotFound,
    )
)]
pub(crate) async fn find_ministry_page(
    context: RequestContext,
    request: HttpRequest,
    ministry: web::Path<String>,
    query: QueryParameters<DocumentQuery>,
) -> Result<HttpResponse, Problem> {
    let (ministry, edition) = (ministry.into_inner(), query.edition);
    let document = DocumentRequest::Ministry { ministry, edition };
    write(&context, &request, &document, query.format).await
}

/// Write the page of a project.
#[utoipa::path(
    get,
    path = "/api/v1/documents/project/{project}",
    params(("project" = ProjectId, Path, description = "The project, by id or by any of its names"), DocumentQuery),
    responses(
        (status = 200, description = "The page, as an attachment", content(
            (String = "text/html"),
            (String = "text/markdown"),
            (String = "application/vnd.oasis.opendocument.text"),
            (String = "application/pdf"),
        )),
        NoData,
        NotFound,
    )
)]
pub(crate) async fn find_project_page(
    context: RequestContext,
    request: HttpRequest,
    project: web::Path<String>,
    query: QueryParameters<DocumentQuery>,
) -> Result<HttpResponse, Problem> {
    let (project, edition) = (project.into_inner(), query.edition);
    let document = DocumentRequest::Project { project, edition };
    write(&context, &request, &document, query.format).await
}

/// Return the template document of OpenDocument texts, to be restyled in a word processor.
#[utoipa::path(
    get,
    path = "/api/v1/documents/template",
    responses((status = 200, description = "The template document, as an attachment", body = String,
        content_type = "application/vnd.oasis.opendocument.text"))
)]
pub(crate) async fn find_document_template(
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    Ok(attached(application::document_template(&context).await?, DocumentFormat::Odt))
}

/// List what people wrote in the note on an edition, and what they have not written yet.
#[utoipa::path(
    get,
    path = "/api/v1/documents/cosinum/{edition}/texts",
    params(("edition" = EditionId, Path, description = "The edition")),
    responses((status = 200, description = "The texts, in the order of the note", body = Collection<NoteText>), NoData, NotFound)
)]
pub(crate) async fn list_note_texts(
    context: RequestContext,
    edition: web::Path<EditionId>,
) -> Result<web::Json<Collection<NoteText>>, Problem> {
    Ok(Collection::of(application::note_texts(&context, *edition).await?))
}

/// Write a text of the note on an edition.
#[utoipa::path(
    put,
    path = "/api/v1/documents/cosinum/{edition}/texts/{section}",
    params(
        ("edition" = EditionId, Path, description = "The edition"),
        ("section" = inline(NoteSection), Path, description = "The place of the text in the note"),
        SeenRevision,
    ),
    request_body = NoteTextBody,
    responses((status = 200, description = "The text as written", body = NoteText), NoData, NotFound, Stale, NoRevision)
)]
pub(crate) async fn write_note_text(
    context: RequestContext,
    place: web::Path<(EditionId, NoteSection)>,
    IfMatch(seen): IfMatch,
    body: web::Json<NoteTextBody>,
) -> Result<web::Json<NoteText>, Problem> {
    let act = context.act("")?;
    let text = body.into_inner().text.into_inner();
    let written = application::write_note_text(&context, *place, (&text, seen), &act).await?;
    Ok(web::Json(written))
}

async fn write(
    context: &RequestContext,
    request: &HttpRequest,
    document: &DocumentRequest,
    format: Option<DocumentFormat>,
) -> Result<HttpResponse, Problem> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let format = format.or_else(|| DocumentFormat::accepted(accept?));
    let format = format.unwrap_or(DocumentFormat::Html);
    Ok(attached(application::document_file(context, document, format).await?, format))
}

fn attached(file: Exported, format: DocumentFormat) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes)
}
