//! Missions and reviews.

pub(super) mod mission_records;
pub(super) mod reviews;
