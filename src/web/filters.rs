//! What templates say figures, dates and words with. An unknown value is said to be so, never left blank.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, Value};

use super::query;
use super::wording::problem_words::for_people;
use super::wording::{audit_words, labels, office_names};
use crate::application::MOST_LISTED;
use crate::intake::base_name;
use crate::support::clock::today;
use crate::support::{french, translation};

/// What stands for a value that nobody gave.
const UNKNOWN: &str = "inconnu";

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("percent", |value: &Value| figure(value, french::percent));
    environment.add_filter("points", |value: &Value| figure(value, french::points));
    environment.add_filter("meur", |value: &Value| figure(value, french::meur));
    environment.add_filter("billions", |value: &Value| figure(value, french::billions));
    environment.add_filter("whole_percent", |value: &Value| figure(value, whole_percent));
    environment.add_filter("signed_meur", |value: &Value| figure(value, signed_meur));
    environment.add_filter("base_name", |path: &str| base_name(path).to_owned());
    environment.add_filter("plain_quotes", plain_quotes);
    environment.add_filter("unbroken", |text: &str| {
        text.replace("« ", "«\u{a0}").replace(" »", "\u{a0}»")
    });
    environment.add_filter("months", |value: &Value| figure(value, french::months));
    environment.add_filter("integer", integer);
    environment.add_filter("decimal", |value: &Value| {
        figure(value, |value| french::decimal_at_most(value, 2))
    });
    environment.add_filter("date", |value: &Value| dated(value, french::date));
    environment.add_filter("short_date", |value: &Value| dated(value, short));
    environment.add_filter("moment", moment);
    environment.add_filter("month", |value: &Value| dated(value, french::month_and_year));
    environment.add_filter("label", label);
    environment.add_filter("address", address);
    environment.add_filter("audit_action", |word: &str| audit_words::action(word));
    environment.add_filter("audit_subject", |word: &str| audit_words::subject(word));
    environment.add_filter("channel", |word: &str| office_names::channel(word));
    environment.add_filter("receiver", |word: &str| office_names::receiver(word));
    environment.add_filter("for_people", |text: &str| for_people(&translation::into_french(text)));
    environment.add_function("counted", french::counted);
    environment.add_global("most_listed", MOST_LISTED);
}

/// A figure as French readers write it.
///
/// # Errors
/// If the value is neither a number nor absent.
fn figure(value: &Value, written: impl Fn(f64) -> String) -> Result<String, Error> {
    if value.is_none() {
        return Ok(UNKNOWN.to_owned());
    }
    Ok(written(f64::try_from(value.clone())?))
}

/// `77 %`, of what is not known more precisely.
fn whole_percent(ratio: f64) -> String {
    format!("{}\u{a0}%", french::decimal(ratio * 100.0, 0))
}

/// `+ 12,5 M€`
fn signed_meur(millions: f64) -> String {
    let sign = if millions > 0.0 { "+" } else { "" };
    format!("{sign}{}", french::meur(millions))
}

/// A text whose back-ticks, which quote values of files, become quotation marks.
fn plain_quotes(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut opens = true;
    for letter in text.chars() {
        match letter {
            '`' if opens => written.push_str("«\u{a0}"),
            '`' => written.push_str("\u{a0}»"),
            other => written.push(other),
        }
        opens ^= letter == '`';
    }
    written
}

fn integer(value: &Value) -> Result<String, Error> {
    if value.is_none() {
        return Ok(UNKNOWN.to_owned());
    }
    Ok(french::integer(i64::try_from(value.clone())?))
}

/// A day, or the day in Paris of an instant.
///
/// # Errors
/// If the value is neither a date, an instant nor absent.
fn dated(value: &Value, written: impl Fn(NaiveDate) -> String) -> Result<String, Error> {
    if value.is_none() {
        return Ok(UNKNOWN.to_owned());
    }
    let text = value.as_str().unwrap_or_default();
    // An edition is its month: `2020-11`.
    let day = text
        .parse::<NaiveDate>()
        .or_else(|_| text.parse::<DateTime<Utc>>().map(today))
        .or_else(|_| format!("{text}-01").parse::<NaiveDate>());
    let fault =
        |_| Error::new(ErrorKind::InvalidOperation, format!("found {value}, expected a date"));
    day.map(written).map_err(fault)
}

/// An instant, to the minute in Paris.
///
/// # Errors
/// If the value is neither an instant nor absent.
fn moment(value: &Value) -> Result<String, Error> {
    if value.is_none() {
        return Ok(UNKNOWN.to_owned());
    }
    let at = value.as_str().unwrap_or_default().parse::<DateTime<Utc>>();
    let fault =
        |_| Error::new(ErrorKind::InvalidOperation, format!("found {value}, expected an instant"));
    at.map(french::moment).map_err(fault)
}

/// The address of a query of a page with other parameters: `{{ view.query | address(niveau="critique", curseur=none) }}`.
/// One that is `none` is left out.
///
/// # Errors
/// If the value is not a query.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over")]
fn address(query: &Value, changes: Kwargs) -> Result<String, Error> {
    let mut given = BTreeMap::new();
    let before = query.get_attr("given")?;
    for name in before.try_iter()? {
        let values = before.get_item(&name)?.try_iter()?;
        given.insert(name.to_string(), values.map(|value| value.to_string()).collect());
    }
    for name in changes.args() {
        let value: Value = changes.get(name)?;
        given.remove(name);
        if !value.is_none() {
            given.insert(name.to_owned(), vec![value.to_string()]);
        }
    }
    let path: String = query.get_attr("path")?.to_string();
    Ok(query::address(&path, &given))
}

/// `30/11/2020`
fn short(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// What people call a word of the domain: `{{ alert.level | label("level") }}`.
///
/// # Errors
/// If there is no such word.
fn label(value: &Value, kind: &str) -> Result<&'static str, Error> {
    if value.is_none() {
        return Ok(UNKNOWN);
    }
    let word = value.as_str().unwrap_or_default();
    let fault =
        || Error::new(ErrorKind::InvalidOperation, format!("no label for the {kind} `{word}`"));
    labels::of(kind, word).ok_or_else(fault)
}
