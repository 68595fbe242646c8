//! `Idempotency-Key`: a request repeated with the same key is carried out once, and gets the first response again.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, body, web};
use chrono::TimeDelta;
use tracing::{Instrument as _, error};

use super::{request_size, trace};
use crate::api::app_state::AppState;
use crate::api::problem::errors::ProblemError;
use crate::api::problem::kinds::Problem;
use crate::api::route::MatchedRoute;
use crate::api::settings::ApiSettings;
use crate::domain::accounts::access::Caller;
use crate::store::{Claimed, IdempotencyKey, IdempotentAttempt, StoredResponse};
use crate::support::fingerprint::Fingerprint;

const KEY: &str = "Idempotency-Key";

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

const LONGEST_KEY: usize = 200;

/// Maximum size in bytes of a body that is stored.
const MOST_BYTES: usize = 64 * 1024;

/// Headers that are stored with a response.
const HEADERS: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::LOCATION, header::ETAG, header::LINK];

/// Marks a response that contains a secret, in its extensions. It is never stored.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct GivesSecret;

/// Middleware for requests with an idempotency key. It runs after validation of the body, so an invalid request does not
/// use up its key.
pub(in crate::api) async fn run_once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let key = match requested_key(&mut request).await {
        Ok(Some(key)) => key,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    };
    match claim(request.request(), &key).await {
        Ok(Claimed::Begun(attempt)) => begin(request, next, attempt).await,
        Ok(claimed) => {
            let answer = replay(request.request(), claimed);
            Ok(request.into_response(answer))
        }
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// The key of the request; `None` if it has none, or if keys do not apply to it.
async fn requested_key(request: &mut ServiceRequest) -> Result<Option<IdempotencyKey>, Problem> {
    // Importing the same file twice changes nothing, so uploads need no key.
    if request.method() != Method::POST || !request_size::is_read_here(request) {
        return Ok(None);
    }
    let Some(key) = header_value(request)? else { return Ok(None) };
    let Some(caller) = request.extensions().get::<Caller>().cloned() else { return Ok(None) };
    let Some(route) = MatchedRoute::of(request.request()) else { return Ok(None) };
    let body = request.extract::<web::Bytes>().await.unwrap_or_default();
    let fingerprint = fingerprint(request.request(), &caller, &body);
    request.set_payload(Payload::from(body));
    let route = format!("POST {}", route.path);
    Ok(Some(IdempotencyKey { account: caller.account, route, key, fingerprint }))
}

/// The value of the header: a string (RFC 9651), with or without its quotes.
fn header_value(request: &ServiceRequest) -> Result<Option<String>, Problem> {
    let mut values = request.headers().get_all(KEY);
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let key = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let is_plain = key.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte));
    if !is_plain || !(1..=LONGEST_KEY).contains(&key.len()) || values.next().is_some() {
        let words = format!(
            "expected one of 1 to {LONGEST_KEY} printable characters without spaces, quotes or \
             backslashes, such as a UUID"
        );
        return Err(Problem::BadParameters {
            errors: vec![ProblemError::of_parameter(KEY, words)],
        });
    }
    Ok(Some(key.to_owned()))
}

/// A fingerprint of the request: path, query, body, `Content-Type`, `If-Match`, and the caller's roles and scope.
fn fingerprint(request: &HttpRequest, caller: &Caller, body: &[u8]) -> Fingerprint {
    let header_fingerprint = |name: HeaderName| {
        let value = request.headers().get(name).map(HeaderValue::as_bytes);
        Fingerprint::of(value.unwrap_or_default())
    };
    let whole = request.uri().path_and_query().map_or("", |whole| whole.as_str());
    let seen = Fingerprint::of(format!("{:?} {:?}", caller.roles, caller.scope).as_bytes());
    let (kind, revision) =
        (header_fingerprint(header::CONTENT_TYPE), header_fingerprint(header::IF_MATCH));
    let body = Fingerprint::of(body);
    let parts = [whole, seen.as_str(), kind.as_str(), revision.as_str(), body.as_str()];
    Fingerprint::of_parts(&parts)
}

async fn claim(request: &HttpRequest, key: &IdempotencyKey) -> Result<Claimed, Problem> {
    let state = AppState::of(request)?;
    let settings = request.app_data::<web::Data<ApiSettings>>().ok_or(Problem::Unassembled)?;
    let lifetime = TimeDelta::hours(settings.idempotency_hours.into());
    let now = state.steady_now();
    Ok(state.store().claim_key(key, (now, now + lifetime)).await?)
}

/// Runs the handler in a task of its own, so that it finishes and its response is stored even if the client disconnects.
async fn begin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    attempt: IdempotentAttempt,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    request.extensions_mut().insert(attempt.clone());
    let done = async move {
        let response = next.call(request).await?.map_into_boxed_body();
        store_response(response, &attempt).await
    };
    let task = actix_web::rt::spawn(trace::in_current(done.in_current_span()));
    task.await.unwrap_or_else(|_| Err(Problem::Unassembled.into()))
}

/// Stores a successful response. Any other response frees the key, so that it can be used again.
async fn store_response(
    response: ServiceResponse<BoxBody>,
    attempt: &IdempotentAttempt,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (request, response) = response.into_parts();
    let gives_secret = response.extensions().get::<GivesSecret>().is_some();
    let (head, body) = response.into_parts();
    let body = body::to_bytes(body).await.unwrap_or_default();
    if let Ok(state) = AppState::of(&request) {
        let stored = if !head.status().is_success() {
            state.store().free_key(attempt).await
        } else if gives_secret || body.len() > MOST_BYTES {
            // The attempt itself records that the request was done.
            Ok(())
        } else {
            let text = |name: HeaderName| {
                let value = head.headers().get(&name)?.to_str().ok()?;
                Some((name.as_str().to_owned(), value.to_owned()))
            };
            let headers = HEADERS.into_iter().filter_map(text).collect();
            let status = head.status().as_u16();
            let answer = StoredResponse { status, headers, body: body.to_vec() };
            state.store().store_response(attempt, &answer).await
        };
        // The request was done: the response is sent, but cannot be repeated.
        if let Err(fault) = stored {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "The result for an idempotency key cannot be stored");
        }
    }
    Ok(ServiceResponse::new(request, head.set_body(body).map_into_boxed_body()))
}

/// The response to a request whose key is already in use.
fn replay(request: &HttpRequest, claimed: Claimed) -> HttpResponse {
    match claimed {
        Claimed::Answered(StoredResponse { status, headers, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let mut answer = HttpResponse::build(status);
            for (name, value) in headers {
                answer.insert_header((name, value));
            }
            answer.insert_header((REPLAYED, "true")).body(body)
        }
        Claimed::Other => Problem::KeyReused.error_response(),
        Claimed::UnderWay { until } => {
            let left = AppState::of(request).map(|state| until - state.steady_now());
            let left = left.map_or(1, |left| left.num_seconds().max(1));
            let wait_seconds = u32::try_from(left).unwrap_or(u32::MAX);
            Problem::BeingAnswered { wait_seconds }.error_response()
        }
        Claimed::Begun(_) | Claimed::Done => Problem::AnswerNotKept.error_response(),
    }
}
