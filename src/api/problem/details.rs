//! The JSON form of an error, and the errors of requests that actix-web cannot read.

use actix_web::error::{JsonPayloadError, PathError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, ResponseError as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::ProblemError;
use super::kinds::Problem;
use crate::api::middleware::{openapi_validation, trace};
use crate::domain::rules::draft::Meanwhile;

pub(in crate::api) const PROBLEM_JSON: &str = "application/problem+json";

/// An error, as problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ProblemDetails {
    /// Type of the error: one of the URNs listed in `docs/API.md`.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "urn:vigie:problem:not-found")]
    kind: String,
    title: &'static str,
    status: u16,
    /// What was read, what was found and what was expected.
    detail: String,
    /// Path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    instance: Option<String>,
    /// Id of the request in the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request_id: Option<String>,
    /// Trace id of the request (W3C Trace Context).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    trace_id: Option<String>,
    /// The individual errors, where they are known. `detail` says how many are not listed, if any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<ProblemError>,
    /// For a draft, the changes made by others since the revision in `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meanwhile: Option<Meanwhile>,
}

impl ProblemDetails {
    /// Problem details for the current request.
    pub(in crate::api) fn of(problem: &Problem) -> Self {
        let (kind, title) = problem.kind();
        let ids = trace::current();
        let (request_id, trace_id, instance) = match ids {
            Some(ids) => (Some(ids.request), Some(ids.trace), Some(ids.path)),
            None => (None, None, None),
        };
        Self {
            kind: format!("urn:vigie:problem:{kind}"),
            title,
            status: problem.status_code().as_u16(),
            detail: problem.to_string(),
            instance,
            request_id,
            trace_id,
            errors: problem.errors().to_vec(),
            meanwhile: problem.meanwhile().cloned(),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(in crate::api) fn json(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    if let JsonPayloadError::Deserialize(error) = &error {
        return Problem::of_json(error).into();
    }
    let is_wrong_type = matches!(error, JsonPayloadError::ContentType);
    let unsupported = is_wrong_type.then_some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let status = unsupported.unwrap_or_else(|| error.status_code());
    Problem::BadBody { status, found: error.to_string() }.into()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(in crate::api) fn form(error: UrlencodedError, _: &HttpRequest) -> actix_web::Error {
    let is_wrong_type = matches!(error, UrlencodedError::ContentType);
    let unsupported = is_wrong_type.then_some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let status = unsupported.unwrap_or_else(|| error.status_code());
    Problem::BadBody { status, found: error.to_string() }.into()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(in crate::api) fn path(error: PathError, request: &HttpRequest) -> actix_web::Error {
    let unread = || Problem::BadParameter(format!("read the path: {error}"));
    openapi_validation::wrong_number(request).map_or_else(unread, Problem::from).into()
}
