//! Settings that cannot be read: told by place and by what was expected. What was found is repeated only where no
//! secret can stand.

use std::fmt;

use figment::error::Actual;
use figment::error::Kind;
use serde_json::Value as Json;

/// What is wrong, one fault after the other. Holds no value that was found, so that `Debug` shows none either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault(Vec<String>);

impl std::error::Error for SettingsFault {}

impl fmt::Display for SettingsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl SettingsFault {
    /// `defaults` tell what each setting is; `variables` are those of the environment that were read, by path.
    pub(super) fn of(error: figment::Error, defaults: &Json, variables: &[String]) -> Self {
        let faults = error.into_iter().map(|error| {
            let path = error.path.join(".");
            let place = place(&error.path, variables);
            format!("{place}: {}", told(&error.kind, &path, defaults))
        });
        Self(faults.collect())
    }

    /// A file that is no TOML: where, and why, without its text.
    pub(super) fn of_syntax(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self(vec![format!("line {line}, column {column}: {}", without_quotes(error.message()))])
    }
}

/// What stands between backquotes may be taken from the file, but for signs of the syntax.
fn without_quotes(message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1;
        if is_quoted && part.chars().any(char::is_alphanumeric) { "…" } else { part }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The key, and the variable that gave it if one did.
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
    // An unknown key is that of no path: the variable, if any, ends with its name.
    if whole.is_empty() { "the settings".to_owned() } else { format!("`{whole}`") }
}

fn told(kind: &Kind, path: &str, defaults: &Json) -> String {
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
        Kind::DuplicateField(name) => format!("`{name}` stands twice"),
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

/// A text that was found, or a message that may hold it. A secret is empty by default, and so is an address that may
/// hold one; what is added to a list has no default; a text in place of a number may have been meant for elsewhere.
fn may_repeat(path: &str, defaults: &Json) -> bool {
    let default = default(path, defaults).and_then(Json::as_str).unwrap_or_default();
    !default.is_empty() && !default.contains("://")
}

/// A number, or yes or no, where another of its kind is expected.
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
