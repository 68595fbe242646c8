//! What a translated rule answers on a row, as a number.

use crate::domain::level::Level;

/// Only the interpreter can tell.
pub(super) const ASK: i8 = 5;

/// The first thing that may be missing; the others follow.
const MISSING: i8 = 6;

/// How many things may be missing.
pub(super) const MOST_NEEDS: usize = 120;

pub(super) fn of_level(level: Level) -> i8 {
    match level {
        Level::Clear => 0,
        Level::Watch => 1,
        Level::Moderate => 2,
        Level::High => 3,
        Level::Critical => 4,
    }
}

pub(super) fn of_missing(place: usize) -> i8 {
    i8::try_from(place).ok().and_then(|place| place.checked_add(MISSING)).unwrap_or(ASK)
}

/// What a code means, missing things by their place in the rule's needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Level(Level),
    Missing(usize),
    Ask,
}

pub(super) fn read(code: i8) -> Meaning {
    let level = Level::ALL.into_iter().find(|level| of_level(*level) == code);
    match (level, usize::try_from(code.saturating_sub(MISSING))) {
        (Some(level), _) => Meaning::Level(level),
        (None, Ok(place)) => Meaning::Missing(place),
        (None, Err(_)) => Meaning::Ask,
    }
}
