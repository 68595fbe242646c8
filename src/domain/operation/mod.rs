//! Cycles and scheduled jobs.

pub mod cycle;
pub mod job;
