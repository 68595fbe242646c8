//! What can be: the dates and figures of a portfolio of projects. Whatever comes in, by whatever way, is held
//! to these bounds, so that nothing that is reckoned with it leaves the calendar or wraps around.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// No project of the panorama, which began in 2016, started before 1970; none is planned past 2100.
pub const YEARS: RangeInclusive<i32> = 1970..=2100;

/// In millions of euros: about twice what the State spends in a year. Nine million projects at that cost can
/// be added up.
pub const MOST_MEUR: f64 = 1e6;

/// A hundred years.
pub const MOST_MONTHS: f64 = 1200.0;

/// Of any figure: what can be added up to a billionth without wrapping, a million times.
pub const MOST: f64 = 1e12;

pub const EXPECTED_DATE: &str = "a date from 1970-01-01 to 2100-12-31, such as `2026-11-25`";

pub const EXPECTED_INSTANT: &str =
    "an instant of the years 1970 to 2100, such as `2026-11-25T09:00:00Z`";

pub fn is_date(date: NaiveDate) -> bool {
    YEARS.contains(&date.year())
}

/// `2026-11-25`, and nothing else. Fails with what was expected.
pub fn date(text: &str) -> Result<NaiveDate, &'static str> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    date.filter(|date| is_date(*date)).ok_or(EXPECTED_DATE)
}

/// `2026-11-25T09:00:00Z`, or with another offset. Fails with what was expected.
pub fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let instant = DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc());
    instant.filter(|instant| is_date(instant.date_naive())).ok_or(EXPECTED_INSTANT)
}

/// Fails with what was expected.
pub fn figure(number: f64) -> Result<f64, &'static str> {
    if number.abs() <= MOST { Ok(number) } else { Err("a number of at most 1e12") }
}

/// Fails with what was expected.
pub fn meur(cost: f64) -> Result<f64, &'static str> {
    if cost.abs() <= MOST_MEUR { Ok(cost) } else { Err("a cost of at most 1000000 M€") }
}

/// Fails with what was expected.
pub fn months(duration: f64) -> Result<f64, &'static str> {
    if duration.abs() <= MOST_MONTHS { Ok(duration) } else { Err("at most 1200 months") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_of_the_years_that_projects_have() {
        assert_eq!(date("1970-01-01").unwrap().to_string(), "1970-01-01");
        assert_eq!(date("2100-12-31").unwrap().to_string(), "2100-12-31");
        for text in
            ["1969-12-31", "2101-01-01", "-262143-01-01", "+262142-12-31", "2026-1-1", "2026-02-30"]
        {
            assert_eq!(date(text), Err(EXPECTED_DATE), "{text}");
        }
        for text in ["+262142-12-31T00:00:00Z", "1969-12-31T23:59:59Z", "2026-11-25"] {
            assert_eq!(instant(text), Err(EXPECTED_INSTANT), "{text}");
        }
    }

    #[test]
    fn figures_that_are_none_are_beyond_the_bounds_too() {
        assert!(figure(f64::NAN).is_err() && meur(f64::INFINITY).is_err());
        assert!(meur(1e6).is_ok() && meur(1_000_000.1).is_err() && months(1200.5).is_err());
    }
}
