//! Values in French, as rules and evidence show them: numbers with their unit, and words such as
//! phases by their label.

use chrono::Datelike;

use crate::domain::level::Level;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::value::Value;
pub(in crate::rules) use crate::domain::value::float;
use crate::frame::dictionary::Unit;
use crate::frame::series;
use crate::support::french;

pub(in crate::rules) use crate::support::french::{
    date, meur as millions, month_and_year as month, months, percent_at_most as percentage, points,
};

/// For example `120 jours`.
pub(in crate::rules) fn days(count: f64) -> String {
    let word = if count.abs() < 2.0 { "jour" } else { "jours" };
    format!("{}{}{word}", tenths(count), french::THIN)
}

/// With at most three decimals, without trailing zeros.
pub(in crate::rules) fn number(value: f64) -> String {
    french::decimal_at_most(value, 3)
}

pub(in crate::rules) fn integer(value: i64) -> String {
    french::integer(value)
}

pub(in crate::rules) fn boolean(value: bool) -> &'static str {
    if value { "oui" } else { "non" }
}

/// A value as evidence shows it: numbers with their unit, the first day of a month as a month,
/// phases by their label.
pub fn value(value: &Value, unit: Unit) -> String {
    let figure = match value {
        Value::Bool(held) => return boolean(*held).to_owned(),
        // A text with a unit is a series of numbers, one per edition.
        Value::Text(text) if unit != Unit::None => return edition_series(text, unit),
        Value::Text(text) => {
            return match text.parse::<Phase>() {
                Ok(phase) => phase.label().to_owned(),
                Err(_) => text.clone(),
            };
        }
        Value::Date(day) if day.day() == 1 => return month(*day),
        Value::Date(day) => return date(*day),
        Value::Int(count) if unit == Unit::None || unit == Unit::Count => return integer(*count),
        Value::Int(count) => float(*count),
        Value::Float(figure) => *figure,
    };
    match unit {
        Unit::None | Unit::Count => number(figure),
        Unit::Ratio => percentage(figure),
        Unit::Points => points(figure),
        Unit::Meur => millions(figure),
        Unit::MeurPerYear => format!("{} par an", millions(figure)),
        Unit::Months => months(figure),
        Unit::Days => days(figure),
        Unit::Fte => format!("{}{}ETP", tenths(figure), french::THIN),
    }
}

fn edition_series(figures: &str, unit: Unit) -> String {
    let shown = series::read(figures)
        .map(|figure| figure.map_or("—".to_owned(), |one| value(&Value::Float(one), unit)));
    shown.collect::<Vec<_>>().join(", puis ")
}

pub(in crate::rules) fn level(level: Level) -> String {
    level.label().to_lowercase()
}

fn tenths(value: f64) -> String {
    french::decimal_at_most(value, 1)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_shown_without_trailing_zeros() {
        let shown = [days(1.0), days(1200.0), number(0.1 + 0.2), number(-1234.5), integer(-12)];
        assert_eq!(
            shown.map(|text| text.replace(french::THIN, " ")),
            ["1 jour", "1 200 jours", "0,3", "−1 234,5", "−12"].map(str::to_owned)
        );
    }

    #[test]
    fn evidence_shows_a_value_by_its_unit() {
        let shown = [
            value(&Value::Float(0.42), Unit::Ratio),
            value(&Value::Int(120), Unit::Days),
            value(&Value::Text("build".to_owned()), Unit::None),
            value(&Value::Date(day("2020-11-01")), Unit::None),
            value(&Value::Bool(true), Unit::None),
            value(&Value::Float(2.0), Unit::Fte),
            value(&Value::Text("0.1 - 0.25".to_owned()), Unit::Ratio),
        ];
        assert_eq!(
            shown.map(|text| text.replace(french::THIN, " ")),
            [
                "42 %",
                "120 jours",
                "Conception / Réalisation",
                "novembre 2020",
                "oui",
                "2 ETP",
                "10 %, puis —, puis 25 %",
            ]
            .map(str::to_owned)
        );
    }
}
