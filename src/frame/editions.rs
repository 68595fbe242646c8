//! The edition in force at a date.

use chrono::NaiveDate;

use super::error::FrameError;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::published::Portfolio;

/// The edition in force at a date and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionsInForce {
    pub current: EditionId,
    pub previous: Option<EditionId>,
}

pub fn editions_in_force(
    portfolio: &Portfolio,
    as_of: NaiveDate,
) -> Result<EditionsInForce, FrameError> {
    let mut editions: Vec<EditionId> =
        portfolio.snapshots.iter().map(|snapshot| snapshot.edition).collect();
    editions.extend(&portfolio.editions);
    // Snapshots come edition by edition.
    editions.dedup();
    editions.sort_unstable();
    editions.dedup();
    let mut past = editions.iter().rev().filter(|edition| edition.as_of() <= as_of).copied();
    match (past.next(), editions.first()) {
        (Some(current), _) => Ok(EditionsInForce { current, previous: past.next() }),
        (None, Some(first)) => Err(FrameError::BeforeFirstEdition { as_of, first: *first }),
        (None, None) => Err(FrameError::NoEdition),
    }
}
