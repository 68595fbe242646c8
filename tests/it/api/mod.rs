//! The HTTP API as its clients see it, held to its OpenAPI document.

pub(super) mod acts;
pub(super) mod alertmanager;
pub(super) mod conventions;
pub(super) mod examples;
pub(super) mod feed;
pub(super) mod idempotency;
pub(super) mod imports;
pub(super) mod openapi;
pub(super) mod openapi_edges;
pub(super) mod openapi_truth;
pub(super) mod problems;
pub(super) mod response_cache;
pub(super) mod rules;
pub(super) mod runs;
