//! Which language a run speaks: `--lang`, or else the locale; French where neither says.

use std::sync::OnceLock;

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// French
    #[value(alias = "french", alias = "français")]
    Fr,
    /// English
    #[value(alias = "english", alias = "anglais")]
    En,
}

static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// The language of this run; French before it is settled.
pub(in crate::cli) fn language() -> Language {
    LANGUAGE.get().copied().unwrap_or(Language::Fr)
}

pub(in crate::cli) fn is_english() -> bool {
    language() == Language::En
}

/// Settles the language of this run: the one requested, or else that of the locale.
pub(in crate::cli) fn settle(requested: Option<Language>) {
    LANGUAGE.get_or_init(|| requested.unwrap_or_else(of_environment));
}

/// The language that arguments ask for when they could not be read: their faults are in it too.
pub(in crate::cli) fn requested(arguments: impl IntoIterator<Item = String>) -> Option<Language> {
    let mut arguments = arguments.into_iter();
    let mut found = None;
    while let Some(argument) = arguments.next() {
        let word = match argument.strip_prefix("--lang") {
            Some("") => arguments.next(),
            Some(word) => word.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        found = word.and_then(|word| Language::from_str(&word, true).ok()).or(found);
    }
    found
}

fn of_environment() -> Language {
    #[expect(
        clippy::disallowed_methods,
        reason = "the locale is that of the terminal, and faults of the settings are in it"
    )]
    let locale = |name: &str| std::env::var(name).ok().filter(|locale| !locale.is_empty());
    of_locale(["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(locale).as_deref())
}

/// `C` and languages other than English have French, the language of those whom Vigie serves.
fn of_locale(locale: Option<&str>) -> Language {
    let language = locale.unwrap_or_default().split(['_', '.', '@', '-']).next();
    if language.is_some_and(|word| word.eq_ignore_ascii_case("en")) {
        return Language::En;
    }
    Language::Fr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_decides_and_english_locales_have_english() {
        let of = |line: &str| requested(line.split(' ').map(str::to_owned));
        assert_eq!(of("vigie --lang en cycles"), Some(Language::En));
        assert_eq!(of("vigie cycles --lang=fr"), Some(Language::Fr));
        assert_eq!(of("vigie cycles --lang de"), None);
        for (locale, expected) in [
            (None, Language::Fr),
            (Some("C"), Language::Fr),
            (Some("fr_FR.UTF-8"), Language::Fr),
            (Some("en_GB.UTF-8"), Language::En),
            (Some("en"), Language::En),
            (Some("enm"), Language::Fr),
        ] {
            assert_eq!(of_locale(locale), expected, "{locale:?}");
        }
    }
}
