//! Problems as pages: what a browser asked for and cannot have, said in French, with what to do.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, ResponseError as _};
use serde::Serialize;

use super::context::{Frame, Heading};
use super::wording::problem_words::{ProblemWords, for_people};
use crate::api::{Problem, request_id};
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
    /// Whether signing in may help.
    sign_in: bool,
    /// Under which the log has the request.
    number: Option<String>,
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
    let Some(Ok(mut page)) = problem.map(|problem| page(&response, problem)) else {
        return Ok(response);
    };
    let (received, refused) = response.into_parts();
    for name in [header::RETRY_AFTER, header::ALLOW, header::WWW_AUTHENTICATE] {
        if let Some(value) = refused.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    Ok(ServiceResponse::new(received, page))
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
    let ProblemWords { title, explanation, advice } = ProblemWords::of(problem);
    let faults = problem.faults();
    let view = ProblemView {
        status: status.as_u16(),
        explanation,
        advice,
        faults: faults.iter().map(|fault| for_people(&translation::into_french(fault))).collect(),
        back: (request.method() == Method::POST).then(|| page_of_form(request.path())),
        sign_in: status == StatusCode::UNAUTHORIZED,
        number: request_id(),
    };
    Frame::of(request, caller).page(status, "pages/problem.html", &Heading::of(title, ""), &view)
}

/// The page that a form is on: what it posts to is one step below.
fn page_of_form(path: &str) -> String {
    let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
    if parent.is_empty() { "/".to_owned() } else { parent.to_owned() }
}
