//! Counts and times requests by route pattern, never by actual path.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing::{debug, info};

use super::Metrics;
use crate::api::routing::MatchedRoute;

/// Buckets in seconds: from a cached response to an explicit cycle.
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0];

/// Label of requests that match no route. Their path is not used, since clients can invent any.
const NOWHERE: &str = "none";

const PROBES: [&str; 4] = ["/healthz", "/livez", "/readyz", "/metrics"];

#[derive(Debug)]
pub(super) struct Requests {
    answered: Family<Answered, Counter>,
    durations: Family<Timed, Histogram, fn() -> Histogram>,
    limited: Family<Limited, Counter>,
}

/// The kind of quota that was exceeded: account or address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    by: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Timed {
    method: &'static str,
    route: &'static str,
}

impl Default for Requests {
    fn default() -> Self {
        let durations: fn() -> Histogram = || Histogram::new(BUCKETS);
        Self {
            answered: Family::default(),
            durations: Family::new_with_constructor(durations),
            limited: Family::default(),
        }
    }
}

impl Requests {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "vigie_http_requests",
            "Requests answered since this process started",
            self.answered.clone(),
        );
        registry.register(
            "vigie_http_request_duration_seconds",
            "From the request to its answer",
            self.durations.clone(),
        );
        registry.register(
            "vigie_http_requests_limited",
            "Requests beyond a quota since this process started",
            self.limited.clone(),
        );
    }
}

impl Metrics {
    /// Counts a request that exceeded a quota.
    pub(in crate::api) fn count_limited(&self, by: &'static str) {
        self.requests.limited.get_or_create(&Limited { by }).inc();
    }
}

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
        let requests = &metrics.requests;
        let route_only = Timed { method, route };
        requests.durations.get_or_create(&route_only).observe(elapsed.as_secs_f64());
        requests.answered.get_or_create(&Answered { method, route, status }).inc();
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

/// The method as a label. Unknown methods share one label, since clients can invent any.
pub(in crate::api) fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
