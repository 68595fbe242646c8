//! The cycle: judge, compare, plan, notify, commit; and replaying or voiding one.

pub(super) mod announce;
pub(super) mod circumstances;
pub(super) mod deliberation;
pub(super) mod departures;
pub(super) mod digest;
mod enclosures;
pub(super) mod judged;
pub(super) mod messages;
pub(super) mod past;
pub(super) mod progress;
pub(super) mod remind;
pub(super) mod run;
pub(super) mod summary;
pub(super) mod void;
