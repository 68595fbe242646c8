//! Reads the session cookie of a request, and checks that a change comes from one of the service's own pages.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::cookies::SESSION;
use super::own_path::{is_own_path, leading_to};
use super::sign_in::SignIn;
use crate::api::app_state::AppState;
use crate::api::problem::kinds::Problem;
use crate::store::Credential;

/// The page that shows the ways to sign in.
const SIGN_IN: &str = "/connexion";

/// Maximum length in bytes; longer values are never valid.
const LONGEST: usize = 200;

pub(crate) fn session(request: &HttpRequest) -> Option<Credential> {
    let cookie = request.cookie(SESSION)?;
    let sign_in = request.app_data::<web::Data<SignIn>>()?;
    (cookie.value().len() <= LONGEST).then(|| sign_in.cookies.read(cookie.value()))?
}

/// Whether the request is a browser's for a page.
pub(super) fn wants_page(request: &ServiceRequest) -> bool {
    let html = text(request.headers(), header::ACCEPT.as_str())
        .is_some_and(|accepted| accepted.contains("text/html"));
    let program = request.headers().contains_key(header::AUTHORIZATION);
    let page = request.method() == Method::GET && !request.path().starts_with("/api/");
    html && page && !program
}

/// Redirects to sign-in, and back to the page afterwards, with its query.
pub(super) fn to_sign_in(request: &ServiceRequest) -> HttpResponse {
    let page = request.uri().path_and_query().map_or("", |page| page.as_str());
    let address = if is_own_path(page) && page != "/" {
        leading_to(SIGN_IN, ("retour", page))
    } else {
        SIGN_IN.to_owned()
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

/// Checks that a change sent with a cookie comes from a page of Vigie, by the headers that browsers set: `Sec-Fetch-Site`,
/// or `Origin` with the host that was called. Other
/// programs use tokens.
///
/// # Errors
/// `Problem::Foreign` if it does not.
pub(crate) fn check_origin(request: &HttpRequest) -> Result<(), Problem> {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return Ok(());
    }
    let headers = request.headers();
    let own = match text(headers, "sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(headers, header::ORIGIN.as_str())
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(scheme, host)| {
                text(headers, header::HOST.as_str()) == Some(host)
                    && !is_public_with_other_scheme(request, scheme, host)
            }),
    };
    if own { Ok(()) } else { Err(Problem::Foreign) }
}

/// Checks the origin of a request with `Basic` credentials if a browser sent it: browsers repeat such credentials by
/// themselves, also for pages of other sites.
pub(super) fn check_sent_by_page(request: &HttpRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let is_from_browser =
        headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if is_from_browser { check_origin(request) } else { Ok(()) }
}

/// Whether the host is the one of the setting `public_url`, which has another scheme: a page sent without encryption is not
/// one of Vigie's, although its host is.
fn is_public_with_other_scheme(request: &HttpRequest, scheme: &str, host: &str) -> bool {
    let Ok(state) = AppState::of(request) else { return false };
    let Some((own_scheme, rest)) = state.public_url().split_once("://") else { return false };
    rest.split('/').next() == Some(host) && scheme != own_scheme
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
