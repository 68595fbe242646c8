//! Alerts, silences, disputes, missions, reviews and notices.

pub(in crate::api) mod alerts;
pub(in crate::api) mod disputes;
pub(in crate::api) mod missions;
pub(in crate::api) mod notices;
pub(in crate::api) mod recipients;
pub(in crate::api) mod reviews;
pub(in crate::api) mod silences;
