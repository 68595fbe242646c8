//! What is said of files: datasets without a recent import, and imports that wait for a person.

pub(in crate::notify) mod on_hold;
pub(in crate::notify) mod stale;
