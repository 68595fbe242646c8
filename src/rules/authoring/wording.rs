//! Values as a new rule, its cases and its thresholds write them.

use chrono::NaiveDate;

use crate::frame::dictionary::{Field, FieldKind, Unit};
use crate::rules::language::syntax::lowered;

/// The value of an expression in a sentence, with the unit of the field that it reads.
pub(super) fn shown(expression: &str, unit: Unit) -> String {
    let function = match unit {
        Unit::Ratio => "pct",
        Unit::Points => "points",
        Unit::Meur | Unit::MeurPerYear => "meur",
        Unit::Months => "months",
        Unit::Days => "days",
        Unit::None | Unit::Count | Unit::Fte => "number",
    };
    format!("{{{function}({expression})}}")
}

/// A figure of a field in TOML: whole for a field of whole numbers.
pub(super) fn figure(value: f64, kind: FieldKind) -> String {
    if kind == FieldKind::Int { format!("{value:.0}") } else { format!("{value:?}") }
}

/// The next figure beyond a limit, on the side of `sign`.
pub(super) fn beyond(limit: f64, sign: f64, kind: FieldKind) -> f64 {
    let step = if kind == FieldKind::Int { 1.0 } else { (limit.abs() / 10.0).max(0.01) };
    let value = sign.mul_add(step, limit);
    if kind == FieldKind::Int {
        if sign > 0.0 { value.floor() } else { value.ceil() }
    } else {
        (value * 1e6).round() / 1e6
    }
}

/// A label within a sentence.
pub(super) fn within(field: &Field) -> String {
    lowered(field.label)
}

/// The date of the cases: that of the healthy subjects.
pub(super) fn case_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 11, 1).unwrap_or_default()
}

/// A TOML string; `text` is of one line.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
