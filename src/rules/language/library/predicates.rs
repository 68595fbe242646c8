//! Predicates on a value, shorter to write than the comparisons they stand for.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, Engine, EvalContext, Expression, NativeCallContext};

use super::SURELY;
use super::arguments::unexpected;
use crate::rules::evaluate::evidence;
use crate::rules::evaluate::script_run::{Returned, ScriptRun, fail};
use crate::rules::language::operators::{ranked, same};
use crate::rules::language::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("has", |context: NativeCallContext<'_>, value: Dynamic| has(&context, &value));
    engine.register_fn(
        "between",
        |context: NativeCallContext<'_>, value: Dynamic, low: Dynamic, high: Dynamic| {
            between(&context, [&value, &low, &high])
        },
    );
    engine.register_fn(
        "any_of",
        |context: NativeCallContext<'_>, value: Dynamic, list: Dynamic| {
            any_of(&context, &value, &list)
        },
    );
    // A function would get the value of its argument, after a missing field ended the evaluation.
    let registered =
        engine.register_custom_syntax([SURELY, "(", "$expr$", ")"], false, |context, inputs| {
            surely(context, inputs).map(Dynamic::from)
        });
    // Registration fails only on an invalid syntax, and this one is fixed. If it failed, `surely` would be no function.
    drop(registered.map(|_| ()));
}

fn surely(
    context: &mut EvalContext<'_, '_, '_, '_, '_, '_>,
    inputs: &[Expression<'_>],
) -> Returned<bool> {
    let Some(condition) = inputs.first() else { return Ok(false) };
    match context.eval_expression_tree(condition) {
        Ok(value) => value.as_bool().map_err(|found| {
            let message = format!("`{SURELY}` takes a condition, found {found}");
            fail(condition.position(), message)
        }),
        Err(error) => {
            let run = context.tag().read_lock::<ScriptRun>().map(|run| run.clone());
            if run.is_some_and(|run| run.forget_missing()) { Ok(false) } else { Err(error) }
        }
    }
}

fn has(context: &NativeCallContext<'_>, value: &Dynamic) -> Returned<bool> {
    let held = !value.is_unit();
    let position = context.call_position();
    ScriptRun::of(context)?.compared(|analysis| evidence::presence(analysis, position, held));
    Ok(held)
}

fn between(context: &NativeCallContext<'_>, values: [&Dynamic; 3]) -> Returned<bool> {
    let [value, low, high] = values;
    let from_low = ranked(context, value, low)?;
    let to_high = ranked(context, value, high)?;
    let held = from_low != Ordering::Less && to_high != Ordering::Greater;
    let position = context.call_position();
    ScriptRun::of(context)?.compared(|analysis| evidence::range(analysis, position, values, held));
    Ok(held)
}

fn any_of(context: &NativeCallContext<'_>, value: &Dynamic, list: &Dynamic) -> Returned<bool> {
    let Some(choices) = list.read_lock::<Array>() else {
        return Err(unexpected(context, "a list", &Scalar::of(list)));
    };
    let mut held = false;
    for choice in choices.iter() {
        if same(context, value, choice)? {
            held = true;
            break;
        }
    }
    let position = context.call_position();
    ScriptRun::of(context)?
        .compared(|analysis| evidence::comparison(analysis, position, "∈", [value, list], held));
    Ok(held)
}
