//! Functions on texts.

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::arguments::unexpected;
use crate::rules::evaluate::script_run::Returned;
use crate::rules::language::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    test(engine, "starts_with", |text, start| text.starts_with(start));
    test(engine, "ends_with", |text, end| text.ends_with(end));
    engine.register_fn(
        "lower",
        |context: NativeCallContext<'_>, text: Dynamic| -> Returned<String> {
            read(&context, &text).map(|text| text.to_lowercase())
        },
    );
}

fn test(engine: &mut Engine, name: &str, holds: fn(&str, &str) -> bool) {
    engine.register_fn(
        name,
        move |context: NativeCallContext<'_>, text: Dynamic, part: Dynamic| -> Returned<bool> {
            Ok(holds(&read(&context, &text)?, &read(&context, &part)?))
        },
    );
}

fn read(context: &NativeCallContext<'_>, value: &Dynamic) -> Returned<ImmutableString> {
    let scalar = Scalar::of(value);
    if let Scalar::Text(text) = scalar {
        return Ok(text);
    }
    Err(unexpected(context, "text", &scalar))
}
