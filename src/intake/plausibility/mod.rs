//! Holds an edition to bounds of plausibility, by itself and against the edition before: what is beyond them
//! waits for a person.

pub(super) mod bounds;
mod comparison;
pub(super) mod edition;
mod places;
