//! What past editions say of the rules, and of what is to come.

pub(super) mod attention;
pub(super) mod attention_report;
pub(super) mod backtest;
mod orders;
pub(super) mod report;
mod signals;
