//! Date arithmetic. Rules have no clock other than `p.as_of`.

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use rhai::{Dynamic, Engine, NativeCallContext};

use super::arguments::unexpected;
use crate::rules::evaluate::script_run::{Returned, fail};
use crate::rules::language::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    distance(engine, "days_between", |from, to| (to - from).num_days());
    distance(engine, "months_between", |from, to| month_number(to) - month_number(from));
    engine.register_fn("year", |context: NativeCallContext<'_>, date: Dynamic| -> Returned<i64> {
        let scalar = Scalar::of(&date);
        let Scalar::Date(day) = scalar else {
            return Err(unexpected(&context, "a date", &scalar));
        };
        Ok(i64::from(day.year()))
    });
    shift(engine, "add_days", add_days);
    shift(engine, "add_months", add_months);
}

/// `None` beyond the representable dates.
pub(in crate::rules) fn add_days(date: NaiveDate, count: i64) -> Option<NaiveDate> {
    date.checked_add_signed(TimeDelta::try_days(count)?)
}

/// The last day of the month if the month has no such day. `None` beyond the representable dates.
pub(in crate::rules) fn add_months(date: NaiveDate, count: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
    if count < 0 { date.checked_sub_months(months) } else { date.checked_add_months(months) }
}

fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

fn distance(engine: &mut Engine, name: &str, between: fn(NaiveDate, NaiveDate) -> i64) {
    engine.register_fn(
        name,
        move |context: NativeCallContext<'_>, from: Dynamic, to: Dynamic| -> Returned<i64> {
            match (Scalar::of(&from), Scalar::of(&to)) {
                (Scalar::Date(from), Scalar::Date(to)) => Ok(between(from, to)),
                (Scalar::Date(_), other) | (other, _) => {
                    Err(unexpected(&context, "two dates", &other))
                }
            }
        },
    );
}

fn shift(engine: &mut Engine, name: &str, shifted: fn(NaiveDate, i64) -> Option<NaiveDate>) {
    engine.register_fn(
        name,
        move |context: NativeCallContext<'_>,
              date: Dynamic,
              count: Dynamic|
              -> Returned<NaiveDate> {
            let (date, count) = match (Scalar::of(&date), Scalar::of(&count)) {
                (Scalar::Date(date), Scalar::Int(count)) => (date, count),
                (Scalar::Date(_), other) => {
                    return Err(unexpected(&context, "a whole number", &other));
                }
                (other, _) => return Err(unexpected(&context, "a date", &other)),
            };
            let beyond = || {
                let message =
                    format!("`{}` goes beyond the dates that there are", context.fn_name());
                fail(context.call_position(), message)
            };
            shifted(date, count).ok_or_else(beyond)
        },
    );
}
