//! Browsers: the cookie of a session, and the proof that a page of ours asks for a change.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::http::header::HeaderMap;
use actix_web::web;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use super::super::error::Problem;
use super::super::sign_in::SignIn;
use crate::store::Credential;

const SESSION: &str = "vigie_session";

/// Longer than any that was given out.
const LONGEST: usize = 200;

/// How the cookies of this service are made.
#[derive(Debug)]
pub struct Cookies {
    /// Whether Vigie is read in https: they then go nowhere else.
    pub secure: bool,
    /// For how long somebody stays signed in.
    pub hours: u32,
    /// What they are signed with, so that one that was made up is refused before anybody looks for it.
    pub key: Credential,
}

impl Cookies {
    /// Brought back on links from elsewhere, mails above all, but on no change that another site asks
    /// for.
    pub(in crate::api) fn of_session(&self, secret: &Credential) -> Cookie<'static> {
        of_ours(SESSION, self.signed(secret.reveal()), "/")
            .secure(self.secure)
            .max_age(Duration::hours(self.hours.into()))
            .finish()
    }

    fn signed(&self, text: &str) -> String {
        let signature = self.keyed(text).map(|keyed| keyed.finalize().into_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or_default()))
    }

    /// What was signed, compared in constant time.
    fn read(&self, value: &str) -> Option<Credential> {
        let (text, signature) = value.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.keyed(text)?.verify_slice(&signature).ok()?;
        Some(Credential::presented(text))
    }

    /// A key of any length is one: it is always there.
    fn keyed(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut keyed = Hmac::<Sha256>::new_from_slice(self.key.reveal().as_bytes()).ok()?;
        keyed.update(SESSION.as_bytes());
        keyed.update(text.as_bytes());
        Some(keyed)
    }
}

/// Makes a browser forget its session.
pub(in crate::api) fn no_session_cookie() -> Cookie<'static> {
    gone(SESSION, "/")
}

pub(in crate::api) fn session(request: &HttpRequest) -> Option<Credential> {
    let cookie = request.cookie(SESSION)?;
    let sign_in = request.app_data::<web::Data<SignIn>>()?;
    (cookie.value().len() <= LONGEST).then(|| sign_in.cookies.read(cookie.value()))?
}

/// No script reads it.
pub(in crate::api) fn of_ours(
    name: &'static str,
    value: String,
    path: &'static str,
) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(name, value).path(path).http_only(true).same_site(SameSite::Lax)
}

pub(in crate::api) fn gone(name: &'static str, path: &'static str) -> Cookie<'static> {
    of_ours(name, String::new(), path).max_age(Duration::ZERO).finish()
}

/// Whether a person asks for a page, and can sign in for it.
pub(super) fn wants_page(request: &ServiceRequest) -> bool {
    let can = request.app_data::<web::Data<SignIn>>().is_some_and(|sign_in| sign_in.is_on());
    let html = text(request.headers(), header::ACCEPT.as_str())
        .is_some_and(|accepted| accepted.contains("text/html"));
    let program = request.headers().contains_key(header::AUTHORIZATION);
    let page = request.method() == Method::GET && !request.path().starts_with("/api/");
    can && html && page && !program
}

/// And back to the page afterwards, where its address needs no escaping.
pub(super) fn to_sign_in(page: &str) -> HttpResponse {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
    let address = if page.chars().all(plain) {
        format!("/sign-in?go_to={page}")
    } else {
        "/sign-in".to_owned()
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

/// A change asked with a cookie must come from a page of Vigie: browsers say where from, and other
/// programs, which need not, have tokens.
pub(in crate::api) fn check_origin(request: &HttpRequest) -> Result<(), Problem> {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return Ok(());
    }
    let headers = request.headers();
    let own = match text(headers, "sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(headers, header::ORIGIN.as_str())
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, host)| text(headers, header::HOST.as_str()) == Some(host)),
    };
    if own { Ok(()) } else { Err(Problem::Foreign) }
}

/// Browsers send the password of an address by themselves, also for pages of other sites; programs do not say
/// which page asks.
pub(super) fn check_sent_by_page(request: &HttpRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let is_of_page = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if is_of_page { check_origin(request) } else { Ok(()) }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
