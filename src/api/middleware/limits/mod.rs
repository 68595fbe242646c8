//! Rate limits, and the address that a request counts against.

pub(in crate::api) mod address;
pub(in crate::api) mod rate_limits;
