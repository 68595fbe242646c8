//! Figures of the ministries and of the whole portfolio, as of one date or several.

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{
    Column, DataType, Expr, IntoLazy, JoinArgs, JoinType, LazyFrame, NULL, SortMultipleOptions,
    SortOptions, UnionArgs, col, concat, len, lit, when,
};

use super::columns::{column, day, typed};
use super::dictionary::built_in;
use super::editions::EditionsInForce;
use super::exact;
use super::steps::rounded;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::SubjectKind;

/// The group of every project; those of the ministries begin with `MINISTRY`.
const WHOLE: &str = "portfolio";
const MINISTRY: &str = "ministry/";

/// A date that totals are computed as of, the editions in force then, and the target for the global drift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) as_of: NaiveDate,
    pub(super) editions: EditionsInForce,
    pub(super) target: Option<f64>,
}

/// Figures of the ministries and of the whole portfolio, as `Frames` has them.
#[derive(Clone, Debug)]
pub struct Totals {
    pub ministries: DataFrame,
    pub portfolio: DataFrame,
}

/// What totals are made of: one row per project and date.
#[derive(Clone)]
pub(super) struct Rows {
    /// The projects that the edition in force lists: `as_of`, `project_id`, `ministry`, `ministry_label`, figures
    /// and drifts, `due_to_leave`.
    pub(super) now: LazyFrame,
    /// Those of the edition before, against the baselines known at the date: `as_of`, `project_id`, `ministry`,
    /// drifts.
    pub(super) before: LazyFrame,
}

impl Rows {
    /// As of one date, from the frame of projects and the steps as of that date.
    pub(super) fn at(point: Point, projects: &DataFrame, steps: &DataFrame) -> Self {
        // Without a previous edition there is nothing to compare with, and every change is missing.
        let before_on = point.editions.previous.map_or(NaiveDate::MIN, EditionId::as_of);
        let before = steps.clone().lazy().filter(col("edition_on").eq(day(before_on)));
        Self {
            now: projects.clone().lazy().filter(col("in_panorama")),
            before: before.with_column(day(point.as_of).alias("as_of")),
        }
    }

    /// The rows once for the whole portfolio and, as of one date, once for their ministry: the column `group`.
    pub(super) fn grouped(&self, ministries_on: NaiveDate) -> PolarsResult<Self> {
        let grouped = |rows: &LazyFrame| {
            let whole = rows.clone().with_column(lit(WHOLE).alias("group"));
            let of_ministry = (lit(MINISTRY) + col("ministry")).alias("group");
            let of_date = rows.clone().filter(col("as_of").eq(day(ministries_on)));
            concat([whole, of_date.with_column(of_ministry)], UnionArgs::default())
        };
        Ok(Self { now: grouped(&self.now)?, before: grouped(&self.before)? })
    }
}

/// The figures of the portfolio as of each point, in their order, and of the ministries that the edition in force names
/// as of the last point, by code. `vendors` gives `failing_vendors_count` by `as_of`. A point without any project
/// has no row.
pub(super) fn totals(rows: &Rows, points: &[Point], vendors: LazyFrame) -> PolarsResult<Totals> {
    let ministries_on = points.last().map_or(NaiveDate::MIN, |point| point.as_of);
    let all = measured(&rows.grouped(ministries_on)?, points)?.collect()?;
    let of = |is_whole: bool| {
        let group = col("group").eq(lit(WHOLE));
        all.clone().lazy().filter(if is_whole { group } else { group.not() })
    };
    let fields = |scope: SubjectKind| built_in().fields_of(scope).map(typed).collect::<Vec<_>>();
    let ministries = of(false)
        .sort(["ministry"], SortMultipleOptions::default())
        .select(fields(SubjectKind::Ministry))
        .collect()?;
    let portfolio = of(true)
        .left_join(vendors, col("as_of"), col("as_of"))
        .sort(["as_of"], SortMultipleOptions::default())
        .select(fields(SubjectKind::Portfolio))
        .collect()?;
    Ok(Totals { ministries, portfolio })
}

/// One row per date and group, with every field of both scopes but those of vendors, and what some are computed from.
pub(super) fn measured(rows: &Rows, points: &[Point]) -> PolarsResult<LazyFrame> {
    let keys = [col("as_of"), col("group")];
    let count =
        |name: &str| when(col("is_comparable")).then(col(name)).otherwise(lit(NULL)).alias(name);
    let joined = figures(&rows.now)
        .join(moves(rows)?, &keys, &keys, JoinArgs::new(JoinType::Left))
        .left_join(dated(points)?, col("as_of"), col("as_of"));
    Ok(joined
        .with_columns([
            rounded((col("budget_drift_mean") + col("calendar_drift_mean")) / lit(2.0))
                .alias("global_drift"),
            rounded((col("budget_floor") + col("calendar_floor")) / lit(2.0)).alias("floor_drift"),
            rounded((col("budget_before") + col("calendar_before")) / lit(2.0))
                .alias("global_before"),
            declared_drift().alias("global_drift_declared"),
            count("stayers_count"),
            count("entrants_count"),
            count("leavers_count"),
        ])
        .with_columns([
            rounded(col("budget_drift_mean") - col("budget_before"))
                .alias("budget_drift_mean_change"),
            rounded(col("calendar_drift_mean") - col("calendar_before"))
                .alias("calendar_drift_mean_change"),
            rounded(col("global_drift") - col("global_before")).alias("global_drift_change"),
            rounded(col("global_drift") - col("target_drift")).alias("target_distance"),
        ]))
}

/// Of fewer than half of the projects, it would not be the drift of the whole.
fn declared_drift() -> Expr {
    let half = (col("baseline_declared_count") * lit(2_i64)).gt_eq(col("drift_known_count"));
    let mean = (col("budget_declared") + col("calendar_declared")) / lit(2.0);
    when(half).then(rounded(mean)).otherwise(lit(NULL)).cast(DataType::Float64)
}

/// What each date gives to its rows.
fn dated(points: &[Point]) -> PolarsResult<LazyFrame> {
    fn of<T>(points: &[Point], value: fn(&Point) -> T) -> Vec<T> {
        points.iter().map(value).collect()
    }
    let columns: Vec<Column> = vec![
        column("as_of", of(points, |point| Some(point.as_of))),
        column("edition", of(points, |point| point.editions.current.to_string())),
        column("edition_on", of(points, |point| Some(point.editions.current.as_of()))),
        column("target_drift", of(points, |point| point.target)),
        column("is_comparable", of(points, |point| point.editions.previous.is_some())),
    ];
    Ok(DataFrame::new_infer_height(columns)?.lazy())
}

/// The portfolio is the only group of its scope, and so is a ministry without another one.
fn is_alone() -> Expr {
    let is_ministry = || col("group").neq(lit(WHOLE));
    let ministries = is_ministry().cast(DataType::Int64).sum();
    is_ministry().not().or(ministries.eq(lit(1))).alias(exact::IS_ALONE)
}

fn figures(now: &LazyFrame) -> LazyFrame {
    let known = |name: &str| col(name).count().cast(DataType::Int64);
    let both_drifts = col("budget_drift").is_not_null().and(col("calendar_drift").is_not_null());
    let mut figures = vec![
        col("ministry").first(),
        col("ministry_label").sort(SortOptions::default()).first(),
        len().cast(DataType::Int64).alias("project_count"),
        known("cost_current").alias("cost_known_count"),
        both_drifts.cast(DataType::Int64).sum().alias("drift_known_count"),
        col("budget_drift_declared").count().cast(DataType::Int64).alias("baseline_declared_count"),
        rounded(col("budget_drift").median()).alias("budget_drift_median"),
        rounded(col("calendar_drift").median()).alias("calendar_drift_median"),
        col("due_to_leave").cast(DataType::Int64).sum().alias("due_to_leave_count"),
    ];
    let added = [
        "cost_current",
        "duration_current",
        "budget_drift",
        "calendar_drift",
        "cost_of_both",
        "cost_initial_of_both",
        "duration_of_both",
        "duration_initial_of_both",
        "budget_drift_staying",
        "calendar_drift_staying",
        "budget_drift_declared",
        "calendar_drift_declared",
    ];
    figures.extend(added.into_iter().flat_map(|name| exact::parts(name, &col(name))));
    let stays = col("due_to_leave").not();
    now.clone()
        .with_columns([
            of_both("cost_current", "cost_initial").alias("cost_of_both"),
            of_both("cost_initial", "cost_current").alias("cost_initial_of_both"),
            of_both("duration_current", "duration_initial").alias("duration_of_both"),
            of_both("duration_initial", "duration_current").alias("duration_initial_of_both"),
            where_true(stays.clone(), "budget_drift").alias("budget_drift_staying"),
            where_true(stays, "calendar_drift").alias("calendar_drift_staying"),
            where_true(of_declared(), "budget_drift").alias("budget_drift_declared"),
            where_true(of_declared(), "calendar_drift").alias("calendar_drift_declared"),
        ])
        .group_by_stable([col("as_of"), col("group")])
        .agg(figures)
        .with_column(is_alone())
        .with_columns([
            rounded(exact::sum("cost_current")).alias("cost_total"),
            rounded(exact::mean("duration_current")).alias("duration_mean"),
            rounded(exact::mean("budget_drift")).alias("budget_drift_mean"),
            rounded(exact::mean("calendar_drift")).alias("calendar_drift_mean"),
            ratio_of_sums("cost_of_both", "cost_initial_of_both").alias("budget_drift_sum"),
            ratio_of_sums("duration_of_both", "duration_initial_of_both")
                .alias("calendar_drift_sum"),
            rounded(exact::mean("budget_drift_staying")).alias("budget_floor"),
            rounded(exact::mean("calendar_drift_staying")).alias("calendar_floor"),
            rounded(exact::mean("budget_drift_declared")).alias("budget_declared"),
            rounded(exact::mean("calendar_drift_declared")).alias("calendar_declared"),
        ])
}

/// The two drifts are known, and against declared figures.
fn of_declared() -> Expr {
    let declared = |source: &str| col(source).eq(lit("declared")).fill_null(lit(false));
    let known = col("budget_drift").is_not_null().and(col("calendar_drift").is_not_null());
    known.and(declared("cost_baseline_source")).and(declared("duration_baseline_source"))
}

/// A figure on the rows where another one is known too.
fn of_both(figure: &str, other: &str) -> Expr {
    where_true(col(other).is_not_null(), figure)
}

fn where_true(condition: Expr, figure: &str) -> Expr {
    when(condition).then(col(figure)).otherwise(lit(NULL)).cast(DataType::Float64)
}

/// Of figures on the projects where both are known, else the two sums would not be of the same projects.
fn ratio_of_sums(current: &str, initial: &str) -> Expr {
    when(exact::sum(initial).gt(lit(0.0)))
        .then(rounded(exact::sum(current) / exact::sum(initial) - lit(1.0)))
        .otherwise(lit(NULL))
}

/// The change of each mean since the previous edition, split exactly into what stayers, entrants
/// and leavers made of it: `(S1 - S0) + (M1 - S1) + (S0 - M0) = M1 - M0`, where `M` is the mean
/// before (0) and now (1), and `S` the same on the projects known at both.
fn moves(rows: &Rows) -> PolarsResult<LazyFrame> {
    let mut parts = counts().to_vec();
    for measure in ["budget", "calendar"] {
        for figure in ["0", "1", "0_of_stayers", "1_of_stayers"] {
            let name = format!("{measure}_{figure}");
            parts.extend(exact::parts(&name, &col(name.as_str())));
        }
    }
    let mut changes = vec![
        col("as_of"),
        col("group"),
        col("stayers_count"),
        col("entrants_count"),
        col("leavers_count"),
        rounded(exact::mean("budget_0")).alias("budget_before"),
        rounded(exact::mean("calendar_0")).alias("calendar_before"),
    ];
    changes.extend(decomposition("budget"));
    changes.extend(decomposition("calendar"));
    Ok(pairs(rows)?
        .group_by_stable([col("as_of"), col("group")])
        .agg(parts)
        .with_column(is_alone())
        .select(changes))
}

/// One row per date, group and project, with its drifts before (0) and now (1), also restricted to stayers.
fn pairs(rows: &Rows) -> PolarsResult<LazyFrame> {
    let nothing = |name: &str| lit(NULL).cast(DataType::Float64).alias(name);
    let now = rows.now.clone().select([
        col("as_of"),
        col("group"),
        col("project_id"),
        col("budget_drift").alias("budget_1"),
        col("calendar_drift").alias("calendar_1"),
        nothing("budget_0"),
        nothing("calendar_0"),
        lit(1_i64).alias("listed_1"),
        lit(0_i64).alias("listed_0"),
    ]);
    let before = rows.before.clone().select([
        col("as_of"),
        col("group"),
        col("project_id"),
        nothing("budget_1"),
        nothing("calendar_1"),
        col("budget_drift").alias("budget_0"),
        col("calendar_drift").alias("calendar_0"),
        lit(0_i64).alias("listed_1"),
        lit(1_i64).alias("listed_0"),
    ]);
    let pairs = concat([now, before], UnionArgs::default())?
        .group_by_stable([col("as_of"), col("group"), col("project_id")])
        .agg([
            col("budget_1").max(),
            col("calendar_1").max(),
            col("budget_0").max(),
            col("calendar_0").max(),
            col("listed_1").max(),
            col("listed_0").max(),
        ]);
    Ok(pairs.with_columns([
        of_both("budget_1", "budget_0").alias("budget_1_of_stayers"),
        of_both("budget_0", "budget_1").alias("budget_0_of_stayers"),
        of_both("calendar_1", "calendar_0").alias("calendar_1_of_stayers"),
        of_both("calendar_0", "calendar_1").alias("calendar_0_of_stayers"),
    ]))
}

fn counts() -> [Expr; 3] {
    let listed = |now: i64, before: i64, name: &str| {
        let count = col("listed_1").eq(lit(now)).and(col("listed_0").eq(lit(before)));
        count.cast(DataType::Int64).sum().alias(name)
    };
    [listed(1, 1, "stayers_count"), listed(1, 0, "entrants_count"), listed(0, 1, "leavers_count")]
}

fn decomposition(measure: &str) -> [Expr; 3] {
    let mean = |figure: &str| exact::mean(&format!("{measure}_{figure}"));
    let part = |expression: Expr, part: &str| {
        rounded(expression).alias(format!("{measure}_change_{part}").as_str())
    };
    [
        part(mean("1_of_stayers") - mean("0_of_stayers"), "stayers"),
        part(mean("1") - mean("1_of_stayers"), "entrants"),
        part(mean("0_of_stayers") - mean("0"), "leavers"),
    ]
}
