//! Rules written from a few answers.

pub(super) mod answers;
mod baseline;
pub(super) mod field;
mod kinds;
mod sketch;
pub(super) mod template;
mod tested;
mod wording;
