//! Limits on the size, the encoding and the time of request bodies, checked before handlers run.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{JsonPayloadError, UrlencodedError};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};

use crate::api::extract::uploads::UPLOAD_PATHS;
use crate::api::problem::kinds::Problem;
use crate::api::route::MatchedRoute;
use crate::api::settings::ApiSettings;

/// Registers the limits of the settings for every route.
pub fn body_limits(settings: &ApiSettings) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let settings = settings.clone();
    move |service| {
        let json = web::JsonConfig::default().limit(settings.body_bytes);
        service
            .app_data(json.error_handler(json_error))
            .app_data(
                web::FormConfig::default().limit(settings.body_bytes).error_handler(form_error),
            )
            .app_data(web::PayloadConfig::new(settings.body_bytes))
            .app_data(web::Data::new(settings));
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
fn json_error(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    if let JsonPayloadError::Deserialize(error) = &error {
        return Problem::of_json(error).into();
    }
    unreadable(&error, matches!(error, JsonPayloadError::ContentType)).into()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
fn form_error(error: UrlencodedError, _: &HttpRequest) -> actix_web::Error {
    unreadable(&error, matches!(error, UrlencodedError::ContentType)).into()
}

/// The problem for a body that actix-web cannot read.
fn unreadable(error: &impl ResponseError, is_wrong_type: bool) -> Problem {
    let unsupported = is_wrong_type.then_some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let status = unsupported.unwrap_or_else(|| error.status_code());
    Problem::BadBody { status, found: error.to_string() }
}

/// Receives the body of an authenticated request within the limits of size and time, before the handler runs.
pub(in crate::api) async fn receive_body(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(coding) = request.headers().get(header::CONTENT_ENCODING) {
        let found = format!(
            "found `Content-Encoding: {}`, expected a body that is not compressed",
            coding.to_str().unwrap_or("…")
        );
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Ok(refuse(request, &Problem::BadBody { status, found }));
    }
    if is_read_here(&request) {
        match read(&mut request).await {
            Ok(body) => request.set_payload(Payload::from(body)),
            Err(problem) => return Ok(refuse(request, &problem)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether the body is received here. Uploaded files are received by their handler.
pub(in crate::api) fn is_read_here(request: &ServiceRequest) -> bool {
    let is_file = request.method() == Method::POST
        && MatchedRoute::of(request.request())
            .is_some_and(|route| UPLOAD_PATHS.contains(&route.path.as_str()));
    !is_file && ![Method::GET, Method::OPTIONS].contains(request.method())
}

async fn read(request: &mut ServiceRequest) -> Result<web::Bytes, Problem> {
    let settings = request.app_data::<web::Data<ApiSettings>>().ok_or(Problem::Unassembled)?;
    let seconds = settings.body_seconds;
    let limit = Duration::from_secs(seconds.into());
    match tokio::time::timeout(limit, request.extract::<web::Bytes>()).await {
        Ok(Ok(body)) if is_object(request.content_type(), &body) => Ok(body),
        Ok(Ok(_)) => {
            let found = "expected a JSON object".to_owned();
            Err(Problem::BadBody { status: StatusCode::BAD_REQUEST, found })
        }
        Ok(Err(error)) => {
            let status = error.as_response_error().status_code();
            Err(Problem::BadBody { status, found: error.to_string() })
        }
        Err(_) => {
            let found = format!("it was not complete within {seconds} s");
            Err(Problem::BadBody { status: StatusCode::REQUEST_TIMEOUT, found })
        }
    }
}

/// Whether a JSON body is an object. serde would also accept an array of a struct's values.
fn is_object(kind: &str, body: &[u8]) -> bool {
    let first = body.trim_ascii_start().first();
    !kind.eq_ignore_ascii_case("application/json") || first.is_none_or(|first| *first == b'{')
}

fn refuse(request: ServiceRequest, problem: &Problem) -> ServiceResponse<BoxBody> {
    let answer: HttpResponse = problem.error_response();
    request.into_response(answer)
}
