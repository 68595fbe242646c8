//! Texts in request bodies: bounded in length, without control characters.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::support::visible_text::is_invisible;

/// Text of several lines, or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    max_length = 4000,
    pattern = "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*$"
)]
pub struct OptionalText(String);

/// Text of several lines, not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    min_length = 1,
    max_length = 4000,
    pattern = "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*[^\\s\\u0000-\\u001F\\u007F-\\u009F\\u00AD\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFEFF][^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*$"
)]
pub struct RequiredText(String);

/// One line of text, not empty: a name or a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    min_length = 1,
    max_length = 200,
    pattern = "^[^\\u0000-\\u001F\\u007F-\\u009F]*[^\\s\\u0000-\\u001F\\u007F-\\u009F\\u00AD\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFEFF][^\\u0000-\\u001F\\u007F-\\u009F]*$"
)]
pub struct SingleLine(String);

const LONGEST_TEXT: usize = 4_000;
const LONGEST_NAME: usize = 200;

/// A text that is read back as it was checked.
macro_rules! checked_text {
    ($($name:ident),+) => {
        $(
            impl $name {
                pub fn as_str(&self) -> &str {
                    &self.0
                }

                pub fn into_inner(self) -> String {
                    self.0
                }
            }

            impl From<$name> for String {
                fn from(text: $name) -> Self {
                    text.0
                }
            }
        )+
    };
}

checked_text!(OptionalText, RequiredText, SingleLine);

impl TryFrom<String> for OptionalText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        bounded(&text, LONGEST_TEXT).map(Self)
    }
}

impl TryFrom<String> for RequiredText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        bounded(&text, LONGEST_TEXT).and_then(not_empty).map(Self)
    }
}

impl TryFrom<String> for SingleLine {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains(['\n', '\r', '\t']) {
            return Err("found several lines, expected one".to_owned());
        }
        bounded(&text, LONGEST_NAME).and_then(not_empty).map(Self)
    }
}

fn bounded(text: &str, longest: usize) -> Result<String, String> {
    let found = text.chars().count();
    if found > longest {
        return Err(format!("found {found} characters, expected at most {longest}"));
    }
    let is_odd = |one: char| one.is_control() && one != '\n' && one != '\r' && one != '\t';
    if text.chars().any(is_odd) {
        return Err("found a control character, expected text".to_owned());
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned())
}

fn not_empty(text: String) -> Result<String, String> {
    if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return Err("found nothing, expected text".to_owned());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_have_no_control_characters() {
        assert_eq!(
            RequiredText::try_from(" vu\r\nlundi ".to_owned()).unwrap().as_str(),
            "vu\nlundi"
        );
        assert_eq!(OptionalText::try_from("  ".to_owned()).unwrap().as_str(), "");
        let refusals = [
            RequiredText::try_from(" \n".to_owned()).unwrap_err(),
            RequiredText::try_from("\u{200b} \u{feff}".to_owned()).unwrap_err(),
            OptionalText::try_from("é".repeat(4_001)).unwrap_err(),
            OptionalText::try_from("\u{1b}[2J".to_owned()).unwrap_err(),
            SingleLine::try_from("Ada\nLovelace".to_owned()).unwrap_err(),
            SingleLine::try_from("Ada\n".to_owned()).unwrap_err(),
        ];
        insta::assert_snapshot!(refusals.join("\n"), @r"
        found nothing, expected text
        found nothing, expected text
        found 4001 characters, expected at most 4000
        found a control character, expected text
        found several lines, expected one
        found several lines, expected one
        ");
    }
}
