//! Functions on numbers, and on other values that have a smaller and a larger.

use rhai::{Dynamic, Engine, NativeCallContext};

use super::arguments::number;
use crate::rules::evaluate::script_run::{Returned, fail};
use crate::rules::language::operators::ranked;
use crate::rules::language::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("abs", |context: NativeCallContext<'_>, value: Dynamic| abs(&context, &value));
    engine.register_fn("min", |context: NativeCallContext<'_>, one: Dynamic, other: Dynamic| {
        let ordering = ranked(&context, &one, &other)?;
        Returned::Ok(if ordering.is_le() { one } else { other })
    });
    engine.register_fn("max", |context: NativeCallContext<'_>, one: Dynamic, other: Dynamic| {
        let ordering = ranked(&context, &one, &other)?;
        Returned::Ok(if ordering.is_ge() { one } else { other })
    });
    engine.register_fn("round", |context: NativeCallContext<'_>, value: Dynamic, decimals: i64| {
        round(&context, &value, decimals)
    });
}

fn abs(context: &NativeCallContext<'_>, value: &Dynamic) -> Returned<Dynamic> {
    if let Scalar::Int(count) = Scalar::of(value) {
        let beyond = || fail(context.call_position(), "`abs` goes beyond the largest whole number");
        return count.checked_abs().map(Dynamic::from).ok_or_else(beyond);
    }
    number(context, value).map(|figure| figure.abs().into())
}

fn round(context: &NativeCallContext<'_>, value: &Dynamic, decimals: i64) -> Returned<f64> {
    let figure = number(context, value)?;
    let Some(places) = u8::try_from(decimals).ok().filter(|places| *places <= 9) else {
        let message = format!("`round` takes from 0 to 9 decimals, found {decimals}");
        return Err(fail(context.call_position(), message));
    };
    Ok(rounded(figure, places))
}

/// Rounds to `places` decimals, halves away from zero.
pub(in crate::rules) fn rounded(figure: f64, places: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(places));
    let rounded = (figure * scale).round() / scale;
    if rounded.is_finite() { rounded } else { figure }
}
