//! Encodes the outcome of a translated rule on a row as an `i8`.

use crate::domain::level::Level;

/// The row is left to the interpreter.
pub(super) const INTERPRET: i8 = 5;

/// Code of the first field or threshold in the rule's list being missing; the others follow.
const MISSING: i8 = 6;

/// Most fields and thresholds that a rule may miss.
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
    i8::try_from(place).ok().and_then(|place| place.checked_add(MISSING)).unwrap_or(INTERPRET)
}

/// A decoded outcome; a missing field or threshold by its index in the rule's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Level(Level),
    Missing(usize),
    Interpret,
}

pub(super) fn read(code: i8) -> Meaning {
    let level = Level::ALL.into_iter().find(|level| of_level(*level) == code);
    match (level, usize::try_from(code.saturating_sub(MISSING))) {
        (Some(level), _) => Meaning::Level(level),
        (None, Ok(place)) => Meaning::Missing(place),
        (None, Err(_)) => Meaning::Interpret,
    }
}
