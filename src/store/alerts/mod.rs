//! Alerts, their handling, silences and disputes.

pub(super) mod alert_records;
pub(super) mod disputes;
pub(super) mod feed_items;
pub(super) mod handling;
pub(super) mod silences;
