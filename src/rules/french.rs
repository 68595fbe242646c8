//! Figures and dates as people read them in French.
//!
//! A narrow no-break space (U+202F) groups thousands and stands before units; the decimal mark is
//! a comma, and the minus sign is U+2212.

use chrono::Datelike;
use chrono::NaiveDate;

use crate::domain::level::Level;
use crate::domain::snapshot::Phase;
use crate::domain::value::Value;
use crate::frame::dictionary::Unit;

const NARROW: char = '\u{202f}';

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `0.284` is `28,4 %`.
pub(super) fn percentage(ratio: f64) -> String {
    format!("{}{NARROW}%", decimals(ratio * 100.0, 1))
}

/// `0.032` is `+3,2 points`.
pub(super) fn points(difference: f64) -> String {
    let figure = decimals(difference * 100.0, 1);
    let sign = if difference > 0.0 && figure != "0,0" { "+" } else { "" };
    let word = if difference.abs() < 0.02 { "point" } else { "points" };
    format!("{sign}{figure}{NARROW}{word}")
}

/// `1860.0` is `1 860,0 M€`.
pub(super) fn millions(meur: f64) -> String {
    format!("{}{NARROW}M€", decimals(meur, 1))
}

/// `14.0` is `14 mois`, `14.5` is `14,5 mois`.
pub(super) fn months(count: f64) -> String {
    format!("{}{NARROW}mois", tenths(count))
}

/// `120` is `120 jours`.
pub(super) fn days(count: f64) -> String {
    let word = if count.abs() < 2.0 { "jour" } else { "jours" };
    format!("{}{NARROW}{word}", tenths(count))
}

/// `2020-11-01` is `1er novembre 2020`.
pub(super) fn date(date: NaiveDate) -> String {
    let ordinal = if date.day() == 1 { "er" } else { "" };
    format!("{}{ordinal} {}", date.day(), month(date))
}

/// `2020-11-15` is `novembre 2020`.
pub(super) fn month(date: NaiveDate) -> String {
    let name = usize::try_from(date.month0()).ok().and_then(|index| MONTHS.get(index));
    format!("{} {}", name.unwrap_or(&""), date.year())
}

/// At most three decimals, none of them a trailing zero.
pub(super) fn number(value: f64) -> String {
    trimmed(&decimals(value, 3))
}

pub(super) fn integer(value: i64) -> String {
    grouped(&value.to_string())
}

pub(super) fn boolean(value: bool) -> &'static str {
    if value { "oui" } else { "non" }
}

/// A value as evidence shows it: figures by their unit, a first of the month as a month, words of
/// ours (a phase) by their label.
pub(super) fn value(value: &Value, unit: Unit) -> String {
    let figure = match value {
        Value::Bool(held) => return boolean(*held).to_owned(),
        Value::Text(text) => {
            return match Phase::from_word(text) {
                Some(phase) => phase.label().to_owned(),
                None => text.clone(),
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
        Unit::Fte => format!("{}{NARROW}ETP", tenths(figure)),
    }
}

pub(super) fn level(level: Level) -> String {
    level.label().to_lowercase()
}

/// Whole numbers of rules and frames are far below 2^53, where a float stops being exact.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "see above")]
pub(super) fn float(count: i64) -> f64 {
    count as f64
}

fn tenths(value: f64) -> String {
    trimmed(&decimals(value, 1))
}

fn trimmed(figure: &str) -> String {
    if figure.contains(',') {
        return figure.trim_end_matches('0').trim_end_matches(',').to_owned();
    }
    figure.to_owned()
}

fn decimals(value: f64, places: usize) -> String {
    let plain = format!("{value:.places$}");
    let is_zero = plain.chars().all(|digit| matches!(digit, '-' | '0' | '.'));
    grouped(if is_zero { plain.trim_start_matches('-') } else { &plain })
}

/// Takes a plain figure such as `-1860.0`.
fn grouped(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("\u{2212}", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(NARROW);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(',');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn figures_read_as_in_a_french_report() {
        let shown = [
            percentage(0.284),
            percentage(-0.0004),
            points(0.032),
            points(-0.082),
            points(0.0),
            millions(1860.0),
            millions(12.34),
            months(14.0),
            months(14.55),
            days(1.0),
            days(1200.0),
            number(0.1 + 0.2),
            number(-1234.5),
            integer(1_234_567),
        ];
        let expected = [
            "28,4 %",
            "0,0 %",
            "+3,2 points",
            "−8,2 points",
            "0,0 point",
            "1 860,0 M€",
            "12,3 M€",
            "14 mois",
            "14,6 mois",
            "1 jour",
            "1 200 jours",
            "0,3",
            "−1 234,5",
            "1 234 567",
        ];
        let narrow = |text: &str| text.replace(NARROW, " ");
        assert_eq!(shown.map(|text| narrow(&text)), expected.map(str::to_owned));
        assert_eq!(percentage(0.284), "28,4\u{202f}%");
    }

    #[test]
    fn the_first_of_a_month_is_an_ordinal() {
        assert_eq!(date(day("2020-11-01")), "1er novembre 2020");
        assert_eq!(date(day("2020-08-15")), "15 août 2020");
        assert_eq!(month(day("2020-08-15")), "août 2020");
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
        ];
        assert_eq!(
            shown.map(|text| text.replace(NARROW, " ")),
            ["42,0 %", "120 jours", "Conception / Réalisation", "novembre 2020", "oui", "2 ETP"]
                .map(str::to_owned)
        );
    }
}
