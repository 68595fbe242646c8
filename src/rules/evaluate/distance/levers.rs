//! The figures of a row that can change, with the values that they can take.

use chrono::{NaiveDate, TimeDelta};

use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::value::{Value, float};
use crate::frame;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, FieldOrigin, Unit};

/// Longest time ahead that is looked at, in days.
const DAYS_AHEAD: f64 = 366.0;

/// Furthest that a planned date is moved, in days.
const DAYS_MOVED: f64 = 3_660.0;

/// The field that time changes.
const EVALUATION_DATE: &str = "as_of";

/// Measures of ministries and of the portfolio that no single project's figure decides.
const FIXED_TOTALS: [&str; 3] = ["project_count", "target_drift", "target_distance"];

/// A figure that can change by itself, on a scale of whole steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lever {
    pub(super) field: &'static Field,
    /// Value now, days since 1970-01-01 for a date.
    pub(super) from: f64,
    /// Steps to a unit.
    scale: f64,
    least: f64,
    greatest: f64,
}

/// A row, and what a rule reads of it.
pub(super) struct RowFields<'r> {
    /// Whether the rule may read a field.
    pub(super) read: &'r dyn Fn(&str) -> bool,
    pub(super) row: &'r dyn Fn(&str) -> Option<Value>,
}

impl Lever {
    /// The levers of a row that change what a rule reads.
    pub(super) fn all<'d>(
        dictionary: &'d Dictionary,
        scope: SubjectKind,
        as_of: NaiveDate,
        fields: &'d RowFields<'d>,
    ) -> impl Iterator<Item = Self> + 'd {
        let (read, row) = (fields.read, fields.row);
        let is_read = move |field: &&'static Field| {
            let is_project = scope == SubjectKind::Project;
            let moves = |name: &str| frame::measures_of(name).iter().any(|one| read(one));
            let is_stale = |name: &str| frame::left_behind(name).iter().any(|one| read(one));
            let reaches = read(field.name) || is_project && moves(field.name);
            reaches && !(is_project && is_stale(field.name))
        };
        let known = dictionary.fields_of(scope).filter(is_read);
        let found = known.filter_map(move |field| Self::of(field, scope, as_of, &row(field.name)?));
        found.filter(move |lever| scope != SubjectKind::Project || lever.agrees(fields))
    }

    fn of(
        field: &'static Field,
        scope: SubjectKind,
        as_of: NaiveDate,
        now: &Value,
    ) -> Option<Self> {
        let (least, greatest) = bounds(field);
        match now {
            Value::Float(from) if may_change(field, scope) => {
                Some(Self { field, from: *from, scale: scale(field.unit), least, greatest })
            }
            Value::Int(from) if may_change(field, scope) => Some(Self {
                field,
                from: float(*from),
                scale: 1.0,
                least: least.max(0.0),
                greatest,
            }),
            Value::Date(day) => {
                let from = f64::from(day.to_epoch_days());
                let today = f64::from(as_of.to_epoch_days());
                let is_time = field.name == EVALUATION_DATE && scope == SubjectKind::Project;
                let moves = |by: f64| Self {
                    field,
                    from,
                    scale: 1.0,
                    least: if is_time { from } else { today + 1.0 },
                    greatest: from + by,
                };
                if is_time {
                    return Some(moves(DAYS_AHEAD));
                }
                // What is past does not change any more.
                (may_change(field, scope) && from > today).then(|| moves(DAYS_MOVED))
            }
            Value::Float(_) | Value::Int(_) | Value::Bool(_) | Value::Text(_) => None,
        }
    }

    /// Whether the measures that the rule reads are those that the figure of now gives: of a row that says otherwise, nothing can be
    /// said of another value.
    fn agrees(&self, fields: &RowFields<'_>) -> bool {
        let Some(now) = self.cell(self.from) else { return false };
        let computed = frame::changed(self.field.name, now, fields.row);
        computed
            .iter()
            .all(|(name, value)| !(fields.read)(name) || (fields.row)(name).as_ref() == Some(value))
    }

    /// Whether the change is that time goes by.
    pub(super) fn is_time(&self) -> bool {
        self.field.name == EVALUATION_DATE
    }

    /// Whether its values are whole numbers of things.
    pub(super) fn is_count(&self) -> bool {
        self.field.kind == FieldKind::Int && self.field.unit != Unit::Days
    }

    /// The place of the last step at or before the value of now, in a direction.
    pub(super) fn origin(&self, direction: i64) -> Option<i64> {
        let steps = self.from * self.scale;
        let origin = if direction > 0 { (steps + 1e-6).floor() } else { (steps - 1e-6).ceil() };
        format!("{origin:.0}").parse().ok()
    }

    /// How many steps apart two values show how fast what is compared moves: what is counted in months moves once in a month.
    pub(super) fn stride(&self) -> i64 {
        if self.field.kind == FieldKind::Date { 31 } else { 1 }
    }

    /// The value at a place; `None` out of its bounds.
    pub(super) fn at(&self, place: i64) -> Option<f64> {
        let value = float(place) / self.scale;
        (self.least..=self.greatest).contains(&value).then_some(value)
    }

    /// A value as a cell holds it.
    pub(super) fn cell(&self, value: f64) -> Option<Value> {
        match self.field.kind {
            FieldKind::Float => Some(Value::Float(value)),
            FieldKind::Int => format!("{value:.0}").parse().ok().map(Value::Int),
            FieldKind::Date => {
                let days = format!("{value:.0}").parse().ok().and_then(TimeDelta::try_days)?;
                NaiveDate::default().checked_add_signed(days).map(Value::Date)
            }
            FieldKind::Bool | FieldKind::Text => None,
        }
    }
}

/// Whether somebody may publish or report another value of a field. Of ministries and the portfolio every figure is a measure.
pub(super) fn may_change(field: &Field, scope: SubjectKind) -> bool {
    match (scope, field.origin) {
        (SubjectKind::Project, FieldOrigin::Published | FieldOrigin::Fact) => {
            field.name != "start_on" && field.name != "edition_on"
        }
        (SubjectKind::Project, FieldOrigin::List) => {
            field.kind != FieldKind::Date && field.name != "review_overdue_days"
        }
        (SubjectKind::Project, FieldOrigin::Measure) => false,
        (SubjectKind::Ministry | SubjectKind::Portfolio, _) => {
            field.kind != FieldKind::Date && !FIXED_TOTALS.contains(&field.name)
        }
    }
}

/// Steps to a unit: amounts are published to a tenth of a million, rates are shown to a tenth of a point.
fn scale(unit: Unit) -> f64 {
    match unit {
        Unit::Meur | Unit::MeurPerYear | Unit::Months | Unit::Fte => 10.0,
        Unit::Ratio | Unit::Points => 1_000.0,
        Unit::None => 100.0,
        Unit::Days | Unit::Count => 1.0,
    }
}

fn bounds(field: &Field) -> (f64, f64) {
    let reported_least = match field.unit {
        Unit::Meur | Unit::MeurPerYear | Unit::Months | Unit::Fte | Unit::Count => Some(0.0),
        Unit::None | Unit::Ratio | Unit::Points | Unit::Days => None,
    };
    let least = field.least().or(reported_least).unwrap_or(f64::MIN);
    let greatest = field.max.or_else(|| field.is_share().then_some(1.0)).unwrap_or(f64::MAX);
    let is_plausible = |figure: f64| field.plausible(figure).is_ok();
    // The widest bound that the unit allows is not looked for: walks end long before.
    (if is_plausible(least) { least } else { least.max(-1e9) }, greatest.min(1e9))
}
