//! Writes numbers and dates in French, for explanations.

use chrono::NaiveDate;
use rhai::Dynamic;
use rhai::Engine;
use rhai::NativeCallContext;

use super::number;
use super::unexpected;
use crate::domain::level::Level;
use crate::rules::french;
use crate::rules::run::Returned;
use crate::rules::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    figure(engine, "pct", french::percentage);
    figure(engine, "points", french::points);
    figure(engine, "meur", french::millions);
    figure(engine, "months", french::months);
    figure(engine, "days", french::days);
    figure(engine, "number", french::number);
    day(engine, "date_fr", french::date);
    day(engine, "month_fr", french::month);
    // Rhai calls `to_string` for `${…}` in a text.
    engine.register_fn("to_string", french::number);
    engine.register_fn("to_string", french::integer);
    engine.register_fn("to_string", |held: bool| french::boolean(held).to_owned());
    engine.register_fn("to_string", |date: NaiveDate| french::date(date));
    engine.register_fn("to_string", |level: Level| french::level(level));
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
