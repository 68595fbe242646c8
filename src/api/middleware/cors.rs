//! CORS: only pages of the origins in the setting `api.origins` may call the API.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError as _, web};

use crate::api::problem::kinds::Problem;
use crate::api::settings::ApiSettings;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

const ALLOWED_HEADERS: &str =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id";

const EXPOSED_HEADERS: &str = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, \
                     Idempotency-Replayed";

/// Answers preflight requests, and adds CORS headers for allowed origins. Without them, browsers withhold responses from
/// pages of other sites. Credentials are not allowed: such pages send a token, not a cookie.
pub async fn allow_origins(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let origin = allowed(&request);
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        let mut answer = match &origin {
            Some(_) => HttpResponse::NoContent()
                .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
                .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
                .finish(),
            None => Problem::CrossOrigin.error_response(),
        };
        allow(answer.headers_mut(), origin);
        return Ok(request.into_response(answer));
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    allow(response.headers_mut(), origin);
    Ok(response)
}

fn allowed(request: &ServiceRequest) -> Option<HeaderValue> {
    let settings = request.app_data::<web::Data<ApiSettings>>()?;
    let origin = request.headers().get(header::ORIGIN)?;
    let words = origin.to_str().ok()?;
    settings.origins.iter().any(|known| known == words).then(|| origin.clone())
}

fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    // Overrides the default policy, by which the browser would withhold the response.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}
