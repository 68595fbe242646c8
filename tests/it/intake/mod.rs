//! Files of every kind become editions and facts, or are refused with each fault at its place.

pub(super) mod answers;
pub(super) mod archives;
pub(crate) mod as_sent;
pub(super) mod editions;
pub(super) mod faults;
pub(super) mod follow_up;
pub(super) mod formats;
pub(super) mod identity;
pub(super) mod imports;
mod layouts;
mod names;
pub(super) mod plausibility;
pub(super) mod readers;
pub(super) mod real;
pub(super) mod real_rules;
pub(super) mod resemblance;
pub(super) mod rows;
