//! An edition of the panorama: one dated publication of the portfolio.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::plausible;
use crate::domain::text_schema::text_schema;

/// The month of a publication, `2020-11`. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EditionId(NaiveDate);

text_schema!(
    EditionId,
    "An edition of the panorama, by its month.",
    "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "2020-11"
);

#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "found `{found}`, expected an edition of the years 1970 to 2100 as `YYYY-MM`, such as `2020-11`"
)]
pub struct EditionError {
    found: String,
}

impl EditionId {
    pub fn of(date: NaiveDate) -> Self {
        Self(date.with_day(1).unwrap_or(date))
    }

    /// Reads an edition as it is stored: bounds were not always those of today.
    pub fn from_stored(text: &str) -> Option<Self> {
        format!("{text}-01").parse().ok().map(Self)
    }

    /// The first day of the month: what the edition says holds from then on.
    pub fn as_of(self) -> NaiveDate {
        self.0
    }

    /// The last day of the month: what is reported with the edition counts for it until then.
    pub fn last_day(self) -> NaiveDate {
        let next = self.0.checked_add_months(Months::new(1));
        next.and_then(|next| next.pred_opt()).unwrap_or(self.0)
    }
}

impl FromStr for EditionId {
    type Err = EditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let first = plausible::date(&format!("{text}-01"));
        first.map(Self).map_err(|_| EditionError { found: text.to_owned() })
    }
}

impl fmt::Display for EditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl TryFrom<String> for EditionId {
    type Error = EditionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EditionId> for String {
    fn from(edition: EditionId) -> Self {
        edition.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_a_year_and_a_month_and_nothing_else() {
        assert_eq!("2020-11".parse::<EditionId>().unwrap().to_string(), "2020-11");
        for text in ["0001-01", "2101-01", "2020", "2020-13", "20-11", "2020-1", "2020-11-01", ""] {
            assert!(text.parse::<EditionId>().is_err(), "{text}");
        }
    }
}
