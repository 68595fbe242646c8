//! What an author answers to get a rule with its cases and its thresholds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::typed::typed_number;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;

/// The answers from which a rule is written: a rule of signs, one case for each thing it can answer, and a threshold for
/// each number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTemplate {
    /// Of the new rule: a letter and digits, such as `X1`.
    pub id: RuleId,
    /// In French.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Of the sign.
    pub level: Level,
    pub sign: SignTemplate,
}

/// What the rule notices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignTemplate {
    /// A field beyond a threshold.
    Threshold {
        /// Written `cost_current > 50`.
        #[schema(value_type = String, pattern = "^[a-z0-9_]+ *[<>=] *[a-z0-9.-]+$")]
        test: FieldTest,
    },
    /// A field that changed by more than a threshold since the previous edition.
    Worsening {
        field: String,
        /// In the unit of the change: points for a share, days for a date. Negative: a fall by more than that.
        by: f64,
    },
    /// A date gone by.
    DateGoneBy {
        field: String,
        /// The field that says that it was done: a boolean, or the date on which it was.
        unless: Option<String>,
    },
    /// Two signs together.
    TwoSigns {
        /// Written `cost_current > 50`.
        #[schema(value_type = String, pattern = "^[a-z0-9_]+ *[<>=] *[a-z0-9.-]+$")]
        first: FieldTest,
        /// Written `mareva_done = false`.
        #[schema(value_type = String, pattern = "^[a-z0-9_]+ *[<>=] *[a-z0-9.-]+$")]
        second: FieldTest,
    },
    /// More than a share of the projects of a ministry.
    MinistryShare {
        /// How many projects, of those of the ministry.
        field: String,
        /// The share: 0.5 for half.
        above: f64,
    },
}

/// A field and what is noticed of it, written `cost_current > 50`, `spi < 0.9` or `mareva_done = false`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldTest {
    pub(super) field: String,
    pub(super) noticed: Noticed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Noticed {
    Above(f64),
    Below(f64),
    Is(bool),
}

/// Why a text is no test of a field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "found `{0}`, expected a field, `>` or `<` and a number, or `=` and `true` or `false`: `cost_current > 50`"
)]
pub struct FieldTestError(String);

impl FromStr for FieldTest {
    type Err = FieldTestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || FieldTestError(text.to_owned());
        let place = text.find(['<', '>', '=']).ok_or_else(wrong)?;
        let (field, rest) = text.split_at(place);
        let (field, value) = (field.trim(), rest.get(1..).unwrap_or_default().trim());
        let is_letter =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if field.is_empty() || !field.chars().all(is_letter) {
            return Err(wrong());
        }
        let figure = || typed_number(value).ok_or_else(wrong);
        let noticed = match (rest.chars().next(), value) {
            (Some('>'), _) => Noticed::Above(figure()?),
            (Some('<'), _) => Noticed::Below(figure()?),
            (_, "true" | "oui") => Noticed::Is(true),
            (_, "false" | "non") => Noticed::Is(false),
            _ => return Err(wrong()),
        };
        Ok(Self { field: field.to_owned(), noticed })
    }
}

impl fmt::Display for FieldTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match self.noticed {
            Noticed::Above(limit) => write!(f, "{field} > {limit}"),
            Noticed::Below(limit) => write!(f, "{field} < {limit}"),
            Noticed::Is(held) => write!(f, "{field} = {held}"),
        }
    }
}

impl TryFrom<String> for FieldTest {
    type Error = FieldTestError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FieldTest> for String {
    fn from(test: FieldTest) -> Self {
        test.to_string()
    }
}
