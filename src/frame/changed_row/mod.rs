//! What else of a row changes when one of its figures does: the measures that are computed from it.
//!
//! The expressions of `steps` and `projects` compute the same of all rows; a test compares the two on every row.

mod sources;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeDelta};

pub use self::sources::{left_behind, measures_of, sources};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::value::{Value, float};
use crate::frame::projects::MONTHS_PER_YEAR;
use crate::frame::steps::{DAYS_PER_MONTH, DECIMALS, SLIP_COST_RATIO, SLIP_MONTHS, STEP_MONTHS};

/// The cells of a row of projects of which one field becomes a value: the field, and its measures.
pub fn changed(
    field: &'static str,
    value: Value,
    row: &dyn Fn(&str) -> Option<Value>,
) -> BTreeMap<&'static str, Value> {
    let mut changed = ChangedRow { row, cells: BTreeMap::from([(field, value)]) };
    for measure in measures_of(field) {
        if let Some(computed) = changed.measure(measure) {
            changed.cells.insert(measure, computed);
        }
    }
    changed.cells
}

struct ChangedRow<'r> {
    row: &'r dyn Fn(&str) -> Option<Value>,
    cells: BTreeMap<&'static str, Value>,
}

impl ChangedRow<'_> {
    /// Measures come after those that they are computed from.
    fn measure(&self, name: &str) -> Option<Value> {
        Some(match name {
            "budget_drift" => Value::Float(self.drift("cost_current", "cost_initial")?),
            "budget_drift_latest" => Value::Float(self.drift("cost_current", "cost_rebaselined")?),
            "cost_change" => Value::Float(self.drift("cost_current", "cost_previous")?),
            "cost_change_meur" => Value::Float(self.difference("cost_current", "cost_previous")?),
            "cost_change_pace" => {
                let months = self.figure("cost_step_months");
                Value::Float(pace(self.figure("cost_change")?, months))
            }
            "budget_drift_change" => {
                Value::Float(self.difference("budget_drift", "budget_drift_previous")?)
            }
            "budget_slips" => self.budget_slips()?,
            "calendar_drift" => Value::Float(self.drift("duration_current", "duration_initial")?),
            "calendar_drift_latest" => {
                Value::Float(self.drift("duration_current", "duration_rebaselined")?)
            }
            "duration_change_months" => {
                Value::Float(self.difference("duration_current", "duration_previous")?)
            }
            "calendar_drift_change" => {
                Value::Float(self.difference("calendar_drift", "calendar_drift_previous")?)
            }
            "calendar_slips" => self.calendar_slips()?,
            "forecast_end_on" => {
                let days = whole((self.figure("duration_current")? * DAYS_PER_MONTH).round())?;
                let end = TimeDelta::try_days(days)
                    .and_then(|length| self.date("start_on")?.checked_add_signed(length));
                Value::Date(end?)
            }
            "end_shift_days" => Value::Int(self.days("forecast_end_previous", "forecast_end_on")?),
            "end_shift_pace" => {
                let months = longer(self.figure("end_step_months"));
                let days = self.figure("end_shift_days")? * STEP_MONTHS / months;
                Value::Int(whole(days.round())?)
            }
            "remaining_months" => {
                let days = float(self.days("as_of", "forecast_end_on")?);
                Value::Float(rounded(days / DAYS_PER_MONTH))
            }
            "data_age_days" => Value::Int(self.days("figures_on", "as_of")?),
            "follow_up_age_days" => Value::Int(self.days("follow_up_on", "as_of")?),
            "review_overdue_days" => Value::Int(self.days("review_due_on", "as_of")?.max(0)),
            "cpi" => {
                let earned = self.figure("progress_pct")? * self.figure("cost_current")?;
                Value::Float(self.ratio(earned, "spent_to_date")?)
            }
            "spi" => {
                Value::Float(self.ratio(self.figure("progress_pct")?, "planned_progress_pct")?)
            }
            "funding_months" => {
                let to_pay = self.figure("cost_current")? - self.figure("spent_to_date")?;
                Value::Float(self.ratio(to_pay * MONTHS_PER_YEAR, "credits_secured_12m")?)
            }
            _ => return None,
        })
    }

    fn budget_slips(&self) -> Option<Value> {
        let slipped = |pace: Option<Value>| figure(pace) > Some(SLIP_COST_RATIO);
        let before = slipped((self.row)("cost_change_pace"));
        self.slips("budget_slips", before, slipped(self.read("cost_change_pace")))
    }

    fn calendar_slips(&self) -> Option<Value> {
        let months = self.duration_step();
        let slipped = |change: Option<Value>| {
            figure(change).map(|moved| pace(moved, months)) > Some(SLIP_MONTHS)
        };
        let before = slipped((self.row)("duration_change_months"));
        self.slips("calendar_slips", before, slipped(self.read("duration_change_months")))
    }

    fn read(&self, field: &str) -> Option<Value> {
        self.cells.get(field).cloned().or_else(|| (self.row)(field))
    }

    fn figure(&self, field: &str) -> Option<f64> {
        figure(self.read(field))
    }

    fn date(&self, field: &str) -> Option<NaiveDate> {
        match self.read(field)? {
            Value::Date(day) => Some(day),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => None,
        }
    }

    fn drift(&self, current: &str, reference: &str) -> Option<f64> {
        let reference = self.figure(reference).filter(|reference| *reference > 0.0)?;
        Some(rounded(self.figure(current)? / reference - 1.0))
    }

    fn difference(&self, current: &str, reference: &str) -> Option<f64> {
        Some(rounded(self.figure(current)? - self.figure(reference)?))
    }

    fn ratio(&self, part: f64, of: &str) -> Option<f64> {
        self.figure(of).filter(|divisor| *divisor > 0.0).map(|divisor| rounded(part / divisor))
    }

    fn days(&self, from: &str, to: &str) -> Option<i64> {
        Some(self.date(to)?.signed_duration_since(self.date(from)?).num_days())
    }

    fn slips(&self, field: &str, before: bool, now: bool) -> Option<Value> {
        let Value::Int(count) = (self.row)(field)? else { return None };
        Some(Value::Int(count - i64::from(before) + i64::from(now)))
    }

    /// Months from the edition that gave the previous duration to the one in force.
    fn duration_step(&self) -> Option<f64> {
        let month = |field: &str| {
            let Value::Text(edition) = self.read(field)? else { return None };
            let day = edition.parse::<EditionId>().ok()?.as_of();
            Some(i64::from(day.year()) * 12 + i64::from(day.month()))
        };
        Some(float(month("edition")? - month("duration_previous_edition")?))
    }
}

fn figure(value: Option<Value>) -> Option<f64> {
    match value? {
        Value::Float(figure) => Some(figure),
        Value::Int(count) => Some(float(count)),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
    }
}

/// What a change over a step comes to in six months.
fn pace(change: f64, months: Option<f64>) -> f64 {
    rounded(change * STEP_MONTHS / longer(months))
}

fn longer(months: Option<f64>) -> f64 {
    months.map_or(STEP_MONTHS, |months| months.max(STEP_MONTHS))
}

fn rounded(figure: f64) -> f64 {
    let places = 10_f64.powi(i32::try_from(DECIMALS).unwrap_or_default());
    (figure * places).round_ties_even() / places
}

/// A whole number, of days for example.
fn whole(figure: f64) -> Option<i64> {
    format!("{figure:.0}").parse().ok()
}
