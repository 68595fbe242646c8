//! What past editions say of the rules, and of what is to come.

pub(super) mod backtest;
pub(super) mod report;
pub(super) mod scorecards;
mod signals;
