//! Messages about the service itself: accounts, channels that are out, upgrades of the engine.

pub(in crate::notify) mod account_link;
pub(in crate::notify) mod account_notice;
pub(in crate::notify) mod engine_change;
pub(in crate::notify) mod outage;
