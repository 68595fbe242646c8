//! Middleware that counts, times and logs requests.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;
use tracing::{debug, info};

use super::http::method_label;
use super::process_metrics::Metrics;
use crate::api::route::MatchedRoute;

/// Label of requests that match no route. Their path is not used, since clients can invent any.
const NOWHERE: &str = "none";

const PROBES: [&str; 4] = ["/healthz", "/livez", "/readyz", "/metrics"];

/// Counts, times and logs each request.
pub async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let method = method_label(request.method());
    let started = Instant::now();
    let answer = next.call(request).await;
    let elapsed = started.elapsed();
    let (status, route) = match &answer {
        Ok(response) => (response.status(), MatchedRoute::of(response.request())),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    let (status, route) = (status.as_u16(), route.map_or(NOWHERE, |route| route.path.as_str()));
    log(method, route, status, elapsed);
    if let Some(metrics) = metrics {
        metrics.requests.count((method, route), status, elapsed);
    }
    answer
}

/// Logs a request at level info; probes and scrapes at level debug.
fn log(method: &str, route: &str, status: u16, elapsed: Duration) {
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if PROBES.contains(&route) {
        debug!(http.status_code = status, duration_ms, "{method} {route} answered {status}");
    } else {
        info!(http.status_code = status, duration_ms, "{method} {route} answered {status}");
    }
}
