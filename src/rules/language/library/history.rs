//! The past of a field. When a rule is compiled, reading `previous(p.cost)` is redirected to the
//! field that holds the previous cost: at run time these functions receive the value itself.

use rhai::{Dynamic, Engine, NativeCallContext};

use super::arguments::{number, unexpected};
use super::functions::{CHANGE, EDITIONS_ABOVE, PREVIOUS};
use crate::frame::series;
use crate::rules::evaluate::script_run::Returned;
use crate::rules::language::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn(PREVIOUS, |value: Dynamic| value);
    engine.register_fn(CHANGE, |value: Dynamic| value);
    engine.register_fn(
        EDITIONS_ABOVE,
        |context: NativeCallContext<'_>, field: Dynamic, limit: Dynamic| -> Returned<i64> {
            let scalar = Scalar::of(&field);
            let Scalar::Text(figures) = scalar else {
                return Err(unexpected(&context, "a field with a figure by edition", &scalar));
            };
            Ok(count_above(&figures, number(&context, &limit)?))
        },
    );
}

/// How many numbers of a series are above `limit`. Missing ones are not counted.
pub(in crate::rules) fn count_above(figures: &str, limit: f64) -> i64 {
    let above = series::read(figures).filter(|figure| figure.is_some_and(|one| one > limit));
    i64::try_from(above.count()).unwrap_or(i64::MAX)
}
