//! The frame of projects: those of the edition in force, and those that earlier editions list and it
//! does not.

use chrono::{Datelike, NaiveDate};
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::lazy::dsl::max_horizontal;
use polars::prelude::{
    DataType, Expr, IntoLazy, JoinArgs, JoinType, LazyFrame, NULL, SortMultipleOptions, UnionArgs,
    coalesce, col, cols, concat, lit, when,
};

use super::columns::{day, typed};
use super::dictionary::{Dictionary, PASTS};
use super::editions::EditionsInForce;
use super::steps::{DAYS_PER_MONTH, drift, rounded};
use super::{columns, follow_up, gathered, steps};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::subject::SubjectKind;

pub(super) const MONTHS_PER_YEAR: f64 = 12.0;

pub(super) fn projects(
    (portfolio, dictionary): (&Portfolio, &Dictionary),
    history: &DataFrame,
    editions: EditionsInForce,
    as_of: NaiveDate,
) -> PolarsResult<DataFrame> {
    measured((portfolio, dictionary), history, editions, as_of)?
        .sort(["project_id"], SortMultipleOptions::default())
        .select(dictionary.fields_of(SubjectKind::Project).map(typed).collect::<Vec<_>>())
        .collect()
}

/// One row per project, with every field of the dictionary and what some are computed from.
pub(super) fn measured(
    (portfolio, dictionary): (&Portfolio, &Dictionary),
    history: &DataFrame,
    editions: EditionsInForce,
    as_of: NaiveDate,
) -> PolarsResult<LazyFrame> {
    let facts = columns::facts(portfolio, as_of, dictionary.facts(), dictionary)?
        .lazy()
        // The steps already hold the baseline in force.
        .drop(cols(["cost_initial", "duration_initial", "baseline_on"]));
    let mut rows =
        listed_and_left(history, editions)?.left_join(facts, col("project_id"), col("project_id"));
    let gathered = gathered::gathered(portfolio, dictionary, as_of)?;
    for measures in follow_up::measures(portfolio, as_of)?.into_iter().chain(gathered) {
        rows = rows.left_join(measures, col("project_id"), col("project_id"));
    }
    let changes = columns::changes(&portfolio.facts, as_of, *PASTS)?.lazy();
    let pasts = [
        steps::early_growth(history),
        steps::histories(history),
        steps::a_year_ago(history, as_of),
        changes,
    ];
    for past in pasts {
        rows = rows.left_join(past, col("project_id"), col("project_id"));
    }
    let lists_supplied = portfolio.watches.iter().any(|watch| watch.since <= as_of);
    let causes_supplied = portfolio.declared_causes.iter().any(|cause| cause.declared_on <= as_of);
    let measured = with_measures(rows, editions, as_of, lists_supplied)?;
    Ok(if causes_supplied { measured.with_columns(no_cause()) } else { measured })
}

/// Where a register of causes is kept, a project that it does not name has none.
fn no_cause() -> [Expr; 3] {
    [
        col("causes_declared").fill_null(lit(0_i64)),
        col("causes_declared_list").fill_null(lit("")),
        col("causes_declared_levels").fill_null(lit("")),
    ]
}

fn listed_and_left(steps: &DataFrame, editions: EditionsInForce) -> PolarsResult<LazyFrame> {
    let at = |edition: NaiveDate| steps.clone().lazy().filter(col("edition_on").eq(day(edition)));
    let presence =
        |listed: bool| [lit(listed).alias("in_panorama"), lit(!listed).alias("has_left")];
    let listed = at(editions.current.as_of());
    let former = steps.clone().lazy().filter(col("edition_on").lt(day(editions.current.as_of())));
    let last = former.clone().group_by([col("project_id")]).agg([col("edition_on").max()]);
    let by = [col("project_id"), col("edition_on")];
    let left = former
        .join(last, by.clone(), by, JoinArgs::new(JoinType::Semi))
        .anti_join(listed.clone(), col("project_id"), col("project_id"))
        .with_columns(presence(false));
    concat([listed.with_columns(presence(true)), left], UnionArgs::default())
}

fn with_measures(
    rows: LazyFrame,
    editions: EditionsInForce,
    as_of: NaiveDate,
    lists_supplied: bool,
) -> PolarsResult<LazyFrame> {
    let reported = ["facts_on", "milestones_on", "contracts_on"].map(col);
    let measured = rows
        .with_columns([
            coalesce(&[col("cost_decided"), col("cost_initial")]).alias("cost_rebaselined"),
            coalesce(&[col("duration_decided"), col("duration_initial")])
                .alias("duration_rebaselined"),
            max_horizontal(reported)?.alias("follow_up_on"),
            day(as_of).alias("as_of"),
        ])
        .with_columns([
            drift("cost_current", "cost_rebaselined").alias("budget_drift_latest"),
            drift("duration_current", "duration_rebaselined").alias("calendar_drift_latest"),
            remaining_months(as_of).alias("remaining_months"),
            days_since("figures_on", as_of).alias("data_age_days"),
            days_since("follow_up_on", as_of).alias("follow_up_age_days"),
            due_to_leave(day(leaving_by(editions.current))).alias("due_to_leave"),
            exit_explained().alias("exit_explained"),
            campaign_reply().alias("campaign_reply"),
        ])
        .with_columns([
            cpi().alias("cpi"),
            spi().alias("spi"),
            funding_months().alias("funding_months"),
        ])
        .with_columns(listing(lists_supplied));
    Ok(measured)
}

pub(super) fn days_since(date: &str, as_of: NaiveDate) -> Expr {
    day(as_of).cast(DataType::Int64) - col(date).cast(DataType::Int64)
}

pub(super) fn remaining_months(as_of: NaiveDate) -> Expr {
    let days = col("forecast_end_on").cast(DataType::Int64) - day(as_of).cast(DataType::Int64);
    rounded(days.cast(DataType::Float64) / lit(DAYS_PER_MONTH))
}

/// What is earned for what is spent.
pub(super) fn cpi() -> Expr {
    ratio(col("progress_pct") * col("cost_current"), "spent_to_date")
}

pub(super) fn spi() -> Expr {
    ratio(col("progress_pct"), "planned_progress_pct")
}

/// How far the credits go.
pub(super) fn funding_months() -> Expr {
    let to_pay = col("cost_current") - col("spent_to_date");
    ratio(to_pay * lit(MONTHS_PER_YEAR), "credits_secured_12m")
}

/// Missing rather than infinite.
fn ratio(part: Expr, whole: &str) -> Expr {
    when(col(whole).gt(lit(0.0)))
        .then(rounded(part / col(whole)))
        .otherwise(lit(NULL))
        .cast(DataType::Float64)
}

/// The end of the year that follows the edition's: the panorama announces departures until then.
pub fn leaving_by(edition: EditionId) -> NaiveDate {
    let next_year = edition.as_of().year() + 1;
    NaiveDate::from_ymd_opt(next_year, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// Whether a project is expected to leave by a date.
pub(super) fn due_to_leave(by: Expr) -> Expr {
    col("expected_exit_on").lt_eq(by).fill_null(lit(false))
}

/// What the project did with the last campaign.
fn campaign_reply() -> Expr {
    when(col("campaign_closes_on").is_null())
        .then(lit("not_asked"))
        .when(col("campaign_answered_on").gt(col("campaign_closes_on")))
        .then(lit("late"))
        .when(col("campaign_answered_on").is_not_null())
        .then(lit("on_time"))
        .when(col("as_of").gt(col("campaign_closes_on")))
        .then(lit("silent"))
        .otherwise(lit("awaited"))
}

fn exit_explained() -> Expr {
    let ended = when(col("phase").is_null())
        .then(lit(false))
        .otherwise(col("phase").eq(lit("completed")).or(col("phase").eq(lit("stopped"))));
    col("exit_reason").is_not_null().or(ended)
}

fn listing(lists_supplied: bool) -> Vec<Expr> {
    let lists = ["watch_closing", "watch_recurrent", "watch_reframing", "watch_heightened"];
    if !lists_supplied {
        return vec![lit(NULL).cast(DataType::Boolean).alias("listed")];
    }
    lists
        .into_iter()
        .map(|list| col(list).fill_null(lit(false)))
        .chain([col("listed_on").is_not_null().alias("listed")])
        .collect()
}
