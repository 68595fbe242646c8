//! The past of a field. When a rule is compiled, reading `previous(p.cost)` is redirected to the
//! field that holds the previous cost: at run time these functions receive the value itself.

use chrono::NaiveDate;
use rhai::{Dynamic, Engine, NativeCallContext};

use super::arguments::{number, unexpected};
use super::dates::add_months;
use super::functions::{CHANGES_WITHIN, EDITIONS_ABOVE, EDITIONS_ABOVE_WITHIN, READ_ALONE};
use crate::frame::{dictionary, series};
use crate::rules::evaluate::script_run::{Returned, ScriptRun, fail};
use crate::rules::language::value::Scalar;

pub(super) fn register(engine: &mut Engine) {
    for name in READ_ALONE {
        engine.register_fn(name, |value: Dynamic| value);
    }
    engine.register_fn(
        EDITIONS_ABOVE,
        |context: NativeCallContext<'_>, field: Dynamic, limit: Dynamic| -> Returned<i64> {
            Ok(count_above(&by_edition(&context, &field)?, number(&context, &limit)?))
        },
    );
    engine.register_fn(
        EDITIONS_ABOVE_WITHIN,
        |context: NativeCallContext<'_>,
         field: Dynamic,
         limit: Dynamic,
         months: Dynamic|
         -> Returned<i64> {
            let figures = by_edition(&context, &field)?;
            let limit = number(&context, &limit)?;
            let editions = by_edition(&context, &read(&context, dictionary::EDITIONS)?)?;
            let since = months_ago(&context, &months)?;
            let count = count_above_since(&figures, &editions, limit, since);
            count.ok_or_else(|| missing(&context))
        },
    );
    engine.register_fn(
        CHANGES_WITHIN,
        |context: NativeCallContext<'_>, field: Dynamic, months: Dynamic| -> Returned<i64> {
            let days = by_edition(&context, &field)?;
            Ok(count_since(&days, months_ago(&context, &months)?))
        },
    );
}

/// How many numbers of a series are above `limit`. Missing ones are not counted.
pub(in crate::rules) fn count_above(figures: &str, limit: f64) -> i64 {
    let above = series::read(figures).filter(|figure| figure.is_some_and(|one| one > limit));
    i64::try_from(above.count()).unwrap_or(i64::MAX)
}

/// How many numbers of a series are above `limit`, among those of the editions from a day on. `None` when none of these
/// has a number.
pub(in crate::rules) fn count_above_since(
    figures: &str,
    editions: &str,
    limit: f64,
    since: NaiveDate,
) -> Option<i64> {
    let recent = series::read(figures).zip(editions.split(' ')).filter(|(_, edition)| {
        series::edition_day(edition).is_some_and(|published| published >= since)
    });
    let mut count = None;
    for figure in recent.filter_map(|(figure, _)| figure) {
        *count.get_or_insert(0) += i64::from(figure > limit);
    }
    count
}

/// How many of the days in a text, such as `2019-03-01 2020-06-15`, are from a day on.
pub(in crate::rules) fn count_since(days: &str, since: NaiveDate) -> i64 {
    let days = days.split(' ').filter_map(|day| day.parse::<NaiveDate>().ok());
    i64::try_from(days.filter(|day| *day >= since).count()).unwrap_or(i64::MAX)
}

fn by_edition(context: &NativeCallContext<'_>, field: &Dynamic) -> Returned<String> {
    let scalar = Scalar::of(field);
    let Scalar::Text(words) = scalar else {
        return Err(unexpected(context, "a field with a figure by edition", &scalar));
    };
    Ok(words.to_string())
}

/// The day so many months before the evaluation.
fn months_ago(context: &NativeCallContext<'_>, months: &Dynamic) -> Returned<NaiveDate> {
    let scalar = Scalar::of(months);
    let Scalar::Int(count) = scalar else {
        return Err(unexpected(context, "a whole number", &scalar));
    };
    let evaluated = Scalar::of(&read(context, "as_of")?);
    let Scalar::Date(today) = evaluated else {
        return Err(unexpected(context, "a date", &evaluated));
    };
    let since = count.checked_neg().and_then(|back| add_months(today, back));
    since.ok_or_else(|| {
        let message = format!("`{}` goes beyond the dates that there are", context.fn_name());
        fail(context.call_position(), message)
    })
}

fn read(context: &NativeCallContext<'_>, field: &'static str) -> Returned<Dynamic> {
    ScriptRun::of(context)?.read_field(field, context.call_position())
}

/// Ends the evaluation for want of the past of the field given to this call.
#[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
fn missing(context: &NativeCallContext<'_>) -> Box<rhai::EvalAltResult> {
    match ScriptRun::of(context) {
        Ok(run) => run.without_past(context.call_position()),
        Err(fault) => fault,
    }
}
