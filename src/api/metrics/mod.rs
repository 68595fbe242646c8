//! `/metrics` for Prometheus.

pub(super) mod http;
pub(super) mod measure;
pub(super) mod process_metrics;
mod series;
mod state;
