//! Label matchers in Alertmanager's syntax: `severity="high"`, `rule_id=~"D[12]"`.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use thiserror::Error;
use utoipa::ToSchema;

/// Maximum number of matchers in one request.
const MOST: usize = 32;

/// Maximum size of a compiled expression, in bytes. Larger ones are refused.
const LARGEST: usize = 256 * 1024;

/// Maximum depth of nested groups.
const DEEPEST: u32 = 32;

/// A matcher as a client writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    value_type = String,
    examples("severity=\"critical\"", "rule_id=~\"D[12]\""),
    // A name, an operator, then a value: within quotes, plain or escaped characters; without, anything but quotes.
    pattern = r#"^ *[A-Za-z_:][A-Za-z0-9_:]* *(=~|!~|!=|=) *("([^"\\\u0000-\u001F\u007F-\u009F]|\\[^\u0000-\u001F\u007F-\u009F])*"|([^"\\\u0000-\u001F\u007F-\u009F]|\\[^\u0000-\u001F\u007F-\u009F])*\\?) *$"#
)]
pub(super) struct MatcherText(String);

#[derive(Debug)]
pub(super) struct Matcher {
    name: String,
    is_equal: bool,
    wanted: Wanted,
}

#[derive(Debug)]
enum Wanted {
    Text(String),
    Pattern(Regex),
}

#[derive(Debug, PartialEq, Error)]
pub(super) enum MatcherFault {
    #[error(
        "found `{0}`, expected a label, one of `=`, `!=`, `=~` and `!~`, and a value: `severity=\"high\"`"
    )]
    Shape(String),
    #[error("found `{0}`, expected the value's quotes to be closed, and those within it escaped")]
    Quotes(String),
    #[error("found `{found}`, expected a regular expression: {why}")]
    Pattern { found: String, why: String },
    #[error("found {0} matchers, expected {MOST} at most")]
    TooMany(usize),
}

impl Matcher {
    /// Parses the matchers of one request, all of which must match.
    ///
    /// # Errors
    /// For too many matchers, or the first one that is not valid.
    pub(super) fn parse_all(texts: &[MatcherText]) -> Result<Vec<Self>, MatcherFault> {
        if texts.len() > MOST {
            return Err(MatcherFault::TooMany(texts.len()));
        }
        texts.iter().map(|MatcherText(text)| Self::parse(text)).collect()
    }

    pub(super) fn parse(text: &str) -> Result<Self, MatcherFault> {
        let shape = || MatcherFault::Shape(text.to_owned());
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let trimmed = text.trim_matches(' ');
        let end = trimmed.find(|c: char| !is_of_name(c)).ok_or_else(shape)?;
        let (name, rest) = trimmed.split_at_checked(end).ok_or_else(shape)?;
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(shape());
        }
        let rest = rest.trim_start_matches(' ');
        let operators = [("=~", true, true), ("!~", false, true), ("!=", false, false)];
        let mut operators = operators.into_iter().chain([("=", true, false)]);
        let (value, is_equal, is_pattern) = operators
            .find_map(|(sign, is_equal, is_pattern)| {
                Some((rest.strip_prefix(sign)?.trim_matches(' '), is_equal, is_pattern))
            })
            .ok_or_else(shape)?;
        let value = unquoted(value).ok_or_else(|| MatcherFault::Quotes(text.to_owned()))?;
        let wanted =
            if is_pattern { Wanted::Pattern(pattern(&value)?) } else { Wanted::Text(value) };
        Ok(Self { name: name.to_owned(), is_equal, wanted })
    }

    /// Whether the labels match. A missing label is taken as empty.
    pub(super) fn fits<V: AsRef<str>>(&self, labels: &BTreeMap<&'static str, V>) -> bool {
        let found = labels.get(self.name.as_str()).map_or("", AsRef::as_ref);
        let fits = match &self.wanted {
            Wanted::Text(text) => text == found,
            Wanted::Pattern(pattern) => pattern.is_match(found),
        };
        fits == self.is_equal
    }
}

/// Compiles an expression that must match a whole value. Matching takes time linear in the value's length.
pub(super) fn pattern(text: &str) -> Result<Regex, MatcherFault> {
    RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .nest_limit(DEEPEST)
        .build()
        .map_err(|error| MatcherFault::Pattern { found: text.to_owned(), why: one_line(&error) })
}

/// The error in one line.
fn one_line(error: &regex::Error) -> String {
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        return "this one is too large".to_owned();
    }
    let words = error.to_string();
    words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// The value without its quotes and escapes; `None` if quotes are missing or not escaped.
fn unquoted(value: &str) -> Option<String> {
    let is_quoted = value.starts_with('"');
    let inner = if is_quoted { value.strip_prefix('"')?.strip_suffix('"')? } else { value };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some(escaped @ ('"' | '\\')) => text.push(escaped),
                // An escape of a regular expression: `\d`, `\.`.
                Some(other) => text.extend(['\\', other]),
                // It escapes the closing quote.
                None if is_quoted => return None,
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use utoipa::PartialSchema;

    use super::*;

    /// The severities that a matcher matches, or why it is not valid.
    fn check(text: &str) -> String {
        let severities = ["", "high", "critical", "a\"b\\c\n"];
        match Matcher::parse(text) {
            Ok(matcher) => {
                let fit = severities.iter().filter(|severity| {
                    let labels = [("severity", **severity)].into_iter();
                    matcher.fits(&labels.filter(|(_, value)| !value.is_empty()).collect())
                });
                format!("{:?}", fit.collect::<Vec<_>>())
            }
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn matchers_are_read_as_alertmanager_reads_them() {
        let shown: Vec<String> = [
            "severity=high",
            " severity = \"high\" ",
            "severity!=high",
            "severity=\"\"",
            "severity!=\"\"",
            "severity=~\"hi.h|critical\"",
            "severity=~\"hi\"",
            "severity!~\"hi.*\"",
            "severity=~\".+\"",
            "severity=~\"\\\\w+\"",
            "severity=~\\w+",
            r#"severity="a\"b\\c\n""#,
            "other=\"\"",
            "other=~\".+\"",
            "severity",
            "=high",
            "1st=high",
            "sévérité=haute",
            "severity=\"high",
            "severity=high\"",
            "severity=\"hi\"gh\"",
            "severity=\"high\\\"",
            "severity=~\"hi(\"",
            "severity=~\"\\\\w{1000}\"",
            "severity=~\"(((((((((((((((((((((((((((((((((a)))))))))))))))))))))))))))))))))\"",
        ]
        .map(|text| format!("{text}: {}", check(text)))
        .into();
        insta::assert_snapshot!(shown.join("\n"));
    }

    proptest! {
        #[test]
        fn the_document_has_the_matchers_that_are_read(text in r#" ?[a1:]{0,2}[ é\u{a0}]?[=~!]{0,3}[a=~!"\\ \u{a0}]{0,8}"#) {
            let schema = serde_json::to_value(MatcherText::schema()).unwrap();
            let pattern = Regex::new(schema["pattern"].as_str().unwrap()).unwrap();
            let is_read = !matches!(
                Matcher::parse(&text),
                Err(MatcherFault::Shape(_) | MatcherFault::Quotes(_)),
            );
            prop_assert_eq!(pattern.is_match(&text), is_read, "{}", text);
        }
    }

    #[test]
    fn matchers_are_counted_before_they_are_read() {
        let texts: Vec<_> = (0..33).map(|_| MatcherText("(".to_owned())).collect();
        let fault = Matcher::parse_all(&texts).unwrap_err();
        assert_eq!(fault, MatcherFault::TooMany(33));
    }
}
