//! Session cookies, and the check that a change comes from one of the service's own pages.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::api::problem::kinds::Problem;
use crate::api::resources::people::sign_in::SignIn;
use crate::store::Credential;

const SESSION: &str = "vigie_session";

/// Maximum length in bytes; longer values are never valid.
const LONGEST: usize = 200;

/// Settings of the service's cookies.
#[derive(Debug)]
pub struct Cookies {
    /// Whether Vigie is served over https; cookies then carry the attribute `Secure`.
    pub secure: bool,
    /// Lifetime of a session, in hours.
    pub hours: u32,
    /// Key that signs session cookies, so that a forged one is refused before the database is read.
    pub key: Credential,
}

impl Cookies {
    /// The session cookie. Browsers send it when a link on another site or in a mail is followed, but not with changes
    /// that another site submits.
    pub(in crate::api) fn of_session(&self, secret: &Credential) -> Cookie<'static> {
        own_cookie(SESSION, self.signed(secret.reveal()), "/")
            .secure(self.secure)
            .max_age(Duration::hours(self.hours.into()))
            .finish()
    }

    fn signed(&self, text: &str) -> String {
        let signature = self.keyed(text).map(|keyed| keyed.finalize().into_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or_default()))
    }

    /// The session secret, if the cookie's signature is valid. Signatures are compared in constant time.
    fn read(&self, value: &str) -> Option<Credential> {
        let (text, signature) = value.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.keyed(text)?.verify_slice(&signature).ok()?;
        Some(Credential::presented(text))
    }

    /// HMAC of the cookie's name and `text`. HMAC accepts keys of any length, so this is never `None`.
    fn keyed(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut keyed = Hmac::<Sha256>::new_from_slice(self.key.reveal().as_bytes()).ok()?;
        keyed.update(SESSION.as_bytes());
        keyed.update(text.as_bytes());
        Some(keyed)
    }
}

/// A cookie that makes the browser delete its session cookie.
pub(in crate::api) fn no_session_cookie() -> Cookie<'static> {
    expired_cookie(SESSION, "/")
}

pub(in crate::api) fn session(request: &HttpRequest) -> Option<Credential> {
    let cookie = request.cookie(SESSION)?;
    let sign_in = request.app_data::<web::Data<SignIn>>()?;
    (cookie.value().len() <= LONGEST).then(|| sign_in.cookies.read(cookie.value()))?
}

/// A cookie that scripts cannot read.
pub(in crate::api) fn own_cookie(
    name: &'static str,
    value: String,
    path: &'static str,
) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(name, value).path(path).http_only(true).same_site(SameSite::Lax)
}

pub(in crate::api) fn expired_cookie(name: &'static str, path: &'static str) -> Cookie<'static> {
    own_cookie(name, String::new(), path).max_age(Duration::ZERO).finish()
}

/// Whether the request is a browser's for a page, and sign-in is configured.
pub(super) fn wants_page(request: &ServiceRequest) -> bool {
    let can = request.app_data::<web::Data<SignIn>>().is_some_and(|sign_in| sign_in.is_on());
    let html = text(request.headers(), header::ACCEPT.as_str())
        .is_some_and(|accepted| accepted.contains("text/html"));
    let program = request.headers().contains_key(header::AUTHORIZATION);
    let page = request.method() == Method::GET && !request.path().starts_with("/api/");
    can && html && page && !program
}

/// Redirects to sign-in, and back to `page` afterwards if its path needs no escaping.
pub(super) fn to_sign_in(page: &str) -> HttpResponse {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
    let address = if page.chars().all(plain) {
        format!("/sign-in?go_to={page}")
    } else {
        "/sign-in".to_owned()
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

/// Checks that a change sent with a cookie comes from a page of Vigie, by the headers that browsers set. Other
/// programs use tokens.
///
/// # Errors
/// `Problem::Foreign` if it does not.
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

/// Checks the origin of a request with `Basic` credentials if a browser sent it: browsers repeat such credentials by
/// themselves, also for pages of other sites.
pub(super) fn check_sent_by_page(request: &HttpRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let is_from_browser =
        headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if is_from_browser { check_origin(request) } else { Ok(()) }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
