//! How a caller proves who it is: a token in the header, or the session of a browser.

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::web;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::desk::Workshop;
use super::super::error::Problem;
use super::browser;
use super::local::LocalCaller;
use crate::domain::access::Caller;
use crate::store::Credential;

/// Longer than any that was given out.
const LONGEST: usize = 200;

pub(super) async fn caller(
    request: &ServiceRequest,
    workshop: &Workshop,
) -> Result<Caller, Problem> {
    if let Some(local) = request.app_data::<web::Data<LocalCaller>>() {
        return Ok(local.caller().clone());
    }
    if let Some(presented) = token(request)? {
        let version = workshop.store().version().await?;
        // The response cache goes by it too, rather than ask the database a second time.
        request.extensions_mut().insert(version);
        let found = workshop.caller_by_token(&presented, version).await?;
        let over = "the token is not one, or is over, or its account is closed";
        return found.ok_or_else(|| unproven(over));
    }
    let Some(presented) = browser::session(request.request()) else {
        return Err(unproven("no proof was presented"));
    };
    browser::check_origin(request.request())?;
    let found = workshop.caller_by_session(&presented).await?;
    found.ok_or_else(|| unproven("the session is over, or its account is closed"))
}

/// As `Bearer`; as the password of `Basic` too, for calendars and browsers' address lines.
fn token(request: &ServiceRequest) -> Result<Option<Credential>, Problem> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(unproven("found two headers `Authorization`, expected one"));
    }
    let words = value.to_str().ok().filter(|words| words.len() <= LONGEST);
    let words = words.ok_or_else(|| unproven("the header `Authorization` is no proof"))?;
    let (scheme, rest) = words.split_once(' ').unwrap_or((words, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(Credential::presented(rest.trim())));
    }
    let password = |encoded: &str| {
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        decoded.split_once(':').map(|(_, password)| Credential::presented(password))
    };
    if scheme.eq_ignore_ascii_case("basic")
        && let Some(presented) = password(rest)
    {
        browser::check_sent_by_page(request.request())?;
        return Ok(Some(presented));
    }
    Err(unproven("the header `Authorization` holds neither `Bearer` nor `Basic`"))
}

fn unproven(reason: &'static str) -> Problem {
    Problem::Unproven { reason }
}
