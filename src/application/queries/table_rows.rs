//! Converts frames to plain rows, so that callers need not know Polars.

use polars::frame::DataFrame;
use polars::prelude::AnyValue;
use serde_json::{Map, Number, Value as Json};

use crate::application::ApplicationError;

/// One row of a frame by field, missing values as `null`, dates as `YYYY-MM-DD`.
pub type TableRow = Map<String, Json>;

pub(in crate::application) fn rows(frame: &DataFrame) -> Result<Vec<TableRow>, ApplicationError> {
    let mut rows = vec![TableRow::new(); frame.height()];
    for column in frame.columns() {
        let name = column.name().as_str();
        for (index, row) in rows.iter_mut().enumerate() {
            let cell = column.get(index).map_err(ApplicationError::Table)?;
            row.insert(name.to_owned(), json(&cell));
        }
    }
    Ok(rows)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "frames hold the dictionary's five kinds")]
fn json(cell: &AnyValue<'_>) -> Json {
    if let AnyValue::Date(days) = cell {
        let date = chrono::NaiveDate::default()
            .checked_add_signed(chrono::TimeDelta::days(i64::from(*days)));
        return date.map_or(Json::Null, |date| Json::String(date.to_string()));
    }
    match cell {
        AnyValue::Boolean(flag) => Json::Bool(*flag),
        AnyValue::Int64(number) => Json::Number(Number::from(*number)),
        AnyValue::Float64(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        AnyValue::String(text) => Json::String((*text).to_owned()),
        AnyValue::StringOwned(text) => Json::String(text.to_string()),
        _ => Json::Null,
    }
}
