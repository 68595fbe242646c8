//! The only place where a fault becomes a status: problem details, as RFC 9457 has them.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::error::JsonPayloadError;
use actix_web::error::PathError;
use actix_web::error::UrlencodedError;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::Serialize;
use thiserror::Error;
use tracing::error;
use utoipa::ToSchema;

use super::problem_errors::ProblemError;
use super::problem_errors::proof_errors;
use crate::cycle::CycleError;
use crate::domain::draft::DraftRefusal;
use crate::domain::draft::Meanwhile;
use crate::frame::FrameError;
use crate::store::StoreError;

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
    /// One by one, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<ProblemError>,
    /// Of a draft, what others changed since the revision that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meanwhile: Option<Meanwhile>,
}

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
    /// 403: nobody said who may call this.
    #[error("nobody may call this")]
    NoDoor,
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
    /// 422: a file that is no table of ours, or is wrong; nothing of it was kept.
    #[error("{detail}")]
    BadFile { detail: String, errors: Vec<ProblemError> },
    /// 409: the same work is being done, at that address.
    #[error("the job `{job}` is being run already")]
    UnderWay { job: &'static str, run: Option<String> },
    /// 503: the store or the catalogue cannot be used.
    #[error("{0}")]
    NotReady(String),
    /// 500: the service was put together without what its handlers work with.
    #[error("the service is not assembled")]
    Unassembled,
    /// 500: ours. The cause goes to the log, not to the reader.
    #[error("something broke down here; the log says what, under this request's id")]
    Internal(#[source] Box<CycleError>),
}

impl Problem {
    /// Whether somebody was turned away, rather than misunderstood: the audit trail tells it.
    pub(super) fn is_refusal(&self) -> bool {
        let status = self.status_code();
        let turned_away = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
        turned_away || matches!(self, Self::LastAdministrator(_))
    }

    fn errors(&self) -> &[ProblemError] {
        let (Self::Unproved { errors, .. } | Self::BadFile { errors, .. }) = self else {
            return &[];
        };
        errors
    }

    fn meanwhile(&self) -> Option<&Meanwhile> {
        if let Self::DraftMoved(meanwhile) = self { Some(meanwhile) } else { None }
    }

    fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unproven { .. } => ("unproven", "Sign in first"),
            Self::NotAllowed { .. } | Self::NoDoor => ("not-allowed", "Not allowed"),
            Self::TooBroad => ("too-broad", "More than there is to lend"),
            Self::OneFactor { .. } => ("one-factor", "Several factors are needed"),
            Self::Foreign => ("foreign-page", "Asked by another site"),
            Self::BeyondScope => ("beyond-scope", "Beyond the account's ministries"),
            Self::NoRoute { .. } => ("no-route", "No such route"),
            Self::BadMethod { .. } => ("bad-method", "Another method"),
            Self::CrossOrigin => ("cross-origin", "Another site"),
            Self::NotAcceptable { .. } => ("not-acceptable", "Not in that form"),
            Self::AddressTooLong { .. } => ("address-too-long", "Address too long"),
            Self::NotFound { .. } | Self::Unknown(_) => ("not-found", "Not found"),
            Self::BadParameter(_) => ("bad-parameter", "Unusable parameter"),
            Self::BadBody { .. } => ("bad-body", "Unusable body"),
            Self::Unfit(_) => ("unfit", "Unfit content"),
            Self::NotYet(_) => ("no-data", "No data for that date"),
            Self::Refused(_) | Self::LastAdministrator(_) => ("refused", "Refused"),
            Self::OwnWork(_) => ("own-work", "A second person must"),
            Self::Stale(_) | Self::DraftMoved(_) => ("stale", "Changed meanwhile"),
            Self::NoRevision => ("no-revision", "Of which revision?"),
            Self::Unproved { .. } => ("unproved", "Not proved"),
            Self::OutOfBounds(_) => ("out-of-bounds", "Out of bounds"),
            Self::BadFile { .. } => ("bad-file", "Unusable file"),
            Self::UnderWay { .. } => ("under-way", "Already under way"),
            Self::NotReady(_) => ("not-ready", "Not ready"),
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
            | Self::NoDoor
            | Self::CrossOrigin => StatusCode::FORBIDDEN,
            Self::BadMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable { .. } => StatusCode::NOT_ACCEPTABLE,
            Self::AddressTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::Stale(_) | Self::DraftMoved(_) => StatusCode::PRECONDITION_FAILED,
            Self::NoRevision => StatusCode::PRECONDITION_REQUIRED,
            Self::Unproved { .. }
            | Self::OutOfBounds(_)
            | Self::Unfit(_)
            | Self::BadFile { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoRoute { .. } | Self::NotFound { .. } | Self::Unknown(_) => {
                StatusCode::NOT_FOUND
            }
            Self::BadParameter(_) => StatusCode::BAD_REQUEST,
            Self::BadBody { status, .. } => *status,
            Self::NotYet(_)
            | Self::Refused(_)
            | Self::LastAdministrator(_)
            | Self::UnderWay { .. } => StatusCode::CONFLICT,
            Self::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unassembled | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(cause) = self {
            let cause: &dyn std::error::Error = cause.as_ref();
            error!(error = cause, "A request broke down");
        }
        let (kind, title) = self.kind();
        let status = self.status_code();
        let mut answer = HttpResponse::build(status);
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"vigie\""));
        }
        if let Self::BadMethod { allowed } = self {
            answer.insert_header((header::ALLOW, allowed.as_str()));
        }
        if let Self::UnderWay { run: Some(run), .. } = self {
            answer.insert_header((header::LOCATION, run.as_str()));
        }
        answer.content_type(PROBLEM_JSON).json(ProblemDetails {
            kind: format!("urn:vigie:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: self.to_string(),
            errors: self.errors().to_vec(),
            meanwhile: self.meanwhile().cloned(),
        })
    }
}

impl From<CycleError> for Problem {
    fn from(error: CycleError) -> Self {
        match error {
            CycleError::NoSuchProject { .. }
            | CycleError::NoSuchCycle(_)
            | CycleError::NoSuchMission(_)
            | CycleError::NoSuchReview(_)
            | CycleError::NoSuchRule { .. }
            | CycleError::NoSuchAlert { .. }
            | CycleError::AmbiguousAlert { .. }
            | CycleError::NoSuchMinistry(_)
            | CycleError::NoSuchFile { .. }
            | CycleError::NotJudged { .. } => Self::Unknown(error.to_string()),
            CycleError::Frame(FrameError::BeforeFirstEdition { .. } | FrameError::NoEdition)
            | CycleError::NoProjectInScope { .. } => Self::NotYet(error.to_string()),
            CycleError::AmbiguousFile { .. }
            | CycleError::Threshold(_)
            | CycleError::RulePath(_)
            | CycleError::SilencesEverything
            | CycleError::SilenceTooLong { .. }
            | CycleError::NotOfAProject { .. }
            | CycleError::NotContestable { .. } => Self::Unfit(error.to_string()),
            CycleError::Unproved { proof } => {
                Self::Unproved { detail: proof.to_string(), errors: proof_errors(&proof) }
            }
            CycleError::Refused(_) | CycleError::Disallowed(_) | CycleError::BackInTime { .. } => {
                Self::Refused(error.to_string())
            }
            CycleError::Store(error) => error.into(),
            CycleError::Source(error) => error.into(),
            CycleError::Frame(FrameError::Plan { .. })
            | CycleError::Rules(_)
            | CycleError::Playbook(_)
            | CycleError::Terms(_)
            | CycleError::Render(_)
            | CycleError::NoPlaybook
            | CycleError::Timetable(_)
            | CycleError::NoTimetable
            | CycleError::Calendar(_)
            | CycleError::Export(_)
            | CycleError::Table(_)
            | CycleError::Record(_)
            | CycleError::Stopped(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<DraftRefusal> for Problem {
    fn from(refusal: DraftRefusal) -> Self {
        let words = refusal.to_string();
        match refusal {
            DraftRefusal::OwnWork { .. } => Self::OwnWork(words),
            DraftRefusal::ForceMoved => Self::Stale(words),
            DraftRefusal::TooLong { .. }
            | DraftRefusal::HowMany { .. }
            | DraftRefusal::Words { .. } => Self::OutOfBounds(words),
            DraftRefusal::Frozen { .. }
            | DraftRefusal::NotInReview { .. }
            | DraftRefusal::Over { .. }
            | DraftRefusal::Held { .. }
            | DraftRefusal::Moved { .. }
            | DraftRefusal::Unchanged { .. }
            | DraftRefusal::NotOverridden { .. }
            | DraftRefusal::NotAlone { .. }
            | DraftRefusal::WouldOrphan { .. } => Self::Refused(words),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Draft(refusal) => refusal.into(),
            StoreError::DraftMoved(meanwhile) => Self::DraftMoved(meanwhile),
            StoreError::BeyondScope { .. } => Self::BeyondScope,
            StoreError::NoSuch { .. }
            | StoreError::NoSuchAlert { .. }
            | StoreError::UnknownProject { .. } => Self::Unknown(error.to_string()),
            StoreError::Over { .. }
            | StoreError::MissionMoved { .. }
            | StoreError::LinkedToItself { .. }
            | StoreError::AlreadyLinked { .. }
            | StoreError::NotLinked { .. }
            | StoreError::TwoSnapshots { .. }
            | StoreError::AccountExists { .. } => Self::Refused(error.to_string()),
            StoreError::Moved { .. } => Self::Stale(error.to_string()),
            StoreError::LastAdministrator { .. } => Self::LastAdministrator(error.to_string()),
            StoreError::Address { .. }
            | StoreError::Folder { .. }
            | StoreError::Open { .. }
            | StoreError::Migrate { .. }
            | StoreError::Schema { .. }
            | StoreError::Damaged { .. }
            | StoreError::Exists { .. }
            | StoreError::InUse { .. }
            | StoreError::File { .. }
            | StoreError::Transaction { .. }
            | StoreError::Read { .. }
            | StoreError::Write { .. }
            | StoreError::Kept { .. }
            | StoreError::Decode { .. }
            | StoreError::Encode { .. }
            | StoreError::Figure { .. }
            | StoreError::Rows { .. }
            | StoreError::Judged { .. }
            | StoreError::CycleTaken { .. }
            | StoreError::Chance { .. } => Self::Internal(Box::new(CycleError::Store(error))),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(super) fn json(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
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
pub(super) fn path(error: PathError, _: &HttpRequest) -> actix_web::Error {
    Problem::BadParameter(format!("read the path: {error}")).into()
}

pub(super) async fn no_route(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::NoRoute { path: request.path().to_owned() })
}
