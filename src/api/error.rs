//! Problems and their statuses: problem details, as RFC 9457 has them.

use std::error::Error as StdError;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header;
use thiserror::Error;
use tracing::error;

use super::mistakes;
use super::problem_details::PROBLEM_JSON;
use super::problem_details::ProblemDetails;
use super::problem_errors::ProblemError;
use super::trace;
use super::unavailable::Unavailable;
use crate::cycle::CycleError;
use crate::cycle::NoPlace;
use crate::domain::draft::Meanwhile;

#[derive(Debug, Error)]
pub enum Problem {
    /// 401: nobody knows who asks.
    #[error(
        "{reason}; expected a session, begun at /sign-in, or `Authorization: Bearer` and a token that \
         `vigie tokens issue` gave"
    )]
    Unproven { reason: &'static str },
    /// 403: none of the caller's roles allows it.
    #[error("this asks for the permission `{permission}`, which none of your roles gives")]
    NotAllowed { permission: &'static str },
    /// 403: the person signed in too simply for it.
    #[error(
        "the permission `{permission}` asks for a session proved with several factors: sign out, then \
         sign in again with a second factor"
    )]
    OneFactor { permission: &'static str },
    /// 403: a browser was led to ask for a change by a page that is not ours.
    #[error(
        "a change asked with a session's cookie must come from a page of Vigie; programs use a token"
    )]
    Foreign,
    /// 403: for accounts that see the whole State.
    #[error("this is about the whole State, and your account is for some ministries")]
    BeyondScope,
    /// 403: nobody lends what they do not have.
    #[error("this is more than the account, or the token that you came with, may do or see")]
    TooBroad,
    /// 400: a target that is not in normal form, or a `Host` that is none.
    #[error(
        "read the address: {found}; expected one path in normal form, without escapes that are not needed"
    )]
    BadTarget { found: &'static str },
    /// 404: the address leads nowhere.
    #[error("no route `{path}`; the routes are listed in docs/API.md")]
    NoRoute { path: String },
    /// 405: another method.
    #[error("this address takes {allowed}")]
    BadMethod { allowed: String },
    /// 403: a page of another site.
    #[error("pages of other sites may not call; the setting `api.origins` names those that may")]
    CrossOrigin,
    /// 406: in no form that the caller takes.
    #[error("read `Accept`: found `{found}`, expected it to take {offered}")]
    NotAcceptable { found: String, offered: String },
    /// 414: the path with its query.
    #[error("the address has {found} bytes, {most} at most")]
    AddressTooLong { found: usize, most: usize },
    /// 404: no such thing.
    #[error("no {kind} `{id}`")]
    NotFound { kind: &'static str, id: String },
    /// 404, from what the cycle knows: an unknown project, with the nearest names.
    #[error("{0}")]
    Unknown(String),
    /// 400: a parameter that is not one, or not of its kind.
    #[error("{0}")]
    BadParameter(String),
    /// 400, 413 or 415: a body that is not what the route reads.
    #[error("read the body: {found}")]
    BadBody { status: StatusCode, found: String },
    /// 400: parameters that are not as the document has them.
    #[error("{}", mistakes::told(errors))]
    BadParameters { errors: Vec<ProblemError> },
    /// 400: a body that is not as the document has it.
    #[error("read the body: {}", mistakes::told(errors))]
    Mistaken { errors: Vec<ProblemError> },
    /// 422: understood, and it cannot be done whatever the state of things.
    #[error("{0}")]
    Unfit(String),
    /// 409: nothing to show yet, or not as of that date.
    #[error("{0}")]
    NotYet(String),
    /// 409: refused as things stand.
    #[error("{0}")]
    Refused(String),
    /// 409: somebody must be left who keeps accounts.
    #[error("{0}")]
    LastAdministrator(String),
    /// 403: nobody publishes what they wrote.
    #[error("{0}")]
    OwnWork(String),
    /// 412: what was changed meanwhile.
    #[error("{0}")]
    Stale(String),
    /// 412: a draft, with what others changed meanwhile.
    #[error("{0}")]
    DraftMoved(Box<Meanwhile>),
    /// 428: a change that does not say what it is a change of.
    #[error("expected `If-Match`, with the `ETag` of what you saw: read it first")]
    NoRevision,
    /// 422: rules with faults, or that their cases do not prove.
    #[error("{detail}")]
    Unproved { detail: String, errors: Vec<ProblemError> },
    /// 422: what was given is beyond a bound.
    #[error("{0}")]
    OutOfBounds(String),
    /// 422: the key came with another request.
    #[error("this `Idempotency-Key` came with another request: each one has a key of its own")]
    KeyReused,
    /// 409: the same request is being answered.
    #[error("the request with this `Idempotency-Key` is under way; ask again later")]
    BeingAnswered { wait_seconds: u32 },
    /// 409: done once, and not to be told again.
    #[error(
        "the request with this `Idempotency-Key` was done, and its answer was not kept: it gave a secret, \
         or was too long, or the service was cut; look at what there is now, and take another key"
    )]
    AnswerNotKept,
    /// 429: the quota is used up for now.
    #[error("{quota} requests a minute are taken from one {policy}; ask again in {wait_seconds} s")]
    TooMany { policy: &'static str, quota: u32, wait_seconds: u32 },
    /// 422: a file that is no table of ours, or is wrong; nothing of it was kept.
    #[error("{detail}")]
    BadFile { detail: String, errors: Vec<ProblemError> },
    /// 409: the same work is being done, at that address.
    #[error("the job `{job}` is being run already")]
    UnderWay { job: &'static str, run: Option<String> },
    /// 503: no place for a trial of rules came free in time.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// 503: the store or the catalogue cannot be used.
    #[error("{0}")]
    NotReady(String),
    /// 503: for a time, because of the disk or of others who write.
    #[error("{0}")]
    Unavailable(Unavailable),
    /// 500: the service was put together without what its handlers work with.
    #[error("the service is not assembled")]
    Unassembled,
    /// 500: ours. The cause goes to the log, not to the reader.
    #[error("something broke down here; the log says what, under this request's id")]
    Internal(#[source] Arc<CycleError>),
}

impl Problem {
    /// Whether somebody was turned away, rather than misunderstood: the audit trail tells it.
    pub(super) fn is_refusal(&self) -> bool {
        let status = self.status_code();
        let turned_away = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
        turned_away || matches!(self, Self::LastAdministrator(_) | Self::BadTarget { .. })
    }

    pub(super) fn errors(&self) -> &[ProblemError] {
        if let Self::Unproved { errors, .. }
        | Self::BadFile { errors, .. }
        | Self::BadParameters { errors }
        | Self::Mistaken { errors } = self
        {
            return errors;
        }
        &[]
    }

    /// The fault behind it, where its words hide it from callers of a server.
    pub fn cause(&self) -> Option<Arc<dyn StdError + Send + Sync>> {
        if let Self::Internal(cause) = self {
            return Some(Arc::<CycleError>::clone(cause));
        }
        if let Self::Unavailable(why) = self { Some(why.cause()?) } else { None }
    }

    /// In how long it is worth asking again.
    fn wait_seconds(&self) -> Option<u32> {
        if let Self::TooMany { wait_seconds, .. } | Self::BeingAnswered { wait_seconds } = self {
            return Some(*wait_seconds);
        }
        if let Self::NoPlace(no_place) = self {
            return Some(no_place.wait_seconds());
        }
        if let Self::Unavailable(why) = self { Some(why.wait_seconds()) } else { None }
    }

    pub(super) fn meanwhile(&self) -> Option<&Meanwhile> {
        if let Self::DraftMoved(meanwhile) = self { Some(meanwhile) } else { None }
    }

    pub(super) fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unproven { .. } => ("unproven", "Sign in first"),
            Self::NotAllowed { .. } => ("not-allowed", "Not allowed"),
            Self::TooBroad => ("too-broad", "More than there is to lend"),
            Self::OneFactor { .. } => ("one-factor", "Several factors are needed"),
            Self::Foreign => ("foreign-page", "Asked by another site"),
            Self::BeyondScope => ("beyond-scope", "Beyond the account's ministries"),
            Self::NoRoute { .. } => ("no-route", "No such route"),
            Self::BadMethod { .. } => ("bad-method", "Another method"),
            Self::CrossOrigin => ("cross-origin", "Another site"),
            Self::NotAcceptable { .. } => ("not-acceptable", "Not in that form"),
            Self::AddressTooLong { .. } => ("address-too-long", "Address too long"),
            Self::BadTarget { .. } => ("bad-address", "Address not in normal form"),
            Self::NotFound { .. } | Self::Unknown(_) => ("not-found", "Not found"),
            Self::BadParameter(_) | Self::BadParameters { .. } => {
                ("bad-parameter", "Unusable parameter")
            }
            Self::BadBody { .. } | Self::Mistaken { .. } => ("bad-body", "Unusable body"),
            Self::Unfit(_) => ("unfit", "Unfit content"),
            Self::NotYet(_) => ("no-data", "No data for that date"),
            Self::Refused(_) | Self::LastAdministrator(_) => ("refused", "Refused"),
            Self::OwnWork(_) => ("own-work", "A second person must"),
            Self::Stale(_) | Self::DraftMoved(_) => ("stale", "Changed meanwhile"),
            Self::NoRevision => ("no-revision", "Of which revision?"),
            Self::Unproved { .. } => ("unproved", "Not proved"),
            Self::OutOfBounds(_) => ("out-of-bounds", "Out of bounds"),
            Self::KeyReused => ("key-reused", "Key of another request"),
            Self::BeingAnswered { .. } => ("being-answered", "Being answered"),
            Self::AnswerNotKept => ("answer-not-kept", "Done before"),
            Self::TooMany { .. } => ("too-many-requests", "Too many requests"),
            Self::BadFile { .. } => ("bad-file", "Unusable file"),
            Self::UnderWay { .. } => ("under-way", "Already under way"),
            Self::NoPlace(_) => ("no-place", "Every place is taken"),
            Self::NotReady(_) => ("not-ready", "Not ready"),
            Self::Unavailable(Unavailable::Busy(_)) => ("busy", "Others are writing"),
            Self::Unavailable(Unavailable::Storage(..)) => ("storage", "Nothing can be written"),
            Self::Unassembled | Self::Internal(_) => ("internal", "Internal fault"),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unproven { .. } => StatusCode::UNAUTHORIZED,
            Self::NotAllowed { .. }
            | Self::OneFactor { .. }
            | Self::Foreign
            | Self::OwnWork(_)
            | Self::BeyondScope
            | Self::TooBroad
            | Self::CrossOrigin => StatusCode::FORBIDDEN,
            Self::BadMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable { .. } => StatusCode::NOT_ACCEPTABLE,
            Self::AddressTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::Stale(_) | Self::DraftMoved(_) => StatusCode::PRECONDITION_FAILED,
            Self::NoRevision => StatusCode::PRECONDITION_REQUIRED,
            Self::Unproved { .. }
            | Self::OutOfBounds(_)
            | Self::Unfit(_)
            | Self::BadFile { .. }
            | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoRoute { .. } | Self::NotFound { .. } | Self::Unknown(_) => {
                StatusCode::NOT_FOUND
            }
            Self::BadParameter(_)
            | Self::BadParameters { .. }
            | Self::BadTarget { .. }
            | Self::Mistaken { .. } => StatusCode::BAD_REQUEST,
            Self::BadBody { status, .. } => *status,
            Self::NotYet(_)
            | Self::Refused(_)
            | Self::LastAdministrator(_)
            | Self::UnderWay { .. }
            | Self::BeingAnswered { .. }
            | Self::AnswerNotKept => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoPlace(_) | Self::NotReady(_) | Self::Unavailable(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Unassembled | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        // A command of this process shows the cause itself.
        if let Self::Internal(cause) = self
            && trace::current().is_some()
        {
            let cause: &dyn StdError = cause.as_ref();
            error!(error = cause, "A request broke down");
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
        answer.content_type(PROBLEM_JSON).json(ProblemDetails::of(self))
    }
}
