//! The part of the Alertmanager API v2 that reads.

pub(super) mod alertmanager_api;
mod matchers;
mod shapes;
