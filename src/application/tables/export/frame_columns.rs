//! Makes columns of a frame from rows, one cell of each.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Europe::Paris;
use polars::error::PolarsError;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom as _, Series, TimeUnit};

pub(super) fn whole(columns: Vec<Column>) -> Result<DataFrame, PolarsError> {
    DataFrame::new_infer_height(columns)
}

pub(super) fn text<T>(name: &str, rows: &[T], of: &dyn Fn(&T) -> Option<String>) -> Column {
    let cells: Vec<Option<String>> = rows.iter().map(of).collect();
    Series::new(name.into(), cells).into()
}

pub(super) fn number<T>(name: &str, rows: &[T], of: &dyn Fn(&T) -> Option<f64>) -> Column {
    let cells: Vec<Option<f64>> = rows.iter().map(of).collect();
    Series::new(name.into(), cells).into()
}

pub(super) fn count<T>(name: &str, rows: &[T], of: &dyn Fn(&T) -> Option<i64>) -> Column {
    let cells: Vec<Option<i64>> = rows.iter().map(of).collect();
    Series::new(name.into(), cells).into()
}

pub(super) fn flag<T>(name: &str, rows: &[T], of: &dyn Fn(&T) -> Option<bool>) -> Column {
    let cells: Vec<Option<bool>> = rows.iter().map(of).collect();
    Series::new(name.into(), cells).into()
}

pub(super) fn date<T>(
    name: &str,
    rows: &[T],
    of: &dyn Fn(&T) -> Option<NaiveDate>,
) -> Result<Column, PolarsError> {
    let days = |date: NaiveDate| date.signed_duration_since(NaiveDate::default()).num_days();
    let days = |row| of(row).and_then(|date| i32::try_from(days(date)).ok());
    let cells: Vec<Option<i32>> = rows.iter().map(days).collect();
    Ok(Series::new(name.into(), cells).cast(&DataType::Date)?.into())
}

/// Instants as clocks in Paris show them.
pub(super) fn moment<T>(
    name: &str,
    rows: &[T],
    of: &dyn Fn(&T) -> Option<DateTime<Utc>>,
) -> Result<Column, PolarsError> {
    let shown = |at: DateTime<Utc>| at.with_timezone(&Paris).naive_local().and_utc();
    let cells: Vec<Option<i64>> =
        rows.iter().map(|row| of(row).map(|at| shown(at).timestamp_millis())).collect();
    let instants = DataType::Datetime(TimeUnit::Milliseconds, None);
    Ok(Series::new(name.into(), cells).cast(&instants)?.into())
}

/// What a clock in Paris shows at a cell of `moment`.
pub(super) fn shown_moment(milliseconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_millis(milliseconds).map(|at| at.naive_utc())
}
