//! Problems as pages: what a browser asked for and cannot have, said in French, with what to do.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, ResponseError as _};
use serde::Serialize;

use super::context::{Frame, Heading};
use crate::api::Problem;
use crate::domain::accounts::access::Caller;
use crate::support::translation;

/// What the page of a problem says.
#[derive(Debug, Serialize)]
struct ProblemView {
    status: u16,
    explanation: String,
    /// What to do about it.
    advice: &'static str,
    /// One line per fault of a form or a file, in French.
    faults: Vec<String>,
    /// The page that a refused form came from.
    back: Option<String>,
}

/// Replaces the problem of a response by a page if a browser is to show it.
///
/// # Errors
/// Those of the service that it wraps.
pub async fn show_problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_shown = is_shown(&request);
    let response = next.call(request).await?.map_into_boxed_body();
    if !is_shown {
        return Ok(response);
    }
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    let Some(Ok(page)) = problem.map(|problem| page(&response, problem)) else {
        return Ok(response);
    };
    let (request, refused) = response.into_parts();
    let mut page = page;
    for name in [header::RETRY_AFTER, header::ALLOW, header::WWW_AUTHENTICATE] {
        if let Some(value) = refused.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    Ok(ServiceResponse::new(request, page))
}

/// Whether a browser asks for a page, or sends a form of one.
fn is_shown(request: &ServiceRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let is_browser = accepted.is_some_and(|accepted| accepted.contains("text/html"));
    is_browser
        && !request.path().starts_with("/api/")
        && !request.headers().contains_key(header::AUTHORIZATION)
}

fn page(response: &ServiceResponse, problem: &Problem) -> Result<actix_web::HttpResponse, Problem> {
    let request = response.request();
    let caller = request.extensions().get::<Caller>().cloned();
    let status = problem.status_code();
    let (title, advice) = words(status);
    let view = ProblemView {
        status: status.as_u16(),
        explanation: translation::into_french(&problem.to_string()).into_owned(),
        advice,
        faults: problem
            .faults()
            .iter()
            .map(|fault| translation::into_french(fault).into_owned())
            .collect(),
        back: (request.method() == Method::POST).then(|| page_of_form(request.path())),
    };
    Frame::of(request, caller).page(status, "pages/problem.html", &Heading::of(title, ""), &view)
}

/// The page that a form is on: what it posts to is one step below.
fn page_of_form(path: &str) -> String {
    let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
    if parent.is_empty() { "/".to_owned() } else { parent.to_owned() }
}

/// The title of the page, and what to do.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => (
            "Adresse ou formulaire incomplet",
            "Revenez à la page précédente et corrigez ce qui est signalé.",
        ),
        StatusCode::UNAUTHORIZED => {
            ("Connexion nécessaire", "Connectez-vous pour voir cette page.")
        }
        StatusCode::FORBIDDEN => (
            "Accès refusé",
            "Votre compte ne donne pas ce droit. L’administrateur de Vigie peut l’ouvrir.",
        ),
        StatusCode::NOT_FOUND => (
            "Page introuvable",
            "L’adresse est erronée, ou ce qu’elle désigne ne relève pas des ministères de votre compte.",
        ),
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => (
            "Quelqu’un d’autre a agi entre-temps",
            "Rien n’a été enregistré. Rechargez la page pour voir l’état actuel, puis recommencez s’il y a lieu.",
        ),
        StatusCode::GONE => ("Ce lien ne sert plus", "Demandez-en un nouveau."),
        StatusCode::UNPROCESSABLE_ENTITY => (
            "Saisie refusée",
            "Rien n’a été enregistré. Revenez à la page précédente et corrigez ce qui est signalé.",
        ),
        StatusCode::TOO_MANY_REQUESTS => {
            ("Trop de demandes", "Patientez quelques instants, puis rechargez la page.")
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            "Service momentanément indisponible",
            "Rien n’a été perdu. Rechargez la page dans quelques instants.",
        ),
        _ => (
            "Erreur du service",
            "L’incident est consigné. Si elle se répète, signalez-la à l’administrateur de Vigie.",
        ),
    }
}
