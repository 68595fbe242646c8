//! One row per project and edition: drifts, and changes since the project's previous edition.

use std::ops::Range;

use chrono::{Months, NaiveDate};
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{
    Column, DataType, Expr, Field, FillNullStrategy, IntoColumn, IntoLazy, LazyFrame, ListChunked,
    NULL, RoundMode, Schema, SortMultipleOptions, StringChunked, coalesce, col, len, lit, when,
};

use super::dictionary::{EDITIONS, built_in};
use super::{columns, series};
use crate::domain::portfolio::published::Portfolio;

/// The panorama is published every six months: thresholds on what changed from one edition to the next are meant for a
/// step of this length, and a longer one is brought to it.
pub(super) const STEP_MONTHS: f64 = 6.0;

/// A step counts as a budgetary slip when the cost rose by more than this share of itself, per six months.
pub(super) const SLIP_COST_RATIO: f64 = 0.05;

/// A step counts as a calendar slip when the duration rose by more than this, per six months.
pub(super) const SLIP_MONTHS: f64 = 3.0;

/// A year after the baseline.
const EARLY_DAYS: i64 = 366;

/// Mean length of a month of the Gregorian calendar.
pub(super) const DAYS_PER_MONTH: f64 = 30.436_875;

/// Shares are rounded to a billionth: `11 / 10 - 1` is then exactly 10 %, on the threshold and not above.
pub(super) const DECIMALS: u32 = 9;

pub(super) fn steps(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<DataFrame> {
    let snapshots = snapshots(portfolio, as_of)?;
    let declarable = built_in().facts().filter(|field| field.declarable);
    let facts = columns::facts(portfolio, as_of, declarable, built_in())?.lazy();
    let declared =
        facts.select(std::iter::once(col("project_id")).chain(declared()).collect::<Vec<_>>());
    let joined = snapshots
        .clone()
        .left_join(firsts(snapshots), col("project_id"), col("project_id"))
        .left_join(declared, col("project_id"), col("project_id"));
    with_changes(with_drifts(with_baseline(joined)))?
        .sort(["project_id", "edition_on"], SortMultipleOptions::default())
        .collect()
}

/// What the editions published by `as_of` give, by project then edition.
pub(super) fn snapshots(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let past: Vec<_> =
        portfolio.snapshots.iter().filter(|snapshot| snapshot.edition.as_of() <= as_of).collect();
    let rows = columns::snapshots(&past)?
        .lazy()
        .sort(["project_id", "edition_on"], SortMultipleOptions::default())
        .with_columns([
            col("edition_on").dt().strftime("%Y-%m").alias("edition"),
            forecast_end().alias("forecast_end_on"),
        ]);
    Ok(rows)
}

/// Declared figures, under the names that `with_baseline` reads.
pub(super) fn declared() -> [Expr; 3] {
    [
        col("cost_initial").alias("cost_declared"),
        col("duration_initial").alias("duration_declared"),
        col("baseline_on").alias("baseline_declared_on"),
    ]
}

/// What the cost had become by the last edition of the year after the baseline, for projects whose
/// initial cost was declared.
pub(super) fn early_growth(steps: &DataFrame) -> LazyFrame {
    let age = || col("edition_on").cast(DataType::Int64) - col("baseline_on").cast(DataType::Int64);
    let in_the_year = age().gt_eq(lit(0)).and(age().lt_eq(lit(EARLY_DAYS)));
    steps
        .clone()
        .lazy()
        .filter(
            col("cost_baseline_source")
                .eq(lit("declared"))
                .and(col("budget_drift").is_not_null())
                .and(in_the_year),
        )
        .group_by_stable([col("project_id")])
        .agg([col("budget_drift").last().alias("early_cost_growth")])
}

/// Each figure of each project across its editions, as one text.
pub(super) fn histories(steps: &DataFrame) -> LazyFrame {
    let figures = [
        ("cost_current", "cost_history"),
        ("duration_current", "duration_history"),
        ("budget_drift", "budget_drift_history"),
        ("calendar_drift", "calendar_drift_history"),
    ];
    let lists = figures.map(|(figure, history)| col(figure).alias(history));
    let text = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::String));
    let texts = figures.map(|(_, history)| col(history).map(|column| in_one_text(&column), text));
    let editions = col("edition").alias(EDITIONS);
    let joined = col(EDITIONS).map(|column| words_in_one_text(&column), text);
    let of_project = steps.clone().lazy().group_by_stable([col("project_id")]);
    let listed = of_project.agg(lists.into_iter().chain([editions]).collect::<Vec<_>>());
    listed.with_columns(texts).with_column(joined)
}

/// What each project was a year before a date. A figure that the edition of then did not give is taken from the latest one
/// before that gave it, as `with_changes` does.
pub(super) fn a_year_ago(steps: &DataFrame, as_of: NaiveDate) -> LazyFrame {
    let then = as_of.checked_sub_months(Months::new(12)).unwrap_or(NaiveDate::MIN);
    let figures = [
        ("cost_current", "cost_year_ago"),
        ("duration_current", "duration_year_ago"),
        ("forecast_end_on", "forecast_end_year_ago"),
        ("budget_drift", "budget_drift_year_ago"),
        ("calendar_drift", "calendar_drift_year_ago"),
    ];
    let known = figures.map(|(figure, former)| col(figure).drop_nulls().last().alias(former));
    let phase = col("phase").last().alias("phase_year_ago");
    let rows = steps.clone().lazy().filter(col("edition_on").lt_eq(columns::day(then)));
    let of_project = rows.group_by_stable([col("project_id")]);
    of_project.agg(known.into_iter().chain([phase]).collect::<Vec<_>>())
}

/// A list of figures per row, as a text per row.
fn in_one_text(column: &Column) -> PolarsResult<Column> {
    let lists = column.list()?.rechunk();
    let figures = lists.get_inner().f64()?.rechunk().into_owned();
    let text = |places: Range<usize>| series::write(places.map(|place| figures.get(place)));
    Ok(by_list(&lists, text).with_name(column.name().clone()).into_column())
}

/// A list of words per row, as a text per row.
fn words_in_one_text(column: &Column) -> PolarsResult<Column> {
    let lists = column.list()?.rechunk();
    let words = lists.get_inner().str()?.rechunk().into_owned();
    let text = |places: Range<usize>| {
        Some(places.filter_map(|place| words.get(place)).collect::<Vec<_>>().join(" "))
    };
    Ok(by_list(&lists, text).with_name(column.name().clone()).into_column())
}

/// What is made of each list, given the places of its items among those of all lists.
fn by_list(lists: &ListChunked, made_of: impl Fn(Range<usize>) -> Option<String>) -> StringChunked {
    let places = lists.downcast_iter().flat_map(|chunk| chunk.offsets().offset_and_length_iter());
    places.map(|(from, length)| made_of(from..from + length)).collect()
}

pub(super) fn forecast_end() -> Expr {
    let days = (col("duration_current") * lit(DAYS_PER_MONTH))
        .round(0, RoundMode::HalfAwayFromZero)
        .cast(DataType::Int32);
    (col("start_on").cast(DataType::Int32) + days).cast(DataType::Date)
}

/// What the first editions said of each project.
pub(super) fn firsts(snapshots: LazyFrame) -> LazyFrame {
    let first_known = |figure: &str| col(figure).drop_nulls().first();
    let date_of_first_known =
        |figure: &str| col("edition_on").filter(col(figure).is_not_null()).first();
    let edition_of_first_known =
        |figure: &str| col("edition").filter(col(figure).is_not_null()).first();
    snapshots.group_by_stable([col("project_id")]).agg([
        first_known("cost_current").alias("cost_first"),
        first_known("duration_current").alias("duration_first"),
        date_of_first_known("cost_current").alias("cost_first_on"),
        date_of_first_known("duration_current").alias("duration_first_on"),
        edition_of_first_known("cost_current").alias("cost_first_edition"),
        edition_of_first_known("duration_current").alias("duration_first_edition"),
        col("edition").first().alias("first_edition"),
        len().cast(DataType::Int64).alias("editions_seen"),
        col("edition_on")
            .filter(col("cost_current").is_not_null().or(col("duration_current").is_not_null()))
            .last()
            .alias("figures_on"),
    ])
}

pub(super) fn with_baseline(rows: LazyFrame) -> LazyFrame {
    let source = |declared: &str, first: &str| {
        when(col(declared).is_not_null())
            .then(lit("declared"))
            .when(col(first).is_not_null())
            .then(lit("first_edition"))
            .otherwise(lit(NULL))
            .cast(DataType::String)
    };
    let edition = |declared: &str, first: &str| {
        when(col(declared).is_null()).then(col(first)).otherwise(lit(NULL)).cast(DataType::String)
    };
    rows.with_columns([
        coalesce(&[col("cost_declared"), col("cost_first")]).alias("cost_initial"),
        coalesce(&[col("duration_declared"), col("duration_first")]).alias("duration_initial"),
        source("cost_declared", "cost_first").alias("cost_baseline_source"),
        source("duration_declared", "duration_first").alias("duration_baseline_source"),
        edition("cost_declared", "cost_first_edition").alias("cost_baseline_edition"),
        edition("duration_declared", "duration_first_edition").alias("duration_baseline_edition"),
        when(col("cost_declared").is_not_null().or(col("duration_declared").is_not_null()))
            .then(col("baseline_declared_on"))
            .otherwise(coalesce(&[col("cost_first_on"), col("duration_first_on")]))
            .alias("baseline_on"),
    ])
}

pub(super) fn with_drifts(rows: LazyFrame) -> LazyFrame {
    rows.with_columns([
        drift("cost_current", "cost_initial").alias("budget_drift"),
        drift("duration_current", "duration_initial").alias("calendar_drift"),
    ])
}

/// `current / reference - 1`; missing when either is, or when the reference is nothing.
pub(super) fn drift(current: &str, reference: &str) -> Expr {
    when(col(reference).gt(lit(0.0)))
        .then(rounded(col(current) / col(reference) - lit(1.0)))
        .otherwise(lit(NULL))
        .cast(DataType::Float64)
}

pub(super) fn difference(current: &str, reference: &str) -> Expr {
    rounded(col(current) - col(reference))
}

pub(super) fn rounded(expression: Expr) -> Expr {
    expression.round(DECIMALS, RoundMode::HalfToEven)
}

/// A figure that the previous edition did not give is taken from the latest one before that gave
/// it: a rise must not hide behind an edition that withheld it.
fn with_changes(rows: LazyFrame) -> PolarsResult<LazyFrame> {
    let of_project = [col("project_id")];
    let previous = |name: &str| col(name).shift(lit(1)).over(&of_project);
    let last_known = |name: &str| {
        let filled = col(name).fill_null_with_strategy(FillNullStrategy::Forward(None));
        filled.shift(lit(1)).over(&of_project)
    };
    // The edition of that latest figure, which is not always the previous edition.
    let last_given = |name: &str| {
        let given = when(col(name).is_not_null()).then(col("edition_on")).otherwise(lit(NULL));
        let filled = given.fill_null_with_strategy(FillNullStrategy::Forward(None));
        filled.shift(lit(1)).over(&of_project)
    };
    let changed = rows
        .with_columns([
            previous("edition")?.alias("previous_edition"),
            previous("phase")?.alias("phase_previous"),
            last_known("cost_current")?.alias("cost_previous"),
            last_known("duration_current")?.alias("duration_previous"),
            last_known("forecast_end_on")?.alias("forecast_end_previous"),
            last_given("cost_current")?.alias("cost_previous_on"),
            last_given("duration_current")?.alias("duration_previous_on"),
            last_given("forecast_end_on")?.alias("forecast_end_given_on"),
        ])
        .with_columns([
            edition_of("cost_previous_on").alias("cost_previous_edition"),
            edition_of("duration_previous_on").alias("duration_previous_edition"),
            edition_of("forecast_end_given_on").alias("forecast_end_previous_edition"),
            months_since("cost_previous_on").alias("cost_step_months"),
            months_since("duration_previous_on").alias("duration_step_months"),
            months_since("forecast_end_given_on").alias("end_step_months"),
        ])
        .with_columns([
            drift("cost_previous", "cost_initial").alias("budget_drift_previous"),
            drift("duration_previous", "duration_initial").alias("calendar_drift_previous"),
            drift("cost_current", "cost_previous").alias("cost_change"),
            difference("cost_current", "cost_previous").alias("cost_change_meur"),
            difference("duration_current", "duration_previous").alias("duration_change_months"),
            end_shift().alias("end_shift_days"),
        ])
        .with_columns([
            pace(col("cost_change"), col("cost_step_months")).alias("cost_change_pace"),
            pace(col("duration_change_months"), col("duration_step_months"))
                .alias("duration_change_pace"),
            pace_in_days(col("end_step_months")).alias("end_shift_pace"),
        ])
        .with_columns([
            difference("budget_drift", "budget_drift_previous").alias("budget_drift_change"),
            difference("calendar_drift", "calendar_drift_previous").alias("calendar_drift_change"),
            slips(col("cost_change_pace").gt(lit(SLIP_COST_RATIO)), &of_project)?
                .alias("budget_slips"),
            slips(col("duration_change_pace").gt(lit(SLIP_MONTHS)), &of_project)?
                .alias("calendar_slips"),
        ]);
    Ok(changed)
}

fn edition_of(date: &str) -> Expr {
    col(date).cast(DataType::Date).dt().strftime("%Y-%m")
}

/// Months from an earlier edition to this one; editions are dated on the first of their month.
fn months_since(date: &str) -> Expr {
    let months = |on: Expr| {
        let day = on.cast(DataType::Date);
        day.clone().dt().year().cast(DataType::Int64) * lit(12_i64)
            + day.dt().month().cast(DataType::Int64)
    };
    months(col("edition_on")) - months(col(date))
}

pub(super) fn end_shift() -> Expr {
    col("forecast_end_on").cast(DataType::Int64)
        - col("forecast_end_previous").cast(DataType::Int64)
}

/// What a change over a step comes to in six months: `change × 6 / max(6, months)`. A shorter step, or one of unknown
/// length, counts as one of six months: its change is not made larger than it is.
pub(super) fn pace(change: Expr, months: Expr) -> Expr {
    rounded(change * lit(STEP_MONTHS) / longer(months))
}

/// The pace of `end_shift_days`, in whole days.
pub(super) fn pace_in_days(months: Expr) -> Expr {
    let days = col("end_shift_days").cast(DataType::Float64) * lit(STEP_MONTHS) / longer(months);
    days.round(0, RoundMode::HalfAwayFromZero).cast(DataType::Int64)
}

fn longer(months: Expr) -> Expr {
    let months = months.cast(DataType::Float64);
    when(months.clone().gt(lit(STEP_MONTHS))).then(months).otherwise(lit(STEP_MONTHS))
}

/// Slips up to and including this edition.
fn slips(slipped: Expr, of_project: &[Expr]) -> PolarsResult<Expr> {
    slipped.fill_null(lit(false)).cast(DataType::Int64).cum_sum(false).over(of_project)
}
