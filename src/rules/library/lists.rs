//! Lists, and closures over them.

use rhai::Array;
use rhai::Dynamic;
use rhai::Engine;
use rhai::FnPtr;
use rhai::NativeCallContext;

use super::number;
use super::unexpected;
use crate::rules::french::float;
use crate::rules::run::Scripted;
use crate::rules::run::fail;
use crate::rules::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    engine.register_iterator::<Array>();
    engine.register_iterator::<std::ops::Range<i64>>();
    engine.register_iterator::<std::ops::RangeInclusive<i64>>();
    engine.register_fn("len", |context: NativeCallContext<'_>, list: Dynamic| len(&context, &list));
    engine.register_fn("push", |list: &mut Array, element: Dynamic| list.push(element));
    engine.register_fn("sum", |context: NativeCallContext<'_>, list: Array| sum(&context, &list));
    engine.register_fn(
        "filter",
        |context: NativeCallContext<'_>, list: Array, closure: FnPtr| -> Scripted<Array> {
            let mut kept = Array::new();
            for element in list {
                if holds(&context, &closure, &element)? {
                    kept.push(element);
                }
            }
            Ok(kept)
        },
    );
    engine.register_fn(
        "map",
        |context: NativeCallContext<'_>, list: Array, closure: FnPtr| -> Scripted<Array> {
            list.into_iter()
                .map(|element| closure.call_within_context(&context, (element,)))
                .collect()
        },
    );
    engine.register_fn("some", |context: NativeCallContext<'_>, list: Array, closure: FnPtr| {
        first(&context, &list, &closure, true)
    });
    engine.register_fn("all", |context: NativeCallContext<'_>, list: Array, closure: FnPtr| {
        first(&context, &list, &closure, false).map(|found| !found)
    });
}

/// Whether the closure gives `answer` for an element; the elements after it are not asked.
fn first(
    context: &NativeCallContext<'_>,
    list: &Array,
    closure: &FnPtr,
    answer: bool,
) -> Scripted<bool> {
    for element in list {
        if holds(context, closure, element)? == answer {
            return Ok(true);
        }
    }
    Ok(false)
}

fn holds(context: &NativeCallContext<'_>, closure: &FnPtr, element: &Dynamic) -> Scripted<bool> {
    let answer: Dynamic = closure.call_within_context(context, (element.clone(),))?;
    answer.as_bool().map_err(|_| {
        let kind = Scalar::of(&answer).kind();
        let message =
            format!("the closure of `{}` gives {kind}, expected a boolean", context.fn_name());
        fail(context.call_position(), message)
    })
}

fn len(context: &NativeCallContext<'_>, list: &Dynamic) -> Scripted<i64> {
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

/// Of whole numbers a whole number, else a float.
fn sum(context: &NativeCallContext<'_>, list: &Array) -> Scripted<Dynamic> {
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
