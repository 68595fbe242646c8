//! Jobs: when they run, and what they do.

mod documents;
mod import;
pub(crate) mod support;
mod timetables;
