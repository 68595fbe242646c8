//! Rules written from a few answers.

pub(super) mod answers;
mod baseline;
mod kinds;
mod sketch;
pub(super) mod template;
mod tested;
mod wording;
