//! Writes numbers and dates in French, for explanations.

use chrono::{Datelike as _, NaiveDate};
use rhai::{Dynamic, Engine, NativeCallContext};

use super::arguments::{number, unexpected};
use crate::domain::level::Level;
use crate::rules::evaluate::script_run::Returned;
use crate::rules::language::value::Scalar;
use crate::rules::language::wording;

pub(super) fn register(engine: &mut Engine) {
    figure(engine, "pct", wording::percentage);
    figure(engine, "points", wording::points);
    figure(engine, "meur", wording::millions);
    figure(engine, "months", wording::months);
    figure(engine, "days", wording::days);
    figure(engine, "number", wording::number);
    day(engine, "date_fr", wording::date);
    day(engine, "month_fr", wording::month);
    day(engine, "year_fr", |date| date.year().to_string());
    // Rhai calls `to_string` for `${…}` in a text.
    engine.register_fn("to_string", wording::number);
    engine.register_fn("to_string", wording::integer);
    engine.register_fn("to_string", |held: bool| wording::boolean(held).to_owned());
    engine.register_fn("to_string", |date: NaiveDate| wording::date(date));
    engine.register_fn("to_string", |level: Level| wording::level(level));
}

fn figure(engine: &mut Engine, name: &str, words: fn(f64) -> String) {
    engine.register_fn(
        name,
        move |context: NativeCallContext<'_>, value: Dynamic| -> Returned<String> {
            number(&context, &value).map(words)
        },
    );
}

fn day(engine: &mut Engine, name: &str, words: fn(NaiveDate) -> String) {
    engine.register_fn(
        name,
        move |context: NativeCallContext<'_>, value: Dynamic| -> Returned<String> {
            let scalar = Scalar::of(&value);
            if let Scalar::Date(date) = scalar {
                return Ok(words(date));
            }
            Err(unexpected(&context, "a date", &scalar))
        },
    );
}
