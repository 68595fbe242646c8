//! `rules/notices.toml`: how long messages are, and what follows when nobody answers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::level::Level;
use crate::domain::portfolio::import::Dataset;

/// Name of the file in the catalogue's folder.
pub const FILE: &str = "notices.toml";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoticeTerms {
    pub(in crate::notify) digest: Digest,
    pub(in crate::notify) critical: Critical,
    pub(in crate::notify) reminder: Reminder,
    pub(in crate::notify) escalation: Escalation,
    pub(in crate::notify) stale: Stale,
    pub(in crate::notify) campaign: CampaignTerms,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notify) struct Digest {
    /// Most lines of a message; the rest is behind a link.
    pub(in crate::notify) lines: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notify) struct Critical {
    pub(in crate::notify) at_night: bool,
}

/// Reminder to the secretary-general, while nobody acknowledges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notify) struct Reminder {
    pub(in crate::notify) from: Level,
    /// Days after the alert was sent.
    pub(in crate::notify) after_days: u32,
    pub(in crate::notify) every_days: u32,
    pub(in crate::notify) at_most: u32,
}

/// Escalation to DINUM's director, while nobody acknowledges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notify) struct Escalation {
    pub(in crate::notify) from: Level,
    /// Days after the alert was sent.
    pub(in crate::notify) after_days: u32,
}

/// Days without an import after which a dataset is stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notify) struct Stale {
    panorama_days: u32,
    follow_up_days: u32,
}

impl Stale {
    pub(in crate::notify) fn after(&self, dataset: Dataset) -> u32 {
        if dataset == Dataset::Panorama { self.panorama_days } else { self.follow_up_days }
    }
}

/// Reminders of a questionnaire that nobody answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notify) struct CampaignTerms {
    /// Days before the campaign closes.
    pub(in crate::notify) remind_before_days: Vec<u32>,
}

/// Most reminders of one campaign.
const MOST_REMINDERS: usize = 5;

#[derive(Debug, Error)]
pub enum TermsError {
    #[error("read {FILE}: {0}")]
    Syntax(String),
    #[error("{FILE}: `{key}` is 0, expected 1 at least")]
    Zero { key: &'static str },
    #[error(
        "{FILE}: `campaign.remind_before_days` has {found} entries, expected {MOST_REMINDERS} at most"
    )]
    Reminders { found: usize },
}

impl NoticeTerms {
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
            ("campaign.remind_before_days", terms.campaign.remind_before_days.contains(&0)),
        ];
        let found = terms.campaign.remind_before_days.len();
        if found > MOST_REMINDERS {
            return Err(TermsError::Reminders { found });
        }
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

impl Default for CampaignTerms {
    fn default() -> Self {
        Self { remind_before_days: vec![7, 1] }
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
        assert_eq!(NoticeTerms::parse(Some(&text)).unwrap(), NoticeTerms::default());
        assert_eq!(NoticeTerms::parse(None).unwrap(), NoticeTerms::default());
    }

    #[test]
    fn a_delay_of_nothing_is_refused() {
        let text = "[escalation]\nfrom = \"critical\"\nafter_days = 0\n".to_owned();
        let fault = NoticeTerms::parse(Some(&text)).unwrap_err().to_string();
        assert_eq!(fault, "notices.toml: `escalation.after_days` is 0, expected 1 at least");
    }

    #[test]
    fn reminders_of_a_campaign_are_few_and_before_its_end() {
        let of = |days: &str| {
            let text = format!("[campaign]\nremind_before_days = {days}\n");
            NoticeTerms::parse(Some(&text)).map_err(|fault| fault.to_string())
        };
        assert!(of("[]").is_ok(), "nobody is reminded");
        let none_before = of("[7, 0]").unwrap_err();
        assert_eq!(
            none_before,
            "notices.toml: `campaign.remind_before_days` is 0, expected 1 at least"
        );
        let many = of("[1, 2, 3, 4, 5, 6]").unwrap_err();
        assert!(many.ends_with("has 6 entries, expected 5 at most"), "{many}");
    }
}
