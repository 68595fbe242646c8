//! Refusals that many routes share, documented once.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::HeaderBuilder;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::OpenApi;
use utoipa::openapi::Ref;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::Response;
use utoipa::openapi::ResponseBuilder;
use utoipa::openapi::Type;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::path::ParameterBuilder;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::SecurityRequirement;

use super::super::limits;
use super::super::problem_details::PROBLEM_JSON;

/// Status, name among the components, and when.
type Answer = (&'static str, &'static str, &'static str);

const BAD_REQUEST: Answer =
    ("400", "BadRequest", "A parameter is not one, or not of its kind; or the body cannot be read");
const UNAUTHORIZED: Answer = ("401", "Unauthorized", "Nobody knows who asks");
const FORBIDDEN: Answer = (
    "403",
    "Forbidden",
    "None of the caller's roles allows it, or it lies beyond their ministries",
);
const NOT_FOUND: Answer = ("404", "NotFound", "No such thing, or none that the caller may see");
const NO_DATA: Answer = ("409", "NoData", "Nothing is known yet, or not as of that date");
const CONFLICT: Answer = ("409", "Conflict", "Refused as things stand");
const STALE: Answer =
    ("412", "Stale", "Somebody changed it since the revision that `If-Match` gives");
const UNPROCESSABLE: Answer =
    ("422", "Unprocessable", "Rules with faults, cases that fail, or texts out of bounds");
const NO_REVISION: Answer = ("428", "NoRevision", "`If-Match` is missing");
const TOO_LONG: Answer = ("414", "AddressTooLong", "The path with its query is too long");
const TOO_LARGE: Answer = ("413", "TooLarge", "The body is larger than this route takes");
const MEDIA_TYPE: Answer =
    ("415", "UnsupportedMediaType", "The body is not of a kind that is read");
const TOO_MANY: Answer = ("429", "TooManyRequests", "Too many requests in too short a time");
const INTERNAL: Answer = ("500", "Internal", "Something broke down here");
const UNAVAILABLE: Answer = (
    "503",
    "Unavailable",
    "Not now: nothing can be written, others are writing, or the service is not ready",
);

const ALL: &[Answer] = &[
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

/// 409: nothing to show.
#[derive(Debug)]
pub(in crate::api) struct NoData;

/// 503.
#[derive(Debug)]
pub(in crate::api) struct Unavailable;

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
    /// 404, of what a parameter names.
    NotFound,
    NOT_FOUND
);
answer!(
    /// 409: refused.
    Conflict,
    CONFLICT
);
answer!(
    /// 412.
    Stale,
    STALE
);
answer!(
    /// 422.
    Unprocessable,
    UNPROCESSABLE
);
answer!(
    /// 428.
    NoRevision,
    NO_REVISION
);

impl IntoResponses for NoData {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([reference(NO_DATA)])
    }
}

impl IntoResponses for Unavailable {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([reference(UNAVAILABLE)])
    }
}

/// Writes the shared answers, and gives each route those that may come of it.
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
            if !limits::ALIVE.contains(&address.as_str()) {
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

pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .flatten()
}

/// Whether anonymous callers are answered.
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
            "Of the caller's making, such as a UUID: sent again with it, the request is done once",
        ))
        .schema(Some(key.max_length(Some(200)).pattern(Some(r"^[!#-\[\]-~]+$"))))
        .build()
}

fn reference((status, name, _): Answer) -> (String, RefOr<Response>) {
    (status.to_owned(), RefOr::Ref(Ref::from_response_name(name)))
}

fn problem((status, _, when): Answer) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
    let response = ResponseBuilder::new().description(when).content(PROBLEM_JSON, body);
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let wait = HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("In how many seconds to ask again"));
    let quota = |words| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        HeaderBuilder::new().schema(Some(text)).description(Some(words)).build()
    };
    match status {
        "429" => response
            .header("Retry-After", wait.build())
            .header("RateLimit", quota("What is left of the quota: `\"account\";r=0;t=60`"))
            .header("RateLimit-Policy", quota("The quota: `\"account\";q=600;w=60`"))
            .build(),
        "503" => response.header("Retry-After", wait.build()).build(),
        _ => response.build(),
    }
}
