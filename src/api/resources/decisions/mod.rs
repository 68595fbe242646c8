//! Alerts, silences, disputes, missions, reviews and notices.

pub(crate) mod alerts;
pub(crate) mod disputes;
pub(crate) mod missions;
pub(crate) mod notices;
pub(crate) mod recipients;
pub(crate) mod reviews;
pub(crate) mod silences;
