//! A problem as it is written, and those that come of requests that cannot be read.

use actix_web::HttpRequest;
use actix_web::ResponseError as _;
use actix_web::error::JsonPayloadError;
use actix_web::error::PathError;
use actix_web::error::UrlencodedError;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::contract;
use super::error::Problem;
use super::problem_errors::ProblemError;
use super::trace;
use crate::domain::draft::Meanwhile;

pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// Problem details, as RFC 9457 has them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemDetails {
    /// One of those that `docs/API.md` lists.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "urn:vigie:problem:not-found")]
    kind: String,
    title: &'static str,
    status: u16,
    /// What was read, what was found, what was expected.
    detail: String,
    /// The path that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    instance: Option<String>,
    /// Under which the logs know the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request_id: Option<String>,
    /// The trace that it is a part of, as W3C Trace Context has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    trace_id: Option<String>,
    /// One by one, where it was looked at that closely.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<ProblemError>,
    /// Of a draft, what others changed since the revision that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meanwhile: Option<Meanwhile>,
}

impl ProblemDetails {
    /// Of the request that is being answered.
    pub(super) fn of(problem: &Problem) -> Self {
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
pub(super) fn json(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    if let JsonPayloadError::Deserialize(error) = &error {
        return Problem::Mistaken { errors: vec![ProblemError::of_json(error)] }.into();
    }
    let is_other_kind = matches!(error, JsonPayloadError::ContentType);
    let kind = is_other_kind.then_some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let status = kind.unwrap_or_else(|| error.status_code());
    Problem::BadBody { status, found: error.to_string() }.into()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(super) fn form(error: UrlencodedError, _: &HttpRequest) -> actix_web::Error {
    let is_other_kind = matches!(error, UrlencodedError::ContentType);
    let kind = is_other_kind.then_some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let status = kind.unwrap_or_else(|| error.status_code());
    Problem::BadBody { status, found: error.to_string() }.into()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(super) fn path(error: PathError, request: &HttpRequest) -> actix_web::Error {
    let unread = || Problem::BadParameter(format!("read the path: {error}"));
    contract::wrong_number(request).map_or_else(unread, Problem::from).into()
}
