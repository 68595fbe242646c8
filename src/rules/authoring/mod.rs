//! Rules written from a few answers.

pub(super) mod answers;
mod baseline;
pub(super) mod condition;
pub(super) mod field;
mod kinds;
pub(super) mod reading;
pub(super) mod signs;
mod sketch;
pub(super) mod template;
mod tested;
pub(super) mod typed;
mod wording;
