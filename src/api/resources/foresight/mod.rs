//! What past editions teach.

pub(crate) mod forecast;
