//! What a request goes through before its handler: normal form, authentication, quotas, cache, validation, idempotency.

pub(super) mod access;
pub(super) mod cors;
pub(super) mod etag;
pub(super) mod headers;
pub(super) mod idempotency;
pub(super) mod limits;
pub(super) mod openapi_validation;
pub(super) mod presence;
pub(super) mod request_size;
pub(super) mod request_target;
pub(super) mod response_cache;
pub(super) mod schema_validation;
pub(super) mod trace;
