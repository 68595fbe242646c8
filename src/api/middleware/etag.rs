//! `ETag`, conditional requests, `Accept`, and which responses may be compressed.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError as _, web};

use crate::api::problem::kinds::Problem;
use crate::api::settings::ApiSettings;
use crate::support::fingerprint::Fingerprint;

const API: &str = "/api/";

/// Length of a tag: 128 bits of the body's SHA-256, in hexadecimal.
const TAG_LENGTH: usize = 32;

/// `Cache-Control` of responses to reads: cached by the client only, and revalidated each time.
const CHECKED_EACH_TIME: &str = "private, no-cache";

/// Request headers that a response depends on.
const DEPENDS_ON: &str = "Accept-Encoding, Authorization, Cookie";

const CODINGS: [&str; 2] = ["gzip", "deflate"];

/// Adds an `ETag` to responses to reads, and responds 304 if the client already has the current version.
pub async fn add_etag(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_read = request.method() == Method::GET && request.path().starts_with(API);
    // The suffix that names the compression is removed before tags are compared.
    let known = text(request.headers(), &header::IF_NONE_MATCH);
    without_codings(request.headers_mut(), &header::IF_NONE_MATCH);
    without_codings(request.headers_mut(), &header::IF_MATCH);
    let taken = text(request.headers(), &header::ACCEPT);
    let settings = request.app_data::<web::Data<ApiSettings>>();
    let compressed_from = settings.map_or(usize::MAX, |settings| settings.compress_from_bytes);

    let response = next.call(request).await?.map_into_boxed_body();
    let is_secret = response.headers().contains_key(header::CACHE_CONTROL);
    if !is_read || response.status() != StatusCode::OK || is_secret {
        return Ok(uncompressed(response));
    }
    if let Some(problem) = taken.and_then(|taken| unacceptable(response.headers(), &taken)) {
        return Ok(answer_instead(response, problem.error_response()));
    }
    let (received, answer) = response.into_parts();
    let (mut answer, body) = answer.into_parts();
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        // A streamed body is not known in advance, so it gets no tag.
        Err(stream) => return Ok(ServiceResponse::new(received, answer.set_body(stream))),
    };
    let tag = match text(answer.headers(), &header::ETAG) {
        Some(tag) => tag,
        None => tag_of(&body),
    };
    for (name, value) in [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, CHECKED_EACH_TIME)]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    if let Some(same) = known.as_deref().and_then(|known| matching(known, &tag)) {
        let mut unchanged = HttpResponse::NotModified();
        for name in [header::CACHE_CONTROL, header::LINK, header::VARY] {
            if let Some(value) = answer.headers().get(&name) {
                unchanged.insert_header((name, value.clone()));
            }
        }
        let unchanged = unchanged.insert_header((header::ETAG, same)).finish();
        return Ok(ServiceResponse::new(received, unchanged));
    }
    let is_long = body.len() >= compressed_from;
    let whole = ServiceResponse::new(received, answer.set_body(BoxBody::new(body)));
    Ok(if is_long { whole } else { uncompressed(whole) })
}

/// Runs after compression: adds the compression to the tag, since the bytes differ, and sets `Vary`.
pub async fn add_encoding_to_etag(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    match text(headers, &header::CONTENT_ENCODING) {
        Some(coding) if coding == "identity" => {
            headers.remove(header::CONTENT_ENCODING);
        }
        Some(coding) => {
            let tag = text(headers, &header::ETAG);
            let coded = tag.and_then(|tag| Some(format!("{}-{coding}\"", tag.strip_suffix('"')?)));
            if let Some(Ok(coded)) = coded.map(|coded| HeaderValue::from_str(&coded)) {
                headers.insert(header::ETAG, coded);
            }
        }
        None => {}
    }
    if headers.contains_key(header::ETAG) {
        headers.insert(header::VARY, HeaderValue::from_static(DEPENDS_ON));
    }
    Ok(response)
}

/// The strong tag of a body.
pub(in crate::api) fn tag_of(body: &[u8]) -> String {
    let print = Fingerprint::of(body);
    format!("\"{}\"", print.as_str().get(..TAG_LENGTH).unwrap_or_else(|| print.as_str()))
}

/// The first of the client's tags that matches `tag`, as the client wrote it.
fn matching(known: &str, tag: &str) -> Option<String> {
    if known.trim() == "*" {
        return Some(tag.to_owned());
    }
    let opaque = |one: &str| without_coding(one.trim_start_matches("W/"));
    let mut ours = known.split(',').map(str::trim).filter(|one| opaque(one) == opaque(tag));
    ours.next().map(str::to_owned)
}

fn without_coding(tag: &str) -> String {
    let bare = tag.strip_suffix('"').and_then(|open| {
        let (bare, coding) = open.rsplit_once('-')?;
        CODINGS.contains(&coding).then(|| format!("{bare}\""))
    });
    bare.unwrap_or_else(|| tag.to_owned())
}

fn without_codings(headers: &mut HeaderMap, name: &HeaderName) {
    let Some(tags) = text(headers, name) else { return };
    let tags: Vec<String> = tags.split(',').map(|tag| without_coding(tag.trim())).collect();
    if let Ok(tags) = HeaderValue::from_str(&tags.join(", ")) {
        headers.insert(name.clone(), tags);
    }
}

/// Marks a response as not to be compressed. Compressing a secret together with text that a client chooses would leak it
/// (BREACH), so responses that may not be cached, responses to writes and problems are sent uncompressed.
fn uncompressed(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let headers = response.headers_mut();
    if !headers.contains_key(header::CONTENT_ENCODING) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    response
}

/// What feed readers and XML libraries accept, where a response is a kind of XML.
const XML_RANGES: [&str; 5] =
    ["application/xml", "text/xml", "text/*", "application/rss+xml", "application/rdf+xml"];

fn unacceptable(headers: &HeaderMap, taken: &str) -> Option<Problem> {
    let offered = text(headers, &header::CONTENT_TYPE)?;
    let essence = offered.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let any_of_kind = format!("{}/*", essence.split('/').next().unwrap_or_default());
    let fits = |range: &str| {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let kind = parts.next().unwrap_or_default();
        let is_refused = parts.any(|part| {
            part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0))
        });
        let is_xml = essence.ends_with("+xml") && XML_RANGES.contains(&kind.as_str());
        !is_refused && (kind == "*/*" || kind == any_of_kind || kind == essence || is_xml)
    };
    if taken.trim().is_empty() || taken.split(',').any(fits) {
        return None;
    }
    let found = taken.chars().take(200).collect();
    Some(Problem::NotAcceptable { found, offered: essence })
}

fn answer_instead(
    response: ServiceResponse<BoxBody>,
    answer: HttpResponse,
) -> ServiceResponse<BoxBody> {
    let (request, _) = response.into_parts();
    uncompressed(ServiceResponse::new(request, answer))
}

/// All values of a header, joined with commas.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).filter_map(|value| value.to_str().ok()).peekable();
    values.peek()?;
    Some(values.collect::<Vec<_>>().join(", "))
}
