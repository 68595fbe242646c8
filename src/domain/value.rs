//! What a field can hold, and the three ways of not knowing it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One value of a field, as rules and evidence see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FieldValue)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Date(NaiveDate),
}

/// A name that `utoipa` does not take for any JSON whatever.
pub type FieldValue = Value;

/// A published figure. Missing is not withheld is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported<T> {
    Given(T),
    /// Nobody said.
    Missing,
    /// Known, and withheld on purpose (a call for tenders, a trajectory under revision).
    Withheld,
}

impl<T> Reported<T> {
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Missing | Self::Withheld => None,
        }
    }

    pub fn is_withheld(&self) -> bool {
        matches!(self, Self::Withheld)
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Reported<U> {
        match self {
            Self::Given(value) => Reported::Given(f(value)),
            Self::Missing => Reported::Missing,
            Self::Withheld => Reported::Withheld,
        }
    }
}

/// Exact below 2^53; whole numbers of rules and frames are far smaller.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "exact below 2^53, as the doc comment says"
)]
pub fn float(count: i64) -> f64 {
    count as f64
}
