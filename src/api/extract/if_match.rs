//! Optimistic locking: a change names the revision it is based on. Responses give it in `ETag`, requests send it back in
//! `If-Match`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use utoipa::IntoParams;

use crate::api::problem::kinds::Problem;

/// The revision in `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(in crate::api) i64);

/// The header `If-Match`, for the OpenAPI document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct SeenRevision {
    /// The `ETag` of the version that the change is based on.
    #[param(rename = "If-Match", pattern = r#"^"[0-9]+"$"#)]
    #[expect(dead_code, reason = "only the document of the API reads it")]
    if_match: String,
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(header::IF_MATCH) else {
            return ready(Err(Problem::NoRevision));
        };
        let text = value.to_str().unwrap_or_default();
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let digits = quoted
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit()));
        // A number too large to parse matches no revision.
        let seen = digits.map(|revision| revision.parse().unwrap_or(i64::MAX));
        ready(seen.map(Self).ok_or_else(|| {
            let found = value.to_str().unwrap_or_default();
            Problem::BadParameter(format!(
                "read `If-Match`: found `{found}`, expected the `ETag` of a `GET`, such as `\"3\"`"
            ))
        }))
    }
}
