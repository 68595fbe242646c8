//! The values that a rule gives to a function, and the fault when one is not what the function takes.

use rhai::{Dynamic, NativeCallContext};

use crate::rules::evaluate::script_run::{Returned, fail};
use crate::rules::language::value::Scalar;

/// The number given to a function, or a fault that names the function.
pub(super) fn number(context: &NativeCallContext<'_>, value: &Dynamic) -> Returned<f64> {
    let scalar = Scalar::of(value);
    scalar.number().ok_or_else(|| unexpected(context, "a number", &scalar))
}

#[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
pub(super) fn unexpected(
    context: &NativeCallContext<'_>,
    expected: &str,
    found: &Scalar,
) -> Box<rhai::EvalAltResult> {
    let message = format!("`{}` takes {expected}, found {}", context.fn_name(), found.kind());
    fail(context.call_position(), message)
}
