//! Why a sign-in cannot begin or complete. Secrets, codes and tokens are never repeated.

use std::error::Error;

use thiserror::Error;

/// A setting that is not valid.
#[derive(Debug, Error)]
#[error("read the setting `{setting}`: {what}")]
pub struct SettingFault {
    setting: &'static str,
    what: String,
}

impl SettingFault {
    pub(super) fn new(setting: &'static str, what: impl Into<String>) -> Self {
        Self { setting, what: what.into() }
    }
}

#[derive(Debug, Error)]
pub enum SignInFault {
    /// From another browser, or already used.
    #[error(
        "the return belongs to no sign-in begun in this browser: its `state` is another's, or missing"
    )]
    Foreign,
    #[error("the return comes from `{found}`, expected `{expected}`, the setting `sign_in.issuer`")]
    Issuer { found: String, expected: String },
    /// Declined by the person, or by the provider on their behalf.
    #[error("the sign-in was declined at the provider")]
    Declined,
    #[error("the provider answered `{0}` instead of a code")]
    Answered(String),
    #[error("the return holds neither a code nor an error")]
    Empty,
    /// Already used, or too old: those of ProConnect last 30 seconds.
    #[error("the provider no longer takes the code: {0}")]
    Code(String),
    #[error("ask the provider for {what}: {cause}")]
    Unreachable { what: &'static str, cause: String },
    /// An answer that cannot be parsed.
    #[error("read the provider's {what}: {cause}")]
    Unreadable { what: &'static str, cause: String },
    /// An answer that cannot be verified.
    #[error("check the provider's {what}: {cause}")]
    Untrusted { what: &'static str, cause: String },
    #[error("draw a number at random: {0}")]
    Chance(String),
}

/// An error with its causes, on one line.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut text_so_far = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !text_so_far.ends_with(&text) {
            text_so_far = format!("{text_so_far}: {text}");
        }
        cause = next.source();
    }
    text_so_far
}

/// A provider's text, made short and put on one line for the log.
pub(super) fn plain(text: &str) -> String {
    const SHOWN: usize = 200;
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}
