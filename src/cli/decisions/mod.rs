//! Commands about alerts, missions, reviews and notices.

pub(super) mod alerts;
pub(super) mod missions;
pub(super) mod notices;
pub(super) mod reviews;
