//! Writes CSV as Excel in French opens it by a double click, with no formula in it.

use chrono::{NaiveDate, TimeDelta};
use csv::Terminator;
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};

use super::error::ExportError;
use super::frame_columns::shown_moment;
use super::sheet_contents::SheetContents;

/// By which Excel knows UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) fn excel_csv(
    contents: &SheetContents,
    frame: &DataFrame,
) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .from_writer(MARK.to_vec());
    writer.write_record(contents.heads.iter().map(|head| head.header.as_str()))?;
    let columns: Vec<_> = frame.columns().iter().map(Column::as_materialized_series).collect();
    let mut cells: Vec<_> = columns.iter().map(|column| column.iter()).collect();
    for _ in 0..frame.height() {
        let row = cells.iter_mut().map(|cells| cells.next().map(cell).unwrap_or_default());
        writer.write_record(row.collect::<Vec<_>>())?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "frames hold the dictionary's five kinds")]
fn cell(value: AnyValue<'_>) -> String {
    match value {
        AnyValue::Boolean(flag) => if flag { "oui" } else { "non" }.to_owned(),
        AnyValue::Int64(count) => count.to_string(),
        AnyValue::Float64(number) => number.to_string().replace('.', ","),
        AnyValue::Date(days) => NaiveDate::default()
            .checked_add_signed(TimeDelta::days(days.into()))
            .map(|date| date.format("%d/%m/%Y").to_string())
            .unwrap_or_default(),
        AnyValue::Datetime(milliseconds, ..) => shown_moment(milliseconds)
            .map(|moment| moment.format("%d/%m/%Y %H:%M").to_string())
            .unwrap_or_default(),
        AnyValue::String(text) => defused(text),
        AnyValue::StringOwned(text) => defused(text.as_str()),
        _ => String::new(),
    }
}

/// An apostrophe before what Excel would compute makes it a text.
fn defused(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    let is_formula = matches!(
        first,
        Some(
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
        )
    );
    if is_formula { format!("'{text}") } else { text.to_owned() }
}
