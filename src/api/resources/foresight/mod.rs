//! What past editions say of the rules.

pub(crate) mod backtest;
