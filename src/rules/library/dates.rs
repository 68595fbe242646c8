//! Distances between dates. `p.as_of` is the only clock that a rule has.

use chrono::Datelike;
use chrono::NaiveDate;
use rhai::Dynamic;
use rhai::Engine;
use rhai::NativeCallContext;

use super::unexpected;
use crate::rules::run::Scripted;
use crate::rules::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    distance(engine, "days_between", |from, to| (to - from).num_days());
    distance(engine, "months_between", |from, to| month_number(to) - month_number(from));
}

fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

fn distance(engine: &mut Engine, name: &str, between: fn(NaiveDate, NaiveDate) -> i64) {
    engine.register_fn(
        name,
        move |context: NativeCallContext<'_>, from: Dynamic, to: Dynamic| -> Scripted<i64> {
            match (Scalar::of(&from), Scalar::of(&to)) {
                (Scalar::Date(from), Scalar::Date(to)) => Ok(between(from, to)),
                (Scalar::Date(_), other) | (other, _) => {
                    Err(unexpected(&context, "two dates", &other))
                }
            }
        },
    );
}
