//! A rule's answer on a subject, and what it rests on.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::value::{FieldValue, Value};
use crate::support::text_position::line_and_column;

/// Only a level may close an alert: not knowing is never good news.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Verdict {
    Level { level: Level },
    Unknown { missing: Vec<MissingField> },
    Failed { fault: RuleFailure },
}

impl Verdict {
    pub fn level(&self) -> Option<Level> {
        match self {
            Self::Level { level } => Some(*level),
            Self::Unknown { .. } | Self::Failed { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct MissingField {
    pub field: String,
    pub why: Absence,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Nobody said.
    Missing,
    /// Known, and kept back on purpose.
    Withheld,
    /// Asked, and the project answered that it does not know.
    Unknown,
}

/// Where a text of the catalogue is wrong, or a rule broke down, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct RuleFailure {
    /// Relative to the catalogue.
    pub file: String,
    /// Counted from 1 in the file as its author sees it, front matter included.
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
}

impl RuleFailure {
    /// At the first byte of a span of `text`, the content of `file`.
    pub fn at(
        file: &str,
        text: &str,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        let place = span.map(|span| line_and_column(text, span.start));
        Self {
            file: file.to_owned(),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message: message.into(),
        }
    }
}

impl fmt::Display for RuleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What `assess` read, and the comparisons that led to the level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// In reading order, each name once.
    pub readings: Vec<Reading>,
    /// In the order of evaluation.
    pub trail: Vec<Comparison>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    pub name: String,
    pub source: ReadingSource,
    /// French label of the field or threshold.
    pub label: String,
    pub unit: Option<String>,
    /// `None` when it was missing and the rule said what to do then.
    #[schema(value_type = Option<FieldValue>)]
    pub value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadingSource {
    Field,
    Threshold,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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

/// A rule's verdict on a subject.
#[derive(Debug, ToSchema)]
#[schema(as = Judgement)]
pub struct JudgementFields {
    pub rule: RuleId,
    pub subject: Subject,
    pub outcome: VerdictOutcome,
    /// Given when `outcome` is `level`.
    #[schema(nullable = false)]
    pub level: Option<Level>,
    /// Given when `outcome` is `unknown`.
    #[schema(nullable = false)]
    pub missing: Option<Vec<MissingField>>,
    /// Given when `outcome` is `failed`.
    #[schema(nullable = false)]
    pub fault: Option<RuleFailure>,
    /// Given for a level from `watch` up.
    #[schema(nullable = false)]
    pub evidence: Option<Evidence>,
    /// In French. Given for a level from `watch` up.
    #[schema(nullable = false)]
    pub explanation: Option<String>,
}

/// Whether a rule gave a level, lacked data, or failed.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VerdictOutcome {
    Level,
    Unknown,
    Failed,
}

// One object with what each outcome adds: generators of clients read it, and not one object for each outcome within others.
impl PartialSchema for Judgement {
    fn schema() -> RefOr<Schema> {
        JudgementFields::schema()
    }
}

impl ToSchema for Judgement {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        JudgementFields::schemas(schemas);
    }
}
