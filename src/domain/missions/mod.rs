//! Support missions and reviews.

pub mod mission;
pub mod progress;
pub mod review;
