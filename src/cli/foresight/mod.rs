//! Commands about what past editions say of the rules.

pub(super) mod backtest;
pub(super) mod scorecards;

pub(crate) use backtest::BacktestArgs;
