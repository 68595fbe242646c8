//! How far a verdict is from another level: what one figure must become for the rule to say something else.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::level::Level;
use crate::domain::value::{FieldValue, Value};

/// What would change a verdict, one figure at a time, all others as they are. Each change was verified: the rule was run on the changed
/// row. Where nothing single and simple decides, there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerdictDistance {
    /// Changes that make the verdict more serious, the nearest first.
    pub worse: Vec<LevelChange>,
    /// Changes that make it less serious, the nearest first.
    pub better: Vec<LevelChange>,
}

/// A change of one figure that by itself changes the level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LevelChange {
    /// The level that the verdict would be.
    pub level: Level,
    /// The field to change: one that is published or reported, or the evaluation date where time alone decides.
    pub field: String,
    /// In French.
    pub label: String,
    /// Unit of the values: `meur` (millions of euros), `months`, `days`, `ratio` (0.25 is 25 %), `points`, `count`… None for dates, for
    /// booleans and for figures without a unit.
    pub unit: Option<String>,
    #[schema(value_type = FieldValue)]
    pub from: Value,
    /// The first value that changes the level, to a tenth for amounts, months and tenths of points, to one for counts and days.
    #[schema(value_type = FieldValue)]
    pub to: Value,
    /// `to - from` in the unit of the values, in days for dates; none for booleans.
    pub change: Option<f64>,
    /// What the rule compares, where it is a number that it compares now as well.
    pub compared: Option<ComparedQuantity>,
    /// In French.
    pub words: String,
}

/// The quantity that decides, and the limit that it would pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedQuantity {
    /// In French.
    pub label: String,
    /// Unit of `value` and `limit`; none where they have none.
    pub unit: Option<String>,
    pub value: f64,
    pub limit: f64,
    /// In French; none where the limit is written in the rule or computed by it.
    pub limit_label: Option<String>,
    /// Whether both are rates, whose distance is in points.
    pub is_rate: bool,
    /// How far it is from passing its limit, without sign, in the unit of the values: the distance to the limit or, for what is
    /// counted, to the first whole number that passes it. Of rates 0.02 is 2 points.
    pub gap: f64,
}

impl ComparedQuantity {
    /// The distance as a share of the limit; none where the limit is zero.
    pub fn share(&self) -> Option<f64> {
        (self.limit != 0.0).then(|| self.gap / self.limit.abs())
    }
}

/// What decimals lose.
const ROUNDING: f64 = 1e-9;

/// How near to a limit is near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearness {
    /// Of figures: as a share of the limit.
    pub share: f64,
    /// Of rates: as a difference, 0.02 for 2 points.
    pub points: f64,
}

impl Nearness {
    /// Whether a near limit separates a verdict from the change, and the figure itself has little to change: a limit may move with
    /// it. Rates are held to the limit alone.
    pub fn holds_change(&self, change: &LevelChange) -> bool {
        change.compared.as_ref().is_some_and(|compared| {
            self.holds(compared) && (compared.is_rate || self.holds_figure(change))
        })
    }

    fn holds_figure(&self, change: &LevelChange) -> bool {
        let figure = |value: &Value| match value {
            Value::Float(figure) => Some(*figure),
            Value::Int(count) => i32::try_from(*count).ok().map(f64::from),
            Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
        };
        let (Some(from), Some(to)) = (figure(&change.from), figure(&change.to)) else {
            return true;
        };
        (to - from).abs() <= self.share * from.abs().max(to.abs()) + ROUNDING
    }

    pub fn holds(&self, compared: &ComparedQuantity) -> bool {
        if compared.is_rate {
            compared.gap <= self.points
        } else {
            compared.share().is_some_and(|share| share <= self.share)
        }
    }
}
