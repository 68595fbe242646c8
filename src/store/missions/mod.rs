//! Missions, reviews, and what people write of them for the COSINUM.

pub(super) mod mission_records;
pub(super) mod note_texts;
pub(super) mod reviews;
