//! When a field has become worse by enough to be worth saying.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::value::{Value, float};
use crate::domain::words::words;

words! {
    pub enum Direction, "a direction" {
        /// A greater figure, or a later date.
        Higher = "higher",
        /// A smaller figure, or an earlier date.
        Lower = "lower",
    }
}

/// How a field gets worse: in which direction, and by how much at least.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Worsening {
    pub worse: Direction,
    /// In the unit of the field, in days for a date; a share of the former figure when `relative`.
    pub step: f64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub relative: bool,
}

/// A field whose worsening makes a new fact of an alert that keeps its level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WatchedField {
    pub field: String,
    #[serde(flatten)]
    pub worsening: Worsening,
}

/// Figures come from decimal text: 0.3 - 0.2 is a little less than a step of 0.1.
const ROUNDING: f64 = 1e-9;

impl Worsening {
    /// Whether `after` is worse than `before` by a step or more. Values that do not compare are not.
    pub fn reaches(self, before: &Value, after: &Value) -> bool {
        let (rise, former) = match (before, after) {
            (Value::Date(before), Value::Date(after)) => {
                (float(after.signed_duration_since(*before).num_days()), 0.0)
            }
            (before, after) => match (number(before), number(after)) {
                (Some(before), Some(after)) => (after - before, before),
                _ => return false,
            },
        };
        let worsening = match self.worse {
            Direction::Higher => rise,
            Direction::Lower => -rise,
        };
        let step = if self.relative { self.step * former.abs() } else { self.step };
        worsening > 0.0 && worsening + ROUNDING >= step
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(count) => Some(float(*count)),
        Value::Float(figure) => Some(*figure),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn reaches(
        worse: Direction,
        (step, relative): (f64, bool),
        before: &Value,
        after: &Value,
    ) -> bool {
        Worsening { worse, step, relative }.reaches(before, after)
    }

    #[test]
    fn a_step_is_reached_in_one_direction_only() {
        let higher = |step, before, after| {
            reaches(Direction::Higher, step, &Value::Float(before), &Value::Float(after))
        };
        assert!(higher((0.1, false), 0.2, 0.3));
        assert!(!higher((0.1, false), 0.2, 0.29));
        assert!(!higher((0.1, false), 0.3, 0.2));
        assert!(higher((0.01, true), 55.0, 55.55));
        assert!(!higher((0.01, true), 55.0, 55.5));
        assert!(!higher((0.01, true), 0.0, 0.0), "nothing grew");
        assert!(reaches(Direction::Lower, (1.0, false), &Value::Int(5), &Value::Int(4)));
        assert!(!reaches(Direction::Lower, (1.0, false), &Value::Int(4), &Value::Int(5)));
    }

    #[test]
    fn dates_differ_by_days_and_other_kinds_do_not_compare() {
        let day = |text: &str| Value::Date(text.parse::<NaiveDate>().unwrap());
        let later = |before: &Value, after: &Value| {
            reaches(Direction::Higher, (28.0, false), before, after)
        };
        assert!(later(&day("2021-02-01"), &day("2021-03-01")));
        assert!(!later(&day("2021-02-01"), &day("2021-02-28")));
        assert!(!later(&day("2021-02-01"), &Value::Float(99999.0)));
        assert!(!later(&Value::Text("a".to_owned()), &Value::Text("b".to_owned())));
    }
}
