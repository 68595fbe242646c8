//! Everything that `/metrics` reports: counters of this process, and the state of the database.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tracing::error;

use super::http::Requests;
use super::state;
use crate::api::context::RequestContext;
use crate::api::middleware::response_cache::cache::ResponseCache;
use crate::application::Services;
use crate::domain::ids::CycleNumber;

/// Scrapes within this time share one read of the database.
const FRESH: Duration = Duration::from_secs(5);

/// Buckets in seconds, for the phases of cycles on 43 to a million projects.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0];

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics of this process.
#[derive(Debug)]
pub struct Metrics {
    pub(super) requests: Requests,
    evaluations: Family<Evaluated, Counter>,
    durations: Family<Phase, Histogram, fn() -> Histogram>,
    seen: Mutex<ObservedState>,
}

/// The last read state of the database.
#[derive(Debug)]
struct ObservedState {
    read: Option<(Instant, state::State)>,
    /// The last cycle whose verdicts have been counted.
    counted: CycleNumber,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Evaluated {
    rule: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Phase {
    phase: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

impl Metrics {
    /// Metrics that count evaluations from the cycle after `last`.
    pub fn new(last: Option<CycleNumber>) -> Self {
        let durations: fn() -> Histogram = || Histogram::new(SECONDS);
        Self {
            requests: Requests::default(),
            evaluations: Family::default(),
            durations: Family::new_with_constructor(durations),
            seen: Mutex::new(ObservedState { read: None, counted: last.unwrap_or(CycleNumber(0)) }),
        }
    }

    /// Counts a request that exceeded a quota: that of an account or of an address.
    pub(in crate::api) fn count_limited(&self, by: &'static str) {
        self.requests.count_limited(by);
    }

    /// Registers the state of the database, read at most once in `FRESH`. Returns whether it could be read.
    async fn register_state(&self, services: &Services, registry: &mut Registry) -> bool {
        let mut seen = self.seen.lock().await;
        let fresh = seen.read.as_ref().is_some_and(|(at, _)| at.elapsed() < FRESH);
        if !fresh {
            match state::read(services, seen.counted).await {
                Ok(state) => {
                    for (rule, result, count) in state.evaluations() {
                        let rule = rule.as_str().to_owned();
                        self.evaluations.get_or_create(&Evaluated { rule, result }).inc_by(count);
                    }
                    for (phase, time) in state.times() {
                        let phase = Phase { phase: phase.as_str() };
                        self.durations.get_or_create(&phase).observe(time.as_secs_f64());
                    }
                    seen.counted = state.last_cycle().unwrap_or(seen.counted);
                    seen.read = Some((Instant::now(), state));
                }
                Err(fault) => {
                    let cause: &dyn std::error::Error = &fault;
                    error!(error = cause, "The metrics of the database cannot be read");
                    seen.read = None;
                }
            }
        }
        let Some((_, state)) = &seen.read else { return false };
        state.register(services.clock.now(), registry);
        true
    }
}

/// Return the metrics of the service, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    responses((status = 200, description = "The metrics", body = String, content_type = "application/openmetrics-text"))
)]
pub(in crate::api) async fn show_metrics(
    context: RequestContext,
    metrics: web::Data<Metrics>,
    answers: web::Data<ResponseCache>,
) -> HttpResponse {
    let mut registry = Registry::default();
    registry.register(
        "vigie_build",
        "This program",
        Info::new(Build { version: env!("CARGO_PKG_VERSION") }),
    );
    let is_up = metrics.register_state(&context, &mut registry).await;
    let up: Gauge = Gauge::default();
    up.set(i64::from(is_up));
    registry.register("vigie_store_up", "Whether the database could be read for this answer", up);
    registry.register(
        "vigie_rule_evaluations",
        "Verdicts of the cycles committed since this process started, by any process",
        metrics.evaluations.clone(),
    );
    registry.register(
        "vigie_cycle_duration_seconds",
        "Phases of the cycles committed since this process started, by any process",
        metrics.durations.clone(),
    );
    metrics.requests.register(&mut registry);
    answers.register(&mut registry);
    let mut text = String::new();
    if prometheus_client::encoding::text::encode(&mut text, &registry).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok().content_type(OPEN_METRICS).body(text)
}
