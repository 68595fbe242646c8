//! Request ids, trace context and the log span of a request. Neither the caller nor the actual path is logged, because they
//! can be personal data.

use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_actix_web::{RequestId, RootSpanBuilder};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// Maximum length of an id sent by a client.
const LONGEST_ID: usize = 64;

/// The ids of a request: those sent by the client if they are valid, or else generated.
#[derive(Clone, Debug)]
pub(in crate::api) struct Ids {
    pub(in crate::api) request: String,
    pub(in crate::api) trace: String,
    /// Span id of this request within the trace.
    span: String,
    is_sampled: bool,
    pub(in crate::api) path: String,
}

tokio::task_local! {
    /// Ids of the current request.
    static CURRENT: Ids;
}

/// The ids of the current request; `None` outside of a request.
pub(in crate::api) fn current() -> Option<Ids> {
    CURRENT.try_with(Ids::clone).ok()
}

/// The id of the current request, under which the log has what it did; `None` outside of a request.
pub(crate) fn request_id() -> Option<String> {
    current().map(|ids| ids.request)
}

/// Runs `work`, in another task, with the ids of the current request.
pub(in crate::api) fn in_current<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let ids = current();
    async move {
        match ids {
            Some(ids) => CURRENT.scope(ids, work).await,
            None => work.await,
        }
    }
}

#[derive(Debug)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let made = request.extensions().get::<RequestId>().map(ToString::to_string);
        let ids = Ids::of(request, made.unwrap_or_default());
        let span = info_span!(
            "request",
            request_id = ids.request,
            trace_id = ids.trace,
            span_id = ids.span,
            http.method = request.method().as_str(),
            http.route = Empty,
            http.status_code = Empty
        );
        request.extensions_mut().insert(ids);
        span
    }

    fn on_request_end<B: MessageBody>(
        span: Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("http.status_code", status.as_u16());
    }
}

/// Adds the ids of the request to the headers of its response.
pub async fn echo_ids(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let ids = request.extensions().get::<Ids>().cloned();
    let mut response = match ids.clone() {
        Some(ids) => CURRENT.scope(ids, next.call(request)).await?,
        None => next.call(request).await?,
    };
    if let Some(ids) = ids {
        let flags = u8::from(ids.is_sampled);
        let parent = format!("00-{}-{}-{flags:02x}", ids.trace, ids.span);
        for (name, value) in [(REQUEST_ID, ids.request), (TRACE_PARENT, parent)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    Ok(response)
}

impl Ids {
    fn of(received: &ServiceRequest, generated: String) -> Self {
        let (headers, path) = (received.headers(), received.path().to_owned());
        let sent = only(headers, &REQUEST_ID).filter(|id| is_valid_id(id));
        let request = sent.map_or(generated, str::to_owned);
        let span = format!("{:016x}", fastrand::u64(1..));
        if let Some((trace, is_sampled)) = only(headers, &TRACE_PARENT).and_then(parent) {
            return Self { request, trace: trace.to_owned(), span, is_sampled, path };
        }
        let trace = format!("{:032x}", fastrand::u128(1..));
        Self { request, trace, span, is_sampled: false, path }
    }
}

/// The value of a header that is given once; `None` if it is missing or repeated.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Whether an id is short and has no characters that could forge a line of the log.
fn is_valid_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain)
}

/// The trace id of a `traceparent`, and whether it is sampled (W3C Trace Context). Later versions may have more fields.
fn parent(text: &str) -> Option<(&str, bool)> {
    let mut parts = text.splitn(5, '-');
    let version = hexadecimal(parts.next()?, 2)?;
    let trace = hexadecimal(parts.next()?, 32)?;
    let span = hexadecimal(parts.next()?, 16)?;
    let flags = hexadecimal(parts.next()?, 2)?;
    let more = parts.next().is_some();
    let is_void = |id: &str| id.bytes().all(|byte| byte == b'0');
    if version == "ff" || (version == "00" && more) || is_void(trace) || is_void(span) {
        return None;
    }
    Some((trace, u8::from_str_radix(flags, 16).ok()? & 1 == 1))
}

fn hexadecimal(text: &str, length: usize) -> Option<&str> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == length && text.bytes().all(is_digit)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_valid_traceparent_is_followed() {
        let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        for (text, followed) in [
            (format!("00-{trace}-{span}-01"), Some((trace, true))),
            (format!("00-{trace}-{span}-02"), Some((trace, false))),
            (format!("cc-{trace}-{span}-01-what-comes-later"), Some((trace, true))),
            (format!("00-{trace}-{span}-01-more"), None),
            (format!("ff-{trace}-{span}-01"), None),
            (format!("00-{}-{span}-01", "0".repeat(32)), None),
            (format!("00-{trace}-{}-01", "0".repeat(16)), None),
            (format!("00-{}-{span}-01", trace.to_uppercase()), None),
            (format!("00-{trace}-{span}"), None),
            ("00".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(parent(&text), followed, "{text}");
        }
    }
}
