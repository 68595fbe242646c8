//! Notices to people and programs, files that go with them, who receives them, and outages of the channels that carry them.

pub mod attachment;
pub mod channel;
pub mod notice;
pub mod outage;
pub mod recipients;
