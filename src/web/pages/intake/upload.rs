//! Files that a browser sends to be simulated.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::imports::{FormError, HISTORY};
use crate::api::extract::uploads::receive;
use crate::api::{Problem, Uploads};
use crate::intake::base_name;
use crate::support::french;
use crate::web::context::{Heading, PageContext, PageSettings};
use crate::web::multipart;
use crate::web::staging::{HOURS, MOST_FILES, SentFile, StagingRefusal};

/// Name of the field of the form that holds the files.
const FIELD: &str = "fichiers";

/// Maximum length of a file's name, in characters.
const LONGEST_NAME: usize = 255;

#[derive(Debug, Serialize)]
struct UploadView {
    action: String,
    most_files: usize,
    /// `16 Mo`
    most_bytes: String,
    hours: i64,
    errors: Vec<FormError>,
    /// Simulations that wait.
    waiting: Vec<WaitingSimulation>,
}

#[derive(Debug, Serialize)]
struct WaitingSimulation {
    href: String,
    files: String,
    names: String,
}

/// Shows the form that takes files.
///
/// # Errors
/// If the caller is nobody.
pub(in crate::web) async fn show(
    context: PageContext,
    uploads: web::Data<Uploads>,
    settings: web::Data<PageSettings>,
) -> Result<HttpResponse, Problem> {
    page(&context, (&uploads, &settings), None)
}

/// Takes files in, and shows their simulation.
///
/// # Errors
/// If the service cannot take them now.
pub(in crate::web) async fn send(
    context: PageContext,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
    (request, body): (HttpRequest, web::Payload),
) -> Result<HttpResponse, Problem> {
    let now = context.clock.now();
    let files = match sent(&uploads, &request, body).await? {
        Ok(files) => files,
        Err(refusal) => return page(&context, (&uploads, &settings), Some(refusal)),
    };
    match settings.staging.begin(&context.caller().name, files, now) {
        Ok(id) => Ok(see_other(&format!("/imports/simulations/{id}"))),
        Err(refusal) => {
            page(&context, (&uploads, &settings), Some(UploadRefusal::Staging(refusal)))
        }
    }
}

/// Takes further files into a simulation.
///
/// # Errors
/// If there is no such simulation of the caller, or the service cannot take files now.
pub(in crate::web) async fn add(
    context: PageContext,
    id: web::Path<String>,
    (uploads, settings): (web::Data<Uploads>, web::Data<PageSettings>),
    (request, body): (HttpRequest, web::Payload),
) -> Result<HttpResponse, Problem> {
    let now = context.clock.now();
    let files = match sent(&uploads, &request, body).await? {
        Ok(files) => files,
        Err(refusal) => return page(&context, (&uploads, &settings), Some(refusal)),
    };
    match settings.staging.add((&context.caller().name, &id), files, now) {
        Ok(()) => Ok(see_other(&format!("/imports/simulations/{}", *id))),
        Err(StagingRefusal::Gone) => {
            Err(Problem::NotFound { kind: "simulation", id: id.into_inner() })
        }
        Err(refusal) => {
            page(&context, (&uploads, &settings), Some(UploadRefusal::Staging(refusal)))
        }
    }
}

/// Why files are not taken.
enum UploadRefusal {
    NoFile,
    TooLarge,
    BadName(String),
    NoForm,
    Staging(StagingRefusal),
}

/// The files of a form, or why they are not taken.
async fn sent(
    uploads: &Uploads,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<Result<Vec<SentFile>, UploadRefusal>, Problem> {
    let upload = match receive(uploads, request, body).await {
        Ok(upload) => upload,
        Err(Problem::BadBody { status: StatusCode::PAYLOAD_TOO_LARGE, .. }) => {
            return Ok(Err(UploadRefusal::TooLarge));
        }
        Err(problem) => return Err(problem),
    };
    let bytes = upload.into_bytes().await?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Ok(parts) = multipart::parts(kind, &bytes) else { return Ok(Err(UploadRefusal::NoForm)) };
    let mut files: Vec<SentFile> = Vec::new();
    for part in parts.into_iter().filter(|part| part.name == FIELD) {
        let name = part.file_name.unwrap_or_default();
        // A field without a file is sent with an empty name.
        if name.is_empty() && part.content.is_empty() {
            continue;
        }
        let name = base_name(name.rsplit('\\').next().unwrap_or_default()).to_owned();
        let length = name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) || name.chars().any(char::is_control) {
            return Ok(Err(UploadRefusal::BadName(name)));
        }
        files.retain(|(other, _)| *other != name);
        files.push((name, part.content.to_vec()));
    }
    Ok(if files.is_empty() { Err(UploadRefusal::NoFile) } else { Ok(files) })
}

fn page(
    context: &PageContext,
    (uploads, settings): (&Uploads, &PageSettings),
    refusal: Option<UploadRefusal>,
) -> Result<HttpResponse, Problem> {
    let most = french::integer(i64::try_from(uploads.most_bytes() / 1_048_576).unwrap_or_default());
    let most_bytes = format!("{most}\u{a0}Mo");
    let refused = refusal.map(|refusal| refusal.in_words(&most_bytes));
    let status = refused.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let errors = refused.into_iter().map(|(_, text)| FormError { anchor: FIELD.to_owned(), text });
    let waiting = settings.staging.of(&context.caller().name, context.clock.now());
    let waiting = waiting.into_iter().map(|(id, simulation)| WaitingSimulation {
        href: format!("/imports/simulations/{id}"),
        files: french::counted(simulation.files.len(), "fichier", "fichiers"),
        names: simulation
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    });
    let view = UploadView {
        action: "/imports/nouveau".to_owned(),
        most_files: MOST_FILES,
        most_bytes,
        hours: HOURS,
        errors: errors.collect(),
        waiting: waiting.collect(),
    };
    let heading = Heading::of("Importer des fichiers", "importer").under(&[HISTORY]);
    context.page_with_status(status, "pages/upload.html", &heading, &view)
}

impl UploadRefusal {
    fn in_words(&self, most_bytes: &str) -> (StatusCode, String) {
        match self {
            Self::NoFile => {
                (StatusCode::UNPROCESSABLE_ENTITY, "Choisissez au moins un fichier.".to_owned())
            }
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!(
                    "Ces fichiers dépassent ensemble {most_bytes}. Envoyez-les en plusieurs fois."
                ),
            ),
            Self::BadName(name) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("Le nom «\u{a0}{name}\u{a0}» n’est pas celui d’un fichier. Renommez-le."),
            ),
            Self::NoForm => (
                StatusCode::BAD_REQUEST,
                "L’envoi est incomplet. Choisissez de nouveau les fichiers.".to_owned(),
            ),
            Self::Staging(StagingRefusal::TooManyFiles) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("Une simulation porte sur {MOST_FILES} fichiers au plus."),
            ),
            Self::Staging(StagingRefusal::Full) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Trop de fichiers attendent déjà d’être importés. Réessayez dans quelques minutes."
                    .to_owned(),
            ),
            Self::Staging(StagingRefusal::Gone | StagingRefusal::Unwritten) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Les fichiers n’ont pas pu être conservés. Réessayez dans quelques minutes."
                    .to_owned(),
            ),
        }
    }
}

/// Sends the browser to a page after a form.
pub(super) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}
