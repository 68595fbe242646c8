//! Errors in the settings, with their place and what was expected. The value found is shown only where it cannot be a
//! secret.

use std::fmt;

use figment::error::{Actual, Kind};
use serde_json::Value as Json;

/// Messages of the errors found. They contain no value that may be secret, so `Debug` shows none either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault(Vec<String>);

impl std::error::Error for SettingsFault {}

impl fmt::Display for SettingsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl SettingsFault {
    /// The errors of a failed reading. `defaults` give the type of each setting; `variables` are the paths of those read from
    /// the environment.
    pub(super) fn of(error: figment::Error, defaults: &Json, variables: &[String]) -> Self {
        let faults = error.into_iter().map(|error| {
            let path = error.path.join(".");
            let place = place(&error.path, variables);
            format!("{place}: {}", description(&error.kind, &path, defaults))
        });
        Self(faults.collect())
    }

    /// The error of a file that is not valid TOML: its place and reason, without text of the file.
    pub(super) fn of_syntax(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self(vec![format!("line {line}, column {column}: {}", without_quotes(error.message()))])
    }
}

/// Removes text in backquotes, which may come from the file, except punctuation.
fn without_quotes(message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1;
        if is_quoted && part.chars().any(char::is_alphanumeric) { "…" } else { part }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The key, and the environment variable that set it, if any.
fn place(path: &[String], variables: &[String]) -> String {
    let whole = path.join(".");
    let mut parts = path.iter().map(String::as_str).collect::<Vec<_>>();
    while !parts.is_empty() {
        let key = parts.join(".");
        if variables.contains(&key) {
            let variable = key.to_ascii_uppercase().replace('.', "__");
            return format!("`{whole}`, in VIGIE_{variable}");
        }
        parts.pop();
    }
    // An unknown key has no path.
    if whole.is_empty() { "the settings".to_owned() } else { format!("`{whole}`") }
}

fn description(kind: &Kind, path: &str, defaults: &Json) -> String {
    match kind {
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            format!("found {}, expected {expected}", shown(found, path, defaults))
        }
        Kind::InvalidLength(found, expected) => {
            format!("found {found} of them, expected {expected}")
        }
        Kind::UnknownVariant(found, expected) => {
            let found = shown(&Actual::Str(found.clone()), path, defaults);
            format!("found {found}, expected one of {}", listed(expected))
        }
        Kind::UnknownField(found, expected) => {
            format!("unknown key `{found}`, expected one of {}", listed(expected))
        }
        Kind::MissingField(name) => format!("`{name}` is missing"),
        Kind::DuplicateField(name) => format!("`{name}` is given twice"),
        Kind::Message(message) if may_repeat(path, defaults) => message.clone(),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => {
            "found a number that is too large or too small".to_owned()
        }
        Kind::Message(_) | Kind::Unsupported(_) | Kind::UnsupportedKey(..) => {
            "found something that cannot be read as this setting".to_owned()
        }
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a text found, or a message that may contain it, can be shown. Secrets, and addresses that may contain one, are
/// empty by default; items of lists have no default; a text in place of a number may have been meant for another setting.
fn may_repeat(path: &str, defaults: &Json) -> bool {
    let default = default(path, defaults).and_then(Json::as_str).unwrap_or_default();
    !default.is_empty() && !default.contains("://")
}

/// Whether a number or a boolean found can be shown: where a number or a boolean is expected, or a text could be shown.
fn may_repeat_figure(path: &str, defaults: &Json) -> bool {
    let default = default(path, defaults);
    may_repeat(path, defaults) || default.is_some_and(|one| one.is_number() || one.is_boolean())
}

fn default<'a>(path: &str, defaults: &'a Json) -> Option<&'a Json> {
    path.split('.').try_fold(defaults, |known, part| known.get(part))
}

fn shown(found: &Actual, path: &str, defaults: &Json) -> String {
    let (repeat, figure) = (may_repeat(path, defaults), may_repeat_figure(path, defaults));
    match found {
        Actual::Bool(value) if figure => format!("`{value}`"),
        Actual::Unsigned(value) if figure => format!("`{value}`"),
        Actual::Signed(value) if figure => format!("`{value}`"),
        Actual::Float(value) if figure => format!("`{value}`"),
        Actual::Str(value) if repeat => format!("`{value}`"),
        Actual::Other(what) => what.clone(),
        Actual::Bool(_) => "true or false".to_owned(),
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number".to_owned(),
        Actual::Char(_) | Actual::Str(_) | Actual::Bytes(_) => "a text".to_owned(),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a table".to_owned(),
        Actual::Unit
        | Actual::Option
        | Actual::NewtypeStruct
        | Actual::Enum
        | Actual::UnitVariant
        | Actual::NewtypeVariant
        | Actual::TupleVariant
        | Actual::StructVariant => "something else".to_owned(),
    }
}
