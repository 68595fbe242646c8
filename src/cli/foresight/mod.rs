//! Commands about what past editions say of the rules.

pub(super) mod attention;
pub(super) mod backtest;

pub(crate) use backtest::BacktestArgs;
