//! The frames that rules judge: one row per project, ministry or portfolio, and their measures.

mod columns;
pub mod dictionary;
mod exact;
mod follow_up;
mod given;
mod projects;
pub mod series;
mod steps;
#[cfg(test)]
mod tests;
mod totals;

use chrono::NaiveDate;
use polars::error::PolarsError;
use polars::frame::DataFrame;
use thiserror::Error;

pub use self::given::GivenFrame;

use crate::domain::edition::EditionId;
use crate::domain::portfolio::Portfolio;
use crate::domain::subject::Scope;

/// One frame per scope, each with exactly the dictionary's fields of that scope, in its order:
/// `Bool` is Boolean, `Int` Int64, `Float` Float64, `Text` String, `Date` Date. A null is missing;
/// NaN and infinity never enter. Rows are sorted by their subject's id.
#[derive(Clone, Debug)]
pub struct Frames {
    pub projects: DataFrame,
    pub ministries: DataFrame,
    pub portfolio: DataFrame,
}

impl Frames {
    pub fn of(&self, scope: Scope) -> &DataFrame {
        match scope {
            Scope::Project => &self.projects,
            Scope::Ministry => &self.ministries,
            Scope::Portfolio => &self.portfolio,
        }
    }
}

#[derive(Debug, Error)]
pub enum FrameError {
    #[error("no edition of the panorama is known as of {as_of}: the first one is {first}")]
    BeforeFirstEdition { as_of: NaiveDate, first: EditionId },
    #[error("no edition of the panorama is known: import one first")]
    NoEdition,
    #[error("build the {what} frame")]
    Plan { what: &'static str, source: PolarsError },
}

/// The edition in force at a date and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionsInForce {
    pub current: EditionId,
    pub previous: Option<EditionId>,
}

/// Everything is judged as of a date: rows dated after it are not looked at. `target` is the target
/// for the global drift in force at that date.
pub fn build(
    portfolio: &Portfolio,
    as_of: NaiveDate,
    target: Option<f64>,
) -> Result<Frames, FrameError> {
    let editions = editions_in_force(portfolio, as_of)?;
    let plan = |what: &'static str| move |source| FrameError::Plan { what, source };
    let steps = steps::steps(portfolio, as_of).map_err(plan("steps"))?;
    let projects =
        projects::projects(portfolio, &steps, editions, as_of).map_err(plan("projects"))?;
    let dates = totals::Dates { as_of, editions, target };
    let ministries = totals::ministries(&projects, &steps, dates).map_err(plan("ministries"))?;
    let vendors = follow_up::failing_vendors(portfolio, totals::listed(&projects), as_of);
    let whole = vendors
        .and_then(|vendors| totals::portfolio(&projects, &steps, dates, vendors))
        .map_err(plan("portfolio"))?;
    Ok(Frames { projects, ministries, portfolio: whole })
}

/// One row per project and edition up to a date, by project then edition: figures, drifts against
/// the baseline known at that date, and changes since the project's previous edition.
pub fn history(portfolio: &Portfolio, as_of: NaiveDate) -> Result<DataFrame, FrameError> {
    steps::steps(portfolio, as_of).map_err(|source| FrameError::Plan { what: "history", source })
}

pub fn editions_in_force(
    portfolio: &Portfolio,
    as_of: NaiveDate,
) -> Result<EditionsInForce, FrameError> {
    let mut editions: Vec<EditionId> =
        portfolio.snapshots.iter().map(|snapshot| snapshot.edition).collect();
    editions.extend(&portfolio.editions);
    editions.sort_unstable();
    editions.dedup();
    let mut past = editions.iter().rev().filter(|edition| edition.as_of() <= as_of).copied();
    match (past.next(), editions.first()) {
        (Some(current), _) => Ok(EditionsInForce { current, previous: past.next() }),
        (None, Some(first)) => Err(FrameError::BeforeFirstEdition { as_of, first: *first }),
        (None, None) => Err(FrameError::NoEdition),
    }
}
