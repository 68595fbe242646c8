//! Commands about what past editions teach.

pub(super) mod forecast;
