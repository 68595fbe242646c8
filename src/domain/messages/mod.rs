//! Notices to people and programs, and outages of the channels that carry them.

pub mod channel;
pub mod notice;
pub mod outage;
