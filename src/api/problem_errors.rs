//! What is wrong with what was sent, one thing after another: where, and what to write instead.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::error::Problem;
use crate::cycle::Proof;
use crate::rules::RuleFault;
use crate::sources::Fault;
use crate::sources::Refused;
use crate::sources::SourceError;

/// One of several faults. What is left out is not known, or is of the whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemError {
    /// Into the body that was sent: `#/files/drift~1D1.rhai`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pointer: Option<String>,
    /// Of the query or the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    file: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    line: Option<usize>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    column: Option<usize>,
    /// Of a table, as a spreadsheet program numbers it: the header is row 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    row: Option<u32>,
    /// Of a table, the name of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    header: Option<String>,
    detail: String,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hint: Option<String>,
}

impl ProblemError {
    /// At a place of the body.
    pub(super) fn at(pointer: &str, detail: String) -> Self {
        Self { pointer: Some(pointer.to_owned()), ..Self::saying(detail) }
    }

    pub(super) fn of_parameter(parameter: &str, detail: String) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..Self::saying(detail) }
    }

    /// Of a body that is no JSON, or that a handler cannot read.
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        let detail = words.split_once(" at line ").map_or(words.as_str(), |(words, _)| words);
        let (line, column) = (Some(error.line()), Some(error.column()));
        Self { line, column, ..Self::saying(detail.to_owned()) }
    }

    pub(super) fn hinted(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    fn saying(detail: String) -> Self {
        let (pointer, parameter, file, hint) = (None, None, None, None);
        let (line, column, row, header) = (None, None, None, None);
        Self { pointer, parameter, file, line, column, row, header, detail, hint }
    }

    fn of_fault(fault: &RuleFault) -> Self {
        Self {
            pointer: Some(pointer(&fault.file)),
            file: Some(fault.file.clone()),
            line: fault.line,
            column: fault.column,
            hint: fault.hint.clone(),
            ..Self::saying(fault.message.clone())
        }
    }

    fn of_file(file: Option<&str>, detail: String) -> Self {
        Self { pointer: file.map(pointer), file: file.map(str::to_owned), ..Self::saying(detail) }
    }

    fn of_table(file: &str, fault: &Fault) -> Self {
        let (row, header) = (fault.row, fault.column.clone());
        let detail = format!("found {}, expected {}", fault.found, fault.expected);
        Self { file: Some(file.to_owned()), row, header, ..Self::saying(detail) }
    }
}

impl fmt::Display for ProblemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.pointer, &self.parameter, self.line.zip(self.column)) {
            (Some(pointer), ..) => write!(f, "`{pointer}`: ")?,
            (None, Some(parameter), _) => write!(f, "parameter `{parameter}`: ")?,
            (None, None, Some((line, column))) => write!(f, "line {line}, column {column}: ")?,
            (None, None, None) => {}
        }
        f.write_str(&self.detail)
    }
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::UnknownProfile { .. } => Self::Unfit(error.to_string()),
            // Folders of ours that cannot be read.
            SourceError::Read { .. } | SourceError::Profile { .. } => {
                Self::NotReady(error.to_string())
            }
            SourceError::TooLarge { .. }
            | SourceError::Unreadable { .. }
            | SourceError::UnknownLayout(_)
            | SourceError::AmbiguousLayout { .. }
            | SourceError::NoEdition { .. }
            | SourceError::Refused(_) => bad_file(&error),
        }
    }
}

/// Faults of a file told one by one at most; the detail counts them all.
const TOLD: usize = 200;

/// A file that was refused, with its faults where they are known one by one.
fn bad_file(refusal: &SourceError) -> Problem {
    let SourceError::Refused(refused) = refusal else {
        return Problem::BadFile { detail: refusal.to_string(), errors: vec![] };
    };
    let Refused { file, faults } = refused.as_ref();
    let count = faults.len();
    let many = if count == 1 { "fault" } else { "faults" };
    let rest = if count > TOLD { format!(", the first {TOLD} told") } else { String::new() };
    let detail = format!("`{file}`: {count} {many}{rest}; nothing of it was kept");
    let errors = faults.iter().take(TOLD).map(|fault| ProblemError::of_table(file, fault));
    Problem::BadFile { detail, errors: errors.collect() }
}

pub(super) fn fault_errors(faults: &[RuleFault]) -> Vec<ProblemError> {
    faults.iter().map(ProblemError::of_fault).collect()
}

/// Faults, then cases that fail, then cases that are missing.
pub(super) fn proof_errors(proof: &Proof) -> Vec<ProblemError> {
    let failed = proof.failed.iter().map(|outcome| {
        let difference = outcome.difference.as_deref().unwrap_or_default();
        let detail = format!("« {} »: {difference}", outcome.name);
        ProblemError::of_file(Some(&outcome.file), detail)
    });
    let missing = proof.missing.iter().map(|words| ProblemError::of_file(None, words.clone()));
    fault_errors(&proof.faults).into_iter().chain(failed).chain(missing).collect()
}

/// As RFC 6901 has them.
fn pointer(file: &str) -> String {
    format!("#/files/{}", file.replace('~', "~0").replace('/', "~1"))
}
