//! `rules/notices.toml`: how long messages are, and what follows when nobody answers.

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::domain::import::Dataset;
use crate::domain::level::Level;

/// Name of the file in the catalogue's folder.
pub const FILE: &str = "notices.toml";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    pub(super) digest: Digest,
    pub(super) critical: Critical,
    pub(super) reminder: Reminder,
    pub(super) escalation: Escalation,
    pub(super) stale: Stale,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Digest {
    /// Most lines of a message; the rest is behind a link.
    pub(super) lines: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Critical {
    pub(super) at_night: bool,
}

/// Reminder to the secretary-general, while nobody acknowledges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reminder {
    pub(super) from: Level,
    /// Days after the alert was sent.
    pub(super) after_days: u32,
    pub(super) every_days: u32,
    pub(super) at_most: u32,
}

/// Escalation to DINUM's director, while nobody acknowledges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Escalation {
    pub(super) from: Level,
    /// Days after the alert was sent.
    pub(super) after_days: u32,
}

/// Days without an import after which a dataset is stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stale {
    panorama_days: u32,
    follow_up_days: u32,
}

impl Stale {
    pub(super) fn after(&self, dataset: Dataset) -> u32 {
        if dataset == Dataset::Panorama { self.panorama_days } else { self.follow_up_days }
    }
}

#[derive(Debug, Error)]
pub enum TermsError {
    #[error("read {FILE}: {0}")]
    Syntax(String),
    #[error("{FILE}: `{key}` is 0, expected 1 at least")]
    Zero { key: &'static str },
}

impl Terms {
    /// Parses the file. A catalogue without it has the default terms.
    ///
    /// # Errors
    /// When the text is not valid.
    pub fn parse(text: Option<&String>) -> Result<Self, TermsError> {
        let Some(text) = text else { return Ok(Self::default()) };
        let terms: Self = toml::from_str(text)
            .map_err(|error| TermsError::Syntax(error.to_string().trim_end().to_owned()))?;
        let zero = [
            ("digest.lines", terms.digest.lines == 0),
            ("reminder.after_days", terms.reminder.after_days == 0),
            ("reminder.every_days", terms.reminder.every_days == 0),
            ("escalation.after_days", terms.escalation.after_days == 0),
            ("stale.panorama_days", terms.stale.panorama_days == 0),
            ("stale.follow_up_days", terms.stale.follow_up_days == 0),
        ];
        match zero.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((key, _)) => Err(TermsError::Zero { key }),
            None => Ok(terms),
        }
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self { lines: 30 }
    }
}

impl Default for Stale {
    fn default() -> Self {
        Self { panorama_days: 240, follow_up_days: 100 }
    }
}

impl Default for Reminder {
    fn default() -> Self {
        Self { from: Level::High, after_days: 7, every_days: 7, at_most: 2 }
    }
}

impl Default for Escalation {
    fn default() -> Self {
        Self { from: Level::Critical, after_days: 21 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_says_the_usual_terms() {
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/notices.toml"));
        let text = text.unwrap();
        assert_eq!(Terms::parse(Some(&text)).unwrap(), Terms::default());
        assert_eq!(Terms::parse(None).unwrap(), Terms::default());
    }

    #[test]
    fn a_delay_of_nothing_is_refused() {
        let text = "[escalation]\nfrom = \"critical\"\nafter_days = 0\n".to_owned();
        let fault = Terms::parse(Some(&text)).unwrap_err().to_string();
        assert_eq!(fault, "notices.toml: `escalation.after_days` is 0, expected 1 at least");
    }
}
