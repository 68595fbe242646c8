//! Errors of the API, with their HTTP status, as problem details (RFC 9457).

use std::error::Error as StdError;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;
use tracing::error;

use super::details::{PROBLEM_JSON, ProblemDetails};
use super::errors::{ProblemError, summary};
use super::unavailable::Unavailable;
use crate::api::middleware::trace;
use crate::application::{ApplicationError, NoPlace};
use crate::domain::rules::draft::Meanwhile;

/// An error that the API returns. The comment of each variant gives its HTTP status.
#[derive(Debug, Error)]
pub enum Problem {
    /// 401: the request carries no valid credential.
    #[error(
        "{reason}; expected a session (sign in at /connexion) or `Authorization: Bearer` with a token issued by \
         `vigie tokens issue`"
    )]
    Unproven { reason: &'static str },
    /// 403: none of the caller's roles allows it.
    #[error("this requires the permission `{permission}`, which none of your roles gives")]
    NotAllowed { permission: &'static str },
    /// 403: the session was opened with a single factor.
    #[error(
        "the permission `{permission}` requires a session opened with several factors: sign out, then \
         sign in again with a second factor"
    )]
    OneFactor { permission: &'static str },
    /// 403: a browser sent a change with its session cookie from a page of another site.
    #[error(
        "a change made with a session cookie must come from a page of Vigie; programs use a token"
    )]
    Foreign,
    /// 403: the route requires an account that sees all ministries.
    #[error("this concerns all ministries, and your account is limited to some of them")]
    BeyondScope,
    /// 403: a token with more roles or ministries than the account, or than the token used for the request.
    #[error(
        "this exceeds the roles or ministries of the account, or of the token used for this request"
    )]
    TooBroad,
    /// 400: a request target that is not in normal form, or an invalid `Host`.
    #[error(
        "read the request target: {found}; expected one path in normal form, without needless escapes"
    )]
    BadTarget { found: &'static str },
    /// 404: no route has this path.
    #[error("no route `{path}`; the routes are listed in docs/API.md")]
    NoRoute { path: String },
    /// 405: the path exists, but not with this method.
    #[error("this path accepts {allowed}")]
    BadMethod { allowed: String },
    /// 403: a preflight request from an origin that is not allowed.
    #[error("this origin is not allowed; the setting `api.origins` lists the allowed ones")]
    CrossOrigin,
    /// 406: `Accept` excludes the media type of the response.
    #[error("read `Accept`: found `{found}`, expected it to include {offered}")]
    NotAcceptable { found: String, offered: String },
    /// 414: the path and query are too long.
    #[error("the path and query have {found} bytes, expected at most {most}")]
    AddressTooLong { found: usize, most: usize },
    /// 404: nothing has this id, or it is not visible to the caller.
    #[error("no {kind} `{id}`")]
    NotFound { kind: &'static str, id: String },
    /// 404, with a message from the layer below, such as the nearest names of an unknown project.
    #[error("{0}")]
    Unknown(String),
    /// 400: an invalid parameter or header.
    #[error("{0}")]
    BadParameter(String),
    /// 400, 408, 413 or 415: the body cannot be read.
    #[error("read the body: {found}")]
    BadBody { status: StatusCode, found: String },
    /// 400: parameters that do not match the OpenAPI document.
    #[error("{}", summary(errors, 0))]
    BadParameters { errors: Vec<ProblemError> },
    /// 400: a body that does not match its schema in the OpenAPI document.
    #[error("read the body: {}", summary(errors, *left_out))]
    Mistaken { errors: Vec<ProblemError>, left_out: usize },
    /// 422: the request is understood, but is not acceptable whatever the current state.
    #[error("{0}")]
    Unfit(String),
    /// 409: there is no data yet, or none as of the requested date.
    #[error("{0}")]
    NotYet(String),
    /// 409: the request conflicts with the current state.
    #[error("{0}")]
    Refused(String),
    /// 409: the last administrator cannot be removed.
    #[error("{0}")]
    LastAdministrator(String),
    /// 403: authors cannot publish their own draft.
    #[error("{0}")]
    OwnWork(String),
    /// 412: changed since the revision in `If-Match`.
    #[error("{0}")]
    Stale(String),
    /// 412: a draft has changed since the revision in `If-Match`; the problem lists the changes.
    #[error("{0}")]
    DraftMoved(Box<Meanwhile>),
    /// 428: `If-Match` is missing.
    #[error("expected the header `If-Match` with the `ETag` of the version you read")]
    NoRevision,
    /// 422: rules with errors, or whose test cases fail.
    #[error("{detail}")]
    Unproved { detail: String, errors: Vec<ProblemError> },
    /// 422: a limit is exceeded.
    #[error("{0}")]
    OutOfBounds(String),
    /// 422: the idempotency key was used with another request.
    #[error("this `Idempotency-Key` was used with another request: use a new key for each request")]
    KeyReused,
    /// 409: the request with this idempotency key is still in progress.
    #[error("the request with this `Idempotency-Key` is in progress; retry later")]
    BeingAnswered { wait_seconds: u32 },
    /// 409: the request with this idempotency key was done, and its response cannot be repeated.
    #[error(
        "the request with this `Idempotency-Key` was done, but its response was not stored: it held a secret, was too \
         long, or the service was interrupted; check the current state, and use a new key for another request"
    )]
    AnswerNotKept,
    /// 429: the quota is used up.
    #[error("the quota is {quota} requests a minute for one {policy}; retry in {wait_seconds} s")]
    TooMany { policy: &'static str, quota: u32, wait_seconds: u32 },
    /// 422: a file with errors, or of an unknown layout; nothing was imported.
    #[error("{detail}")]
    BadFile { detail: String, errors: Vec<ProblemError> },
    /// 409: the job is already running; `run` is the address of its run.
    #[error("the job `{job}` is already running")]
    UnderWay { job: &'static str, run: Option<String> },
    /// 503: no slot for a trial evaluation became free in time.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// 503: the store or the catalogue cannot be used.
    #[error("{0}")]
    NotReady(String),
    /// 503: temporarily, because of the disk or of other writers.
    #[error("{0}")]
    Unavailable(Unavailable),
    /// 500: a component that handlers need was not registered when the service started.
    #[error("the service is misconfigured: a component is missing")]
    Unassembled,
    /// 500: a template of a page could not be filled. The log has the cause.
    #[error("internal error; the log has its cause under this request's id")]
    PageNotMade,
    /// 500: an internal error. The cause is logged, and not shown to the caller.
    #[error("internal error; the log has its cause under this request's id")]
    Internal(#[source] Arc<ApplicationError>),
}

impl Problem {
    /// Whether the caller was denied access, which the audit trail records.
    pub(in crate::api) fn is_refusal(&self) -> bool {
        let status = self.status_code();
        let is_denied = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
        is_denied || matches!(self, Self::LastAdministrator(_) | Self::BadTarget { .. })
    }

    /// The problem for a body that is not valid JSON, or that a handler cannot read.
    pub(in crate::api) fn of_json(error: &serde_json::Error) -> Self {
        Self::Mistaken { errors: vec![ProblemError::of_json(error)], left_out: 0 }
    }

    /// Its JSON form, for the current request.
    pub(in crate::api) fn details(&self) -> ProblemDetails {
        let (kind, _, title) = self.kind();
        let status = self.status_code().as_u16();
        let mut details = ProblemDetails::new((kind, title), status, self.to_string());
        details.errors = self.errors().to_vec();
        details.meanwhile = self.meanwhile().cloned();
        details
    }

    /// Each of its faults in English, with its place.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.errors().iter().map(ToString::to_string).collect()
    }

    fn errors(&self) -> &[ProblemError] {
        if let Self::Unproved { errors, .. }
        | Self::BadFile { errors, .. }
        | Self::BadParameters { errors }
        | Self::Mistaken { errors, .. } = self
        {
            return errors;
        }
        &[]
    }

    /// The fault behind it, where its words hide it from callers of a server.
    pub fn cause(&self) -> Option<Arc<dyn StdError + Send + Sync>> {
        if let Self::Internal(cause) = self {
            return Some(Arc::<ApplicationError>::clone(cause));
        }
        if let Self::Unavailable(why) = self { Some(why.cause()?) } else { None }
    }

    /// Seconds to wait before retrying, for errors that are temporary.
    fn wait_seconds(&self) -> Option<u32> {
        if let Self::TooMany { wait_seconds, .. } | Self::BeingAnswered { wait_seconds } = self {
            return Some(*wait_seconds);
        }
        if let Self::NoPlace(no_place) = self {
            return Some(no_place.wait_seconds());
        }
        if let Self::Unavailable(why) = self { Some(why.wait_seconds()) } else { None }
    }

    fn meanwhile(&self) -> Option<&Meanwhile> {
        if let Self::DraftMoved(meanwhile) = self { Some(meanwhile) } else { None }
    }

    /// Its type, the last part of a URN, its status, and its title.
    fn kind(&self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Unproven { .. } => ("unproven", 401, "Authentication required"),
            Self::NotAllowed { .. } => ("not-allowed", 403, "Permission denied"),
            Self::TooBroad => ("too-broad", 403, "Token broader than allowed"),
            Self::OneFactor { .. } => ("one-factor", 403, "Multi-factor authentication required"),
            Self::Foreign => ("foreign-page", 403, "Cross-site request refused"),
            Self::BeyondScope => ("beyond-scope", 403, "Outside the account's ministries"),
            Self::NoRoute { .. } => ("no-route", 404, "Route not found"),
            Self::BadMethod { .. } => ("bad-method", 405, "Method not allowed"),
            Self::CrossOrigin => ("cross-origin", 403, "Origin not allowed"),
            Self::NotAcceptable { .. } => ("not-acceptable", 406, "Media type not acceptable"),
            Self::AddressTooLong { .. } => ("address-too-long", 414, "Path and query too long"),
            Self::BadTarget { .. } => ("bad-address", 400, "Path not in normal form"),
            Self::NotFound { .. } | Self::Unknown(_) => ("not-found", 404, "Not found"),
            Self::BadParameter(_) | Self::BadParameters { .. } => {
                ("bad-parameter", 400, "Invalid parameter")
            }
            Self::BadBody { .. } | Self::Mistaken { .. } => ("bad-body", 400, "Invalid body"),
            Self::Unfit(_) => ("unfit", 422, "Content not acceptable"),
            Self::NotYet(_) => ("no-data", 409, "No data"),
            Self::Refused(_) | Self::LastAdministrator(_) => {
                ("refused", 409, "Conflict with the current state")
            }
            Self::OwnWork(_) => ("own-work", 403, "Publication by another person required"),
            Self::Stale(_) | Self::DraftMoved(_) => ("stale", 412, "Changed since it was read"),
            Self::NoRevision => ("no-revision", 428, "`If-Match` header required"),
            Self::Unproved { .. } => ("unproved", 422, "Rule checks failed"),
            Self::OutOfBounds(_) => ("out-of-bounds", 422, "Limit exceeded"),
            Self::KeyReused => ("key-reused", 422, "Idempotency key already used"),
            Self::BeingAnswered { .. } => ("being-answered", 409, "Request in progress"),
            Self::AnswerNotKept => ("answer-not-kept", 409, "Already done"),
            Self::TooMany { .. } => ("too-many-requests", 429, "Too many requests"),
            Self::BadFile { .. } => ("bad-file", 422, "Invalid file"),
            Self::UnderWay { .. } => ("under-way", 409, "Job already running"),
            Self::NoPlace(_) => ("no-place", 503, "No evaluation slot free"),
            Self::NotReady(_) => ("not-ready", 503, "Service not ready"),
            Self::Unavailable(Unavailable::Busy(_)) => ("busy", 503, "Database busy"),
            Self::Unavailable(Unavailable::Storage(..)) => ("storage", 503, "Storage not writable"),
            Self::Unassembled | Self::PageNotMade | Self::Internal(_) => {
                ("internal", 500, "Internal error")
            }
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        if let Self::BadBody { status, .. } = self {
            return *status;
        }
        StatusCode::from_u16(self.kind().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        // A command of this process shows the cause itself.
        if let Self::Internal(cause) = self
            && trace::current().is_some()
        {
            let cause: &dyn StdError = cause.as_ref();
            error!(error = cause, "A request failed");
        }
        let status = self.status_code();
        let mut answer = HttpResponse::build(status);
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"vigie\""));
        }
        if let Self::BadMethod { allowed } = self {
            answer.insert_header((header::ALLOW, allowed.as_str()));
        }
        if let Some(seconds) = self.wait_seconds() {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Self::UnderWay { run: Some(run), .. } = self {
            answer.insert_header((header::LOCATION, run.as_str()));
        }
        answer.content_type(PROBLEM_JSON).json(self.details())
    }
}
