//! The cache of responses, and what each of them depends on.

pub(in crate::api) mod cache;
pub(in crate::api) mod key;
