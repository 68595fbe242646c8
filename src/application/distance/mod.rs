//! How far verdicts are from other levels: on one subject, and the list of those that are near a more serious one.

pub(in crate::application) mod near_misses;
pub(in crate::application) mod of_alert;
pub(in crate::application) mod of_verdicts;
