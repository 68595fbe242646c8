//! The JSON form of an error.

use serde::Serialize;
use utoipa::ToSchema;

use super::errors::ProblemError;
use crate::api::middleware::trace;
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
    pub(super) errors: Vec<ProblemError>,
    /// For a draft, the changes made by others since the revision in `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) meanwhile: Option<Meanwhile>,
}

impl ProblemDetails {
    /// An error in answer to the current request, whose ids it takes. `kind` is the last part of its URN.
    pub(super) fn new((kind, title): (&str, &'static str), status: u16, detail: String) -> Self {
        let ids = trace::current();
        let (request_id, trace_id, instance) = match ids {
            Some(ids) => (Some(ids.request), Some(ids.trace), Some(ids.path)),
            None => (None, None, None),
        };
        let (kind, errors) = (format!("urn:vigie:problem:{kind}"), Vec::new());
        Self {
            kind,
            title,
            status,
            detail,
            instance,
            request_id,
            trace_id,
            errors,
            meanwhile: None,
        }
    }
}
