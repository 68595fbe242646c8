//! The rows of the totals as of several dates at once. A plan costs more to prepare than a portfolio of some tens of projects
//! costs to add up, so one plan for all dates is several times as fast as one for each.

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{IntoLazy, JoinArgs, JoinType, col};

use super::columns::column;
use super::dictionary::{Field, built_in};
use super::projects::{due_to_leave, leaving_by};
use super::totals::{Point, Rows};
use super::{columns, steps};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;

/// What the editions in force as of each point say, and the ones before, against the baselines known at the point.
/// Points are in the order of their dates.
///
/// The first figure of a project is looked for in every edition up to the last point: where a figure is known at an
/// earlier point, the first one is not later, and where it is not, it has no drift whatever the first one is.
pub(super) fn rows(portfolio: &Portfolio, points: &[Point]) -> PolarsResult<Rows> {
    let last = points.last().map_or(NaiveDate::MIN, |point| point.as_of);
    let firsts = steps::firsts(steps::snapshots(portfolio, last)?);
    let declared = facts(portfolio, points)?.lazy();
    let declared = declared.select(
        [col("as_of"), col("project_id"), col("expected_exit_on")]
            .into_iter()
            .chain(steps::declared())
            .collect::<Vec<_>>(),
    );
    let of_project = [col("as_of"), col("project_id")];
    let joined = snapshots(portfolio, points)?
        .lazy()
        .left_join(firsts, col("project_id"), col("project_id"))
        .join(declared, &of_project, &of_project, JoinArgs::new(JoinType::Left));
    let rows = steps::with_drifts(steps::with_baseline(joined))
        .with_column(due_to_leave(col("leaving_by")).alias("due_to_leave"))
        .collect()?
        .lazy();
    Ok(Rows {
        now: rows.clone().filter(col("is_current")),
        before: rows.filter(col("is_current").not()),
    })
}

/// One row per point and project of the edition in force or of the one before.
fn snapshots(portfolio: &Portfolio, points: &[Point]) -> PolarsResult<DataFrame> {
    let mut rows: Vec<(&Snapshot, &Point, bool)> = Vec::new();
    for point in points {
        for snapshot in &portfolio.snapshots {
            let is_current = snapshot.edition == point.editions.current;
            if is_current || Some(snapshot.edition) == point.editions.previous {
                rows.push((snapshot, point, is_current));
            }
        }
    }
    let projects: Vec<&str> = rows.iter().map(|(row, ..)| row.project.as_str()).collect();
    let ministries: Vec<&str> = rows.iter().map(|(row, ..)| row.ministry.as_str()).collect();
    let labels: Vec<&str> = rows.iter().map(|(row, ..)| row.ministry_label.as_str()).collect();
    let costs: Vec<_> = rows.iter().map(|(row, ..)| row.cost_meur.given().copied()).collect();
    let durations: Vec<_> =
        rows.iter().map(|(row, ..)| row.duration_months.given().copied()).collect();
    let dates: Vec<_> = rows.iter().map(|(_, point, _)| Some(point.as_of)).collect();
    let limits: Vec<_> =
        rows.iter().map(|(_, point, _)| Some(leaving_by(point.editions.current))).collect();
    DataFrame::new_infer_height(vec![
        column("as_of", dates),
        column("is_current", rows.iter().map(|(.., current)| *current).collect::<Vec<_>>()),
        column("leaving_by", limits),
        column("project_id", projects),
        column("ministry", ministries),
        column("ministry_label", labels),
        column("cost_current", costs),
        column("duration_current", durations),
    ])
}

/// The facts that totals read, as known at each point.
fn facts(portfolio: &Portfolio, points: &[Point]) -> PolarsResult<DataFrame> {
    let is_read = |field: &&Field| field.declarable || field.name == "expected_exit_on";
    let mut whole = DataFrame::empty();
    for point in points {
        let fields = built_in().facts().filter(is_read);
        let known = columns::facts(portfolio, point.as_of, fields, built_in())?;
        let as_of = column("as_of", vec![Some(point.as_of); known.height()]);
        let known = known.hstack(&[as_of])?;
        if whole.width() == 0 {
            whole = known;
        } else {
            whole.vstack_mut(&known)?;
        }
    }
    Ok(whole)
}
