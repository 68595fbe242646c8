//! The playbook: for each kind of mission, who leads it, by when it is decided, what is automatic.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Days;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::domain::ids::RuleId;
use crate::domain::mission::MissionKind;

/// Longest delay that makes sense for a decision.
const MAX_DAYS: u32 = 366;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    #[serde(default)]
    missions: BTreeMap<MissionKind, Play>,
    #[serde(default)]
    automatic: Vec<Automatic>,
}

/// How one kind of mission is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// Who leads it, in French.
    pub lead: String,
    /// What it consists of, in French.
    pub purpose: String,
    /// Days within which it is to be decided.
    pub decide_within_days: u32,
}

/// A rule whose alerts open their mission at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Automatic {
    rule: RuleId,
    /// In French: why nobody is asked.
    because: String,
}

#[derive(Debug, Error)]
pub enum PlaybookError {
    #[error("read {file}: {message}")]
    Syntax { file: String, message: String },
    #[error("{file}: mission `{kind}` is not described; describe it under `[missions.{kind}]`")]
    Undescribed { file: String, kind: &'static str },
    #[error(
        "{file}: `missions.{kind}.decide_within_days` is {found}, expected 1 to {MAX_DAYS} days"
    )]
    Delay { file: String, kind: &'static str, found: u32 },
}

impl Playbook {
    pub fn parse(text: &str, file: &str) -> Result<Self, PlaybookError> {
        let playbook: Self = toml::from_str(text).map_err(|error| PlaybookError::Syntax {
            file: file.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        for kind in MissionKind::ALL {
            let word = kind.word();
            let Some(play) = playbook.missions.get(&kind) else {
                return Err(PlaybookError::Undescribed { file: file.to_owned(), kind: word });
            };
            if play.decide_within_days == 0 || play.decide_within_days > MAX_DAYS {
                let found = play.decide_within_days;
                return Err(PlaybookError::Delay { file: file.to_owned(), kind: word, found });
            }
        }
        Ok(playbook)
    }

    pub fn play(&self, kind: MissionKind) -> Option<&Play> {
        self.missions.get(&kind)
    }

    /// Rules named as automatic, to be checked against the catalogue.
    pub fn automatic_rules(&self) -> BTreeSet<&RuleId> {
        self.automatic.iter().map(|automatic| &automatic.rule).collect()
    }

    /// Why a mission that this rule calls for opens at once, in French. Escalating against a vendor
    /// always takes a person's decision, whatever the file says.
    pub(super) fn automatic_because(&self, rule: &RuleId, kind: MissionKind) -> Option<&str> {
        if kind == MissionKind::VendorEscalation {
            return None;
        }
        let automatic = self.automatic.iter().find(|automatic| automatic.rule == *rule)?;
        Some(&automatic.because)
    }

    pub(super) fn due_on(&self, kind: MissionKind, from: NaiveDate) -> NaiveDate {
        let days = self.play(kind).map_or(0, |play| play.decide_within_days);
        from.checked_add_days(Days::new(u64::from(days))).unwrap_or(from)
    }
}
