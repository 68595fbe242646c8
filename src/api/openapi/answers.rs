//! Error responses that many routes share.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    HeaderBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Type,
};

use super::operations::operations;
use crate::api::middleware::limits::rate_limits::ALIVE;
use crate::api::problem::details::PROBLEM_JSON;

/// Status code, name in the document's components, and description.
type DocumentedResponse = (&'static str, &'static str, &'static str);

const BAD_REQUEST: DocumentedResponse =
    ("400", "BadRequest", "A parameter is unknown or invalid, or the body cannot be read");
const UNAUTHORIZED: DocumentedResponse = ("401", "Unauthorized", "Authentication required");
const FORBIDDEN: DocumentedResponse = (
    "403",
    "Forbidden",
    "The caller's roles do not allow it, or it concerns ministries outside the caller's scope",
);
const NOT_FOUND: DocumentedResponse =
    ("404", "NotFound", "It does not exist, or is not visible to the caller");
const NO_DATA: DocumentedResponse =
    ("409", "NoData", "There is no data yet, or none as of that date");
const CONFLICT: DocumentedResponse =
    ("409", "Conflict", "The request conflicts with the current state");
const STALE: DocumentedResponse =
    ("412", "Stale", "It has changed since the revision in `If-Match`");
const UNPROCESSABLE: DocumentedResponse = (
    "422",
    "Unprocessable",
    "The content is understood but not acceptable: rules with errors, failing test cases, a limit exceeded, or an `Idempotency-Key` used with another request",
);
const NO_REVISION: DocumentedResponse = ("428", "NoRevision", "`If-Match` header required");
const TOO_LONG: DocumentedResponse = ("414", "AddressTooLong", "The path and query are too long");
const TOO_LARGE: DocumentedResponse = ("413", "TooLarge", "The body is too large");
const MEDIA_TYPE: DocumentedResponse =
    ("415", "UnsupportedMediaType", "The media type or the encoding of the body is not supported");
const TOO_MANY: DocumentedResponse = (
    "429",
    "TooManyRequests",
    "Too many requests: the quota of the account or of the address is used up",
);
const INTERNAL: DocumentedResponse = ("500", "Internal", "Internal server error");
const UNAVAILABLE: DocumentedResponse = (
    "503",
    "Unavailable",
    "Temporarily unavailable: the storage cannot be written, the database is busy, or the service is not ready",
);

const ALL: &[DocumentedResponse] = &[
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    NO_DATA,
    CONFLICT,
    STALE,
    UNPROCESSABLE,
    NO_REVISION,
    TOO_LARGE,
    TOO_LONG,
    MEDIA_TYPE,
    TOO_MANY,
    INTERNAL,
    UNAVAILABLE,
];

macro_rules! answer {
    ($(#[$doc:meta])* $name:ident, $answer:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(in crate::api) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([reference($answer)])
            }
        }
    };
}

answer!(
    /// 404: a parameter names something that does not exist.
    NotFound,
    NOT_FOUND
);
answer!(
    /// 409: the request conflicts with the current state.
    Conflict,
    CONFLICT
);
answer!(
    /// 412: changed since the revision in `If-Match`.
    Stale,
    STALE
);
answer!(
    /// 422: the content is understood but not acceptable.
    Unprocessable,
    UNPROCESSABLE
);
answer!(
    /// 428: `If-Match` is missing.
    NoRevision,
    NO_REVISION
);

answer!(
    /// 409: there is no data yet, or none as of the requested date.
    NoData,
    NO_DATA
);
answer!(
    /// 503: temporarily unavailable.
    UnavailableResponse,
    UNAVAILABLE
);

/// Adds the shared responses to the document's components, and to each operation the ones it may return.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for answer in ALL {
        components.responses.insert(answer.1.to_owned(), RefOr::T(problem(*answer)));
    }
    for (address, item) in &mut document.paths.paths {
        if let Some(operation) = item.post.as_mut().filter(|operation| !is_open(operation)) {
            operation.parameters.get_or_insert_default().push(RefOr::T(key()));
            for (status, response) in [CONFLICT, UNPROCESSABLE].map(reference) {
                operation.responses.responses.entry(status).or_insert(response);
            }
        }
        for operation in operations(item) {
            let mut shared = vec![BAD_REQUEST, TOO_LONG];
            if !is_open(operation) {
                shared.extend([UNAUTHORIZED, FORBIDDEN, INTERNAL, UNAVAILABLE]);
            }
            if !ALIVE.contains(&address.as_str()) {
                shared.push(TOO_MANY);
            }
            if address.contains('{') {
                shared.push(NOT_FOUND);
            }
            if operation.request_body.is_some() {
                shared.extend([CONFLICT, TOO_LARGE, MEDIA_TYPE, UNPROCESSABLE]);
            }
            for (status, response) in shared.into_iter().map(reference) {
                operation.responses.responses.entry(status).or_insert(response);
            }
        }
    }
}

/// Whether the operation accepts anonymous callers.
fn is_open(operation: &Operation) -> bool {
    operation.security.as_deref() == Some(&[SecurityRequirement::default()])
}

fn key() -> Parameter {
    let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A unique key chosen by the caller, such as a UUID. A request repeated with the same key is carried out once.",
        ))
        .schema(Some(key.max_length(Some(200)).pattern(Some(r"^[!#-\[\]-~]+$"))))
        .build()
}

fn reference((status, name, _): DocumentedResponse) -> (String, RefOr<Response>) {
    (status.to_owned(), RefOr::Ref(Ref::from_response_name(name)))
}

fn problem((status, _, when): DocumentedResponse) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
    let response = ResponseBuilder::new().description(when).content(PROBLEM_JSON, body);
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let wait = HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("Seconds to wait before retrying"));
    let quota = |words| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        HeaderBuilder::new().schema(Some(text)).description(Some(words)).build()
    };
    match status {
        "429" => response
            .header("Retry-After", wait.build())
            .header("RateLimit", quota("Requests left (`r`), and seconds until the quota is full again (`t`): `\"account\";r=0;t=60`"))
            .header("RateLimit-Policy", quota("Requests allowed (`q`) per window of `w` seconds: `\"account\";q=600;w=60`"))
            .build(),
        "503" => response.header("Retry-After", wait.build()).build(),
        _ => response.build(),
    }
}
