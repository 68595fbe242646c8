//! Authenticates a request by the token in its header, or by the session cookie of a browser.

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::{HttpMessage as _, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::local::LocalCaller;
use super::session_cookie;
use crate::api::app_state::AppState;
use crate::api::problem::kinds::Problem;
use crate::domain::accounts::access::Caller;
use crate::store::Credential;

/// Maximum length of the header in bytes; longer values are never valid.
const LONGEST: usize = 200;

pub(super) async fn caller(request: &ServiceRequest, state: &AppState) -> Result<Caller, Problem> {
    if let Some(local) = request.app_data::<web::Data<LocalCaller>>() {
        return Ok(local.caller().clone());
    }
    if let Some(presented) = token(request)? {
        let version = state.store().version().await?;
        // The response cache uses it too, rather than read the database a second time.
        request.extensions_mut().insert(version);
        let found = state.caller_by_token(&presented, version).await?;
        let over = "the token is unknown, revoked or expired, or its account is closed";
        return found.ok_or_else(|| unauthenticated(over));
    }
    let Some(presented) = session_cookie::session(request.request()) else {
        return Err(unauthenticated("no credentials were sent"));
    };
    session_cookie::check_origin(request.request())?;
    let found = state.caller_by_session(&presented).await?;
    found.ok_or_else(|| unauthenticated("the session has ended, or its account is closed"))
}

/// The token of the request: after `Bearer`, or as the password of `Basic`, which calendars and feed readers send.
fn token(request: &ServiceRequest) -> Result<Option<Credential>, Problem> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(unauthenticated("found two headers `Authorization`, expected one"));
    }
    let words = value.to_str().ok().filter(|words| words.len() <= LONGEST);
    let words = words
        .ok_or_else(|| unauthenticated("the header `Authorization` is too long or not ASCII"))?;
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
        session_cookie::check_sent_by_page(request.request())?;
        return Ok(Some(presented));
    }
    Err(unauthenticated("the header `Authorization` holds neither `Bearer` nor `Basic`"))
}

fn unauthenticated(reason: &'static str) -> Problem {
    Problem::Unproven { reason }
}
