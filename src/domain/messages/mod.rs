//! Notices to people and programs, who receives them, and outages of the channels that carry them.

pub mod channel;
pub mod notice;
pub mod outage;
pub mod recipients;
