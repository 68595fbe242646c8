//! How far a forecast looks, and how many futures it has.

/// Number of editions that a forecast looks ahead: two years.
pub(super) const FUTURE_EDITIONS: usize = 4;

/// Any number, as long as it stays: it makes the same forecast of the same data.
pub(super) const SEED: u64 = 20_201_130;

/// Number of futures: a chance of one half is then known within two points, nineteen times in twenty.
const FUTURES: u32 = 2000;

/// Number of futures of more projects than `MANY`, whose rates differ less from one future to another.
const FUTURES_OF_MANY: u32 = 1000;

/// Futures of each past forecast: fewer, since there are several.
const PAST_FUTURES: u32 = 1000;
const PAST_FUTURES_OF_MANY: u32 = 200;

const MANY: usize = 1000;

/// Number of futures of so many projects.
pub(super) fn futures(projects: usize) -> u32 {
    if projects > MANY { FUTURES_OF_MANY } else { FUTURES }
}

/// Number of futures of a forecast that is made again at a past edition.
pub(super) fn past_futures(projects: usize) -> u32 {
    if projects > MANY { PAST_FUTURES_OF_MANY } else { PAST_FUTURES }
}
