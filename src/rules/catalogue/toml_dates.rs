//! Dates in the TOML of a catalogue.

use chrono::NaiveDate;

use crate::domain::plausible;

/// The day of a date.
///
/// # Errors
/// Says what was found and what was expected.
pub(in crate::rules) fn date(datetime: &toml::value::Datetime) -> Result<NaiveDate, String> {
    day(&datetime.to_string())
}

/// The day that a text gives.
///
/// # Errors
/// Says what was found and what was expected.
pub(in crate::rules) fn day(text: &str) -> Result<NaiveDate, String> {
    plausible::date(text).map_err(|expected| format!("found `{text}`, expected {expected}"))
}
