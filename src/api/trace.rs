//! The span of a request in the logs: its id, method and route. Who asks, and what stands in the
//! address, are people's business.

use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use tracing::Span;
use tracing::field::Empty;
use tracing::info_span;
use tracing_actix_web::RequestId;
use tracing_actix_web::RootSpanBuilder;

#[derive(Debug)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string);
        info_span!(
            "request",
            request_id = id,
            http.method = request.method().as_str(),
            http.route = request.match_pattern(),
            http.status_code = Empty
        )
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
