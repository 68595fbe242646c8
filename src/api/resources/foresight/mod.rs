//! What past editions teach.

pub(crate) mod alert_load;
pub(crate) mod attention;
pub(crate) mod backtest;
pub(crate) mod forecast;
pub(crate) mod near_misses;
pub(crate) mod sweep;
