//! Figures of the ministries and of the whole portfolio.

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::IntoLazy;
use polars::prelude::LazyFrame;
use polars::prelude::NULL;
use polars::prelude::SortMultipleOptions;
use polars::prelude::SortOptions;
use polars::prelude::UnionArgs;
use polars::prelude::col;
use polars::prelude::concat;
use polars::prelude::len;
use polars::prelude::lit;
use polars::prelude::when;

use super::EditionsInForce;
use super::columns::day;
use super::dictionary;
use super::exact;
use super::projects::typed;
use super::steps::rounded;
use crate::domain::edition::EditionId;
use crate::domain::subject::Scope;

#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    pub(super) as_of: NaiveDate,
    pub(super) editions: EditionsInForce,
    pub(super) target: Option<f64>,
}

/// Ministries that the edition in force names, by code.
pub(super) fn ministries(
    projects: &DataFrame,
    steps: &DataFrame,
    dates: Dates,
) -> PolarsResult<DataFrame> {
    totals(projects, steps, dates, &col("ministry"))?
        .with_column(col("group").alias("ministry"))
        .sort(["ministry"], SortMultipleOptions::default())
        .select(dictionary::fields_of(Scope::Ministry).map(typed).collect::<Vec<_>>())
        .collect()
}

pub(super) fn portfolio(
    projects: &DataFrame,
    steps: &DataFrame,
    dates: Dates,
) -> PolarsResult<DataFrame> {
    totals(projects, steps, dates, &lit("portfolio"))?
        .select(dictionary::fields_of(Scope::Portfolio).map(typed).collect::<Vec<_>>())
        .collect()
}

fn totals(
    projects: &DataFrame,
    steps: &DataFrame,
    dates: Dates,
    group: &Expr,
) -> PolarsResult<LazyFrame> {
    let listed = projects
        .clone()
        .lazy()
        .filter(col("in_panorama"))
        .with_column(group.clone().alias("group"));
    let figures = listed.group_by_stable([col("group")]).agg(figures());
    let moves = moves(projects, steps, dates.editions, group)?;
    let target = dates.target.map_or_else(|| lit(NULL).cast(DataType::Float64), lit);
    Ok(figures
        .left_join(moves, col("group"), col("group"))
        .with_columns([
            rounded((col("budget_drift_mean") + col("calendar_drift_mean")) / lit(2.0))
                .alias("global_drift"),
            rounded((col("budget_floor") + col("calendar_floor")) / lit(2.0)).alias("floor_drift"),
            rounded((col("budget_before") + col("calendar_before")) / lit(2.0))
                .alias("global_before"),
            day(dates.as_of).alias("as_of"),
            lit(dates.editions.current.to_string()).alias("edition"),
            day(dates.editions.current.as_of()).alias("edition_on"),
            target.alias("target_drift"),
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

fn figures() -> Vec<Expr> {
    let stays = || col("due_to_leave").not();
    let known = |name: &str| col(name).count().cast(DataType::Int64);
    let both_drifts = col("budget_drift").is_not_null().and(col("calendar_drift").is_not_null());
    vec![
        col("ministry_label").sort(SortOptions::default()).first(),
        len().cast(DataType::Int64).alias("project_count"),
        known("cost_current").alias("cost_known_count"),
        both_drifts.cast(DataType::Int64).sum().alias("drift_known_count"),
        rounded(exact::sum(&col("cost_current"))).alias("cost_total"),
        rounded(exact::mean(&col("duration_current"))).alias("duration_mean"),
        rounded(exact::mean(&col("budget_drift"))).alias("budget_drift_mean"),
        rounded(exact::mean(&col("calendar_drift"))).alias("calendar_drift_mean"),
        rounded(col("budget_drift").median()).alias("budget_drift_median"),
        rounded(col("calendar_drift").median()).alias("calendar_drift_median"),
        ratio_of_sums("cost_current", "cost_initial").alias("budget_drift_sum"),
        ratio_of_sums("duration_current", "duration_initial").alias("calendar_drift_sum"),
        rounded(exact::mean(&col("budget_drift").filter(stays()))).alias("budget_floor"),
        rounded(exact::mean(&col("calendar_drift").filter(stays()))).alias("calendar_floor"),
        col("due_to_leave").cast(DataType::Int64).sum().alias("due_to_leave_count"),
    ]
}

/// On the projects where both are known, else the two sums would not speak of the same projects.
fn ratio_of_sums(current: &str, initial: &str) -> Expr {
    let both = || col(current).is_not_null().and(col(initial).is_not_null());
    let sum = |name: &str| exact::sum(&col(name).filter(both()));
    when(sum(initial).gt(lit(0.0)))
        .then(rounded(sum(current) / sum(initial) - lit(1.0)))
        .otherwise(lit(NULL))
}

/// The change of each mean since the previous edition, split exactly into what stayers, entrants
/// and leavers made of it: `(S1 - S0) + (M1 - S1) + (S0 - M0) = M1 - M0`, where `M` is the mean
/// before (0) and now (1), and `S` the same on the projects known at both.
fn moves(
    projects: &DataFrame,
    steps: &DataFrame,
    editions: EditionsInForce,
    group: &Expr,
) -> PolarsResult<LazyFrame> {
    let nothing = |name: &str| lit(NULL).cast(DataType::Float64).alias(name);
    let now = projects.clone().lazy().filter(col("in_panorama")).select([
        group.clone().alias("group"),
        col("project_id"),
        col("budget_drift").alias("budget_1"),
        col("calendar_drift").alias("calendar_1"),
        nothing("budget_0"),
        nothing("calendar_0"),
        lit(1_i64).alias("listed_1"),
        lit(0_i64).alias("listed_0"),
    ]);
    // Without a previous edition the comparison is with nobody, and everything stays missing.
    let before_on = editions.previous.map_or(NaiveDate::MIN, EditionId::as_of);
    let before = steps.clone().lazy().filter(col("edition_on").eq(day(before_on))).select([
        group.clone().alias("group"),
        col("project_id"),
        nothing("budget_1"),
        nothing("calendar_1"),
        col("budget_drift").alias("budget_0"),
        col("calendar_drift").alias("calendar_0"),
        lit(0_i64).alias("listed_1"),
        lit(1_i64).alias("listed_0"),
    ]);
    let pairs = concat([now, before], UnionArgs::default())?
        .group_by_stable([col("group"), col("project_id")])
        .agg([
            col("budget_1").max(),
            col("calendar_1").max(),
            col("budget_0").max(),
            col("calendar_0").max(),
            col("listed_1").max(),
            col("listed_0").max(),
        ]);
    let mut changes = vec![
        rounded(exact::mean(&col("budget_0"))).alias("budget_before"),
        rounded(exact::mean(&col("calendar_0"))).alias("calendar_before"),
    ];
    changes.extend(counts(editions.previous.is_some()));
    changes.extend(decomposition("budget"));
    changes.extend(decomposition("calendar"));
    Ok(pairs.group_by_stable([col("group")]).agg(changes))
}

fn counts(comparable: bool) -> [Expr; 3] {
    let listed = |now: i64, before: i64, name: &str| {
        let count = col("listed_1").eq(lit(now)).and(col("listed_0").eq(lit(before)));
        let count = count.cast(DataType::Int64).sum();
        let count = if comparable { count } else { lit(NULL).cast(DataType::Int64).first() };
        count.alias(name)
    };
    [listed(1, 1, "stayers_count"), listed(1, 0, "entrants_count"), listed(0, 1, "leavers_count")]
}

fn decomposition(measure: &str) -> [Expr; 3] {
    let now = format!("{measure}_1");
    let before = format!("{measure}_0");
    let both = col(now.as_str()).is_not_null().and(col(before.as_str()).is_not_null());
    let stayers_now = exact::mean(&col(now.as_str()).filter(both.clone()));
    let stayers_before = exact::mean(&col(before.as_str()).filter(both));
    let part = |expression: Expr, part: &str| {
        rounded(expression).alias(format!("{measure}_change_{part}").as_str())
    };
    [
        part(stayers_now.clone() - stayers_before.clone(), "stayers"),
        part(exact::mean(&col(now.as_str())) - stayers_now, "entrants"),
        part(stayers_before - exact::mean(&col(before.as_str())), "leavers"),
    ]
}
