//! Builds the frames of one date, and figures of the whole portfolio over several.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::error::{PolarsError, PolarsResult};
use polars::frame::DataFrame;

use super::dictionary::Dictionary;
use super::editions::{EditionsInForce, editions_in_force};
use super::error::FrameError;
use super::totals::{Point, Rows, Totals};
use super::{follow_up, over_time, projects, steps, totals};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::subject::SubjectKind;

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
    pub fn of(&self, scope: SubjectKind) -> &DataFrame {
        match scope {
            SubjectKind::Project => &self.projects,
            SubjectKind::Ministry => &self.ministries,
            SubjectKind::Portfolio => &self.portfolio,
        }
    }
}

/// Builds the frames as of a date: rows dated after it are not looked at. `dictionary` says which facts projects have. `target` is the target for the global
/// drift in force at that date.
///
/// # Errors
///
/// Fails when no edition is known at that date, or when Polars refuses the plan.
pub fn build(
    portfolio: &Portfolio,
    dictionary: &Dictionary,
    as_of: NaiveDate,
    target: Option<f64>,
) -> Result<Frames, FrameError> {
    let editions = editions_in_force(portfolio, as_of)?;
    let point = Point { as_of, editions, target };
    let (steps, projects) = steps_and_projects((portfolio, dictionary), editions, as_of)?;
    let rows = Rows::at(point, &projects, &steps);
    let Totals { ministries, portfolio } =
        totals_of(portfolio, &rows, &[point]).map_err(plan("totals"))?;
    Ok(Frames { projects, ministries, portfolio })
}

/// Builds the frame of projects alone, as `build` does.
///
/// # Errors
///
/// Fails when no edition is known at that date, or when Polars refuses the plan.
pub fn build_projects(
    portfolio: &Portfolio,
    dictionary: &Dictionary,
    as_of: NaiveDate,
) -> Result<DataFrame, FrameError> {
    let editions = editions_in_force(portfolio, as_of)?;
    Ok(steps_and_projects((portfolio, dictionary), editions, as_of)?.1)
}

fn steps_and_projects(
    (portfolio, dictionary): (&Portfolio, &Dictionary),
    editions: EditionsInForce,
    as_of: NaiveDate,
) -> Result<(DataFrame, DataFrame), FrameError> {
    let steps = steps::steps(portfolio, as_of).map_err(plan("steps"))?;
    let projects = projects::projects((portfolio, dictionary), &steps, editions, as_of)
        .map_err(plan("projects"))?;
    Ok((steps, projects))
}

/// Builds the portfolio's row as of each date, oldest first, and the ministries as of the last date: the same figures
/// as `build` gives for each, at a fraction of its cost. Each date comes with the target for the global drift in force
/// then. A date at which no project is listed has no row.
///
/// # Errors
///
/// Fails when no edition is known at one of the dates, or when Polars refuses the plan.
pub fn build_totals(
    portfolio: &Portfolio,
    dates: &BTreeMap<NaiveDate, Option<f64>>,
) -> Result<Totals, FrameError> {
    let points = dates.iter().map(|(as_of, target)| {
        let editions = editions_in_force(portfolio, *as_of)?;
        Ok(Point { as_of: *as_of, editions, target: *target })
    });
    let points: Vec<Point> = points.collect::<Result<_, FrameError>>()?;
    if points.is_empty() {
        return Ok(Totals { ministries: DataFrame::empty(), portfolio: DataFrame::empty() });
    }
    let rows = over_time::rows(portfolio, &points).map_err(plan("rows"))?;
    totals_of(portfolio, &rows, &points).map_err(plan("totals"))
}

fn totals_of(portfolio: &Portfolio, rows: &Rows, points: &[Point]) -> PolarsResult<Totals> {
    let dates = points.iter().map(|point| point.as_of);
    let vendors = follow_up::failing_vendors(portfolio, rows.now.clone(), dates)?;
    totals::totals(rows, points, vendors)
}

fn plan(what: &'static str) -> impl Fn(PolarsError) -> FrameError {
    move |source| FrameError::Plan { what, source }
}

/// One row per project and edition up to a date, by project then edition: figures, drifts against
/// the baseline known at that date, and changes since the project's previous edition.
pub fn history(portfolio: &Portfolio, as_of: NaiveDate) -> Result<DataFrame, FrameError> {
    steps::steps(portfolio, as_of).map_err(|source| FrameError::Plan { what: "history", source })
}
