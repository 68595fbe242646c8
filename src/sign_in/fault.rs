//! Why a sign-in cannot begin or does not end. Secrets, codes and tokens are never repeated.

use std::error::Error;

use thiserror::Error;

/// A setting that cannot be used.
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
    /// Another browser's, or one that was used.
    #[error(
        "the return belongs to no sign-in begun in this browser: its `state` is another's, or missing"
    )]
    Foreign,
    #[error("the return comes from `{found}`, expected `{expected}`, the setting `sign_in.issuer`")]
    Issuer { found: String, expected: String },
    /// By the person, or by the provider on their behalf.
    #[error("the sign-in was declined at the provider")]
    Declined,
    #[error("the provider answered `{0}` instead of a code")]
    Answered(String),
    #[error("the return holds neither a code nor an error")]
    Empty,
    /// Used, or too old: ProConnect's live for 30 seconds.
    #[error("the provider no longer takes the code: {0}")]
    Code(String),
    #[error("ask the provider for {what}: {cause}")]
    Unreachable { what: &'static str, cause: String },
    /// An answer that is not one.
    #[error("read the provider's {what}: {cause}")]
    Unreadable { what: &'static str, cause: String },
    /// An answer that proves nothing.
    #[error("check the provider's {what}: {cause}")]
    Untrusted { what: &'static str, cause: String },
    #[error("draw a number at random: {0}")]
    Chance(String),
}

/// An error with what caused it, on one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !told.ends_with(&text) {
            told = format!("{told}: {text}");
        }
        cause = next.source();
    }
    told
}

/// What a provider wrote, short and on one line, before it goes into a log.
pub(super) fn plain(text: &str) -> String {
    const SHOWN: usize = 200;
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}
