//! Errors as problem details (RFC 9457).

pub(super) mod causes;
pub(super) mod details;
pub(super) mod errors;
pub(super) mod kinds;
pub(super) mod unavailable;
