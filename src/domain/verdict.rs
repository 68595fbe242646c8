//! A rule's answer on a subject, and what it stands on.

use serde::Deserialize;
use serde::Serialize;

use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::subject::Subject;
use crate::domain::value::Value;

/// Only a level may close an alert: not knowing is never good news.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Verdict {
    Level { level: Level },
    Unknown { missing: Vec<MissingField> },
    Failed { fault: Fault },
}

impl Verdict {
    pub fn level(&self) -> Option<Level> {
        match self {
            Self::Level { level } => Some(*level),
            Self::Unknown { .. } | Self::Failed { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MissingField {
    pub field: String,
    pub why: Absence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    Missing,
    Withheld,
}

/// Where and why a rule broke down.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fault {
    /// The rule's file, relative to the catalogue.
    pub file: String,
    /// Counted from 1 in the file as its author sees it, front matter included.
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
}

/// What `assess` read, and the comparisons that led to the level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// In reading order, each name once.
    pub readings: Vec<Reading>,
    /// In the order of evaluation.
    pub trail: Vec<Comparison>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub name: String,
    pub source: ReadingSource,
    /// French label of the field or threshold.
    pub label: String,
    pub unit: Option<String>,
    /// `None` when it was missing and the rule said what to do then.
    pub value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingSource {
    Field,
    Threshold,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Comparison {
    pub line: usize,
    pub column: usize,
    /// In French words, with values: `Écart budgétaire 42,0 % > seuil critique 30,0 %`.
    pub text: String,
    pub held: bool,
}

/// One verdict with its subject. `evidence` and `explanation` come with what fired (from `Watch`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub rule: RuleId,
    pub subject: Subject,
    #[serde(flatten)]
    pub verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub explanation: Option<String>,
}
