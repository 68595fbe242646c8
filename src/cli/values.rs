//! Reads the values of arguments, and says what was expected.

use std::str::FromStr;

use chrono::NaiveDate;

use super::outcome::CliError;
use vigie::domain::level::Level;
use vigie::domain::plausible;
use vigie::domain::portfolio::follow_up::WatchList;
use vigie::intake::name_key;
use vigie::rules::typed_number;

/// Parses a date within the supported range.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    plausible::date(text).map_err(|expected| format!("expected {expected}"))
}

/// A level by its word or its French label, whatever its case, accents and agreement: `high`, `Élevé`, `elevées`.
pub(super) fn level(text: &str) -> Result<Level, String> {
    let key = |words: &str| name_key(words).trim_end_matches(['e', 's']).to_owned();
    let is_called = |level: &Level| {
        text.eq_ignore_ascii_case(level.as_str()) || key(text) == key(level.label())
    };
    let known = |level: Level| format!("{} (« {} »)", level.as_str(), level.label().to_lowercase());
    let words = || expected(&Level::ALL.map(known).join(", "));
    Level::ALL.into_iter().find(is_called).ok_or_else(words)
}

/// A number as people write it in French or in English: `0.15`, `0,15`, `15 %`, `3 points`, `18 mois`.
pub(super) fn number(text: &str) -> Result<f64, String> {
    typed_number(text).ok_or_else(|| "expected a number such as 0.15 or `15 %`".to_owned())
}

/// Two numbers, the lowest first: `0.10..0.40`, `10 %..40 %`.
pub(super) fn range(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once("..");
    let ends = ends.and_then(|(from, to)| typed_number(from.trim()).zip(typed_number(to.trim())));
    ends.ok_or_else(|| "expected two numbers, as 0.10..0.40".to_owned())
}

pub(super) fn watch_list(text: &str) -> Result<WatchList, String> {
    word(text, &WatchList::ALL.map(WatchList::as_str))
}

/// Reads one of `words`, and lists them when the text is none of them.
pub(super) fn word<T: FromStr>(text: &str, words: &[&str]) -> Result<T, String> {
    text.parse().map_err(|_| expected(&words.join(", ")))
}

fn expected(words: &str) -> String {
    format!("expected one of {words}")
}

/// The text of an argument, within the bounds that the API gives it.
pub(super) fn text<T: TryFrom<String, Error = String>>(
    argument: &'static str,
    text: &str,
) -> Result<T, CliError> {
    T::try_from(text.to_owned()).map_err(|fault| CliError::Text { argument, fault })
}

/// The text of an argument that may be left out.
pub(super) fn optional<T: TryFrom<String, Error = String>>(
    argument: &'static str,
    given: Option<&str>,
) -> Result<Option<T>, CliError> {
    given.map(|given| text(argument, given)).transpose()
}
