//! What past editions teach, worked out of what is known and of the rules in force.

pub(super) mod alert_load;
pub(super) mod alert_load_report;
pub(super) mod attention;
pub(super) mod attention_order;
pub(super) mod attention_report;
pub(super) mod backtest;
pub(super) mod backtest_refusal;
pub(super) mod forecast;
mod orders;
pub(super) mod report;
pub(super) mod scorecards;
mod signals;
pub(super) mod sweep;
