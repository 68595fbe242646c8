//! Functions on lists, and the closures they take.

use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};

use super::arguments::{number, unexpected};
use crate::rules::evaluate::script_run::{Returned, fail};
use crate::rules::language::value::Scalar;
use crate::rules::language::wording::float;

pub(super) fn register(engine: &mut Engine) {
    engine.register_iterator::<Array>();
    engine.register_iterator::<std::ops::Range<i64>>();
    engine.register_iterator::<std::ops::RangeInclusive<i64>>();
    engine.register_fn("len", |context: NativeCallContext<'_>, list: Dynamic| len(&context, &list));
    engine.register_fn("push", |list: &mut Array, element: Dynamic| list.push(element));
    engine.register_fn("sum", |context: NativeCallContext<'_>, list: Array| sum(&context, &list));
    engine.register_fn(
        "filter",
        |context: NativeCallContext<'_>, list: Array, closure: FnPtr| -> Returned<Array> {
            let mut selected = Array::new();
            for element in list {
                if holds(&context, &closure, &element)? {
                    selected.push(element);
                }
            }
            Ok(selected)
        },
    );
    engine.register_fn(
        "map",
        |context: NativeCallContext<'_>, list: Array, closure: FnPtr| -> Returned<Array> {
            list.into_iter()
                .map(|element| closure.call_within_context(&context, (element,)))
                .collect()
        },
    );
    engine.register_fn("some", |context: NativeCallContext<'_>, list: Array, closure: FnPtr| {
        any_gives(&context, &list, &closure, true)
    });
    engine.register_fn("all", |context: NativeCallContext<'_>, list: Array, closure: FnPtr| {
        any_gives(&context, &list, &closure, false).map(|found| !found)
    });
}

/// Whether the closure gives `answer` for some element. Stops at the first such element.
fn any_gives(
    context: &NativeCallContext<'_>,
    list: &Array,
    closure: &FnPtr,
    answer: bool,
) -> Returned<bool> {
    for element in list {
        if holds(context, closure, element)? == answer {
            return Ok(true);
        }
    }
    Ok(false)
}

fn holds(context: &NativeCallContext<'_>, closure: &FnPtr, element: &Dynamic) -> Returned<bool> {
    let answer: Dynamic = closure.call_within_context(context, (element.clone(),))?;
    answer.as_bool().map_err(|_| {
        let kind = Scalar::of(&answer).kind();
        let message =
            format!("the closure of `{}` gives {kind}, expected a boolean", context.fn_name());
        fail(context.call_position(), message)
    })
}

fn len(context: &NativeCallContext<'_>, list: &Dynamic) -> Returned<i64> {
    let scalar = Scalar::of(list);
    let count = if let Scalar::Text(text) = &scalar {
        text.chars().count()
    } else if let Some(list) = list.read_lock::<Array>() {
        list.len()
    } else {
        return Err(unexpected(context, "a list or text", &scalar));
    };
    i64::try_from(count).map_err(|_| fail(context.call_position(), "`len` has no end"))
}

/// Whole numbers sum to a whole number, unless they overflow; anything else to a float.
fn sum(context: &NativeCallContext<'_>, list: &Array) -> Returned<Dynamic> {
    let mut whole = Some(0_i64);
    let mut figure = 0.0;
    for element in list {
        figure += number(context, element)?;
        whole = match (whole, Scalar::of(element)) {
            (Some(total), Scalar::Int(count)) => total.checked_add(count),
            _ => None,
        };
    }
    match whole {
        Some(total) => Ok(total.into()),
        None if figure.is_finite() => Ok(figure.into()),
        None => Err(fail(context.call_position(), format!("`sum` gives {}", float(0) + figure))),
    }
}
