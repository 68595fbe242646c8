//! Counters of requests, by route pattern, never by actual path.

use std::time::Duration;

use actix_web::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Buckets in seconds: from a cached response to an explicit cycle.
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0];

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
    pub(super) fn count_limited(&self, by: &'static str) {
        self.limited.get_or_create(&Limited { by }).inc();
    }

    /// Counts a request, by its method and route, and how long its answer took.
    pub(super) fn count(
        &self,
        (method, route): (&'static str, &'static str),
        status: u16,
        elapsed: Duration,
    ) {
        let route_only = Timed { method, route };
        self.durations.get_or_create(&route_only).observe(elapsed.as_secs_f64());
        self.answered.get_or_create(&Answered { method, route, status }).inc();
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
