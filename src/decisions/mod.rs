//! What follows from verdicts: alerts, missions and reviews. Pure functions, without a database or a clock.

pub mod alerts;
pub mod missions;
pub mod reviews;
