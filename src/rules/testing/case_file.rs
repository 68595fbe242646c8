//! Files of cases as their authors write them: cases, and series of evaluations.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::alerts::alert::AlertState;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::catalogue::fault::{RuleFault, TextPosition};

pub(in crate::rules) const FOLDER: &str = "cases/";

/// Path of the cases of a rule in the catalogue's folder.
pub fn cases_path(rule: &str) -> String {
    format!("{FOLDER}{rule}.toml")
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct File {
    #[serde(default)]
    pub(in crate::rules) case: Vec<Case>,
    /// Only in the file of a rule, not in the file of healthy subjects.
    #[serde(default)]
    pub(in crate::rules) series: Vec<Series>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct Case {
    pub(in crate::rules) name: String,
    pub(in crate::rules) as_of: toml::value::Datetime,
    /// Values of the fields that the case needs; all the others are missing.
    #[serde(default)]
    pub(in crate::rules) fields: BTreeMap<String, toml::Value>,
    pub(in crate::rules) expect: Option<Level>,
    pub(in crate::rules) unknown: Option<Vec<String>>,
    pub(in crate::rules) explanation_contains: Option<String>,
    /// Only for a healthy subject; the cases of a rule have the scope of the rule.
    pub(in crate::rules) scope: Option<SubjectKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct Series {
    pub(in crate::rules) name: String,
    /// Values common to all evaluations; an evaluation may replace them.
    #[serde(default)]
    pub(in crate::rules) fields: BTreeMap<String, toml::Value>,
    pub(in crate::rules) evaluations: Vec<Evaluation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct Evaluation {
    pub(in crate::rules) as_of: toml::value::Datetime,
    #[serde(default)]
    pub(in crate::rules) fields: BTreeMap<String, toml::Value>,
    /// The expected verdict; `None` when the author does not say.
    pub(in crate::rules) expect: Option<Level>,
    pub(in crate::rules) unknown: Option<Vec<String>>,
    /// The expected state of the alert after this evaluation.
    pub(in crate::rules) alert: ExpectedAlert,
    pub(in crate::rules) stale: Option<bool>,
}

/// The state of an alert that an author expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedAlert {
    /// The alert was never raised.
    None,
    Pending,
    Open,
    Dormant,
    Resolved,
}

impl ExpectedAlert {
    pub fn of(state: Option<AlertState>) -> Self {
        match state {
            None => Self::None,
            Some(AlertState::Pending) => Self::Pending,
            Some(AlertState::Open) => Self::Open,
            Some(AlertState::Dormant) => Self::Dormant,
            Some(AlertState::Resolved) => Self::Resolved,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Open => "open",
            Self::Dormant => "dormant",
            Self::Resolved => "resolved",
        }
    }
}

pub(in crate::rules) fn stem(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(".toml")
}

/// Case files that cannot be read, each with its place.
pub fn case_faults(texts: &BTreeMap<String, String>) -> Vec<RuleFault> {
    let files = texts.iter().filter(|(path, _)| stem(path).is_some());
    let fault = |(path, text): (&String, &String)| {
        let (position, message) = parse(text).err()?;
        Some(RuleFault::new(path, position, message))
    };
    files.filter_map(fault).collect()
}

pub(in crate::rules) fn read(text: &str) -> Result<File, String> {
    parse(text).map_err(|(TextPosition { line, column }, message)| {
        let place = [line, column].map(|number| number.unwrap_or_default().to_string());
        format!("line {}: {message}", place.join(":"))
    })
}

/// The file, or where and why it cannot be read.
fn parse(text: &str) -> Result<File, (TextPosition, String)> {
    toml::from_str(text)
        .map_err(|error| (TextPosition::of_span(text, 0, error.span()), error.message().to_owned()))
}
