//! What past editions say of the rules.

pub(crate) mod attention;
pub(crate) mod backtest;
