//! Commands about what past editions teach.

pub(super) mod attention;
pub(super) mod backtest;
pub(super) mod forecast;
pub(super) mod near_misses;
pub(super) mod scorecards;
pub(super) mod sweep;

pub(crate) use backtest::BacktestArgs;
pub(crate) use near_misses::NearMissesArgs;
