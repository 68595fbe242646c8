//! What is wrong with rules or with a file, one thing after another: where, and what to write instead.

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
    fn of_fault(fault: &RuleFault) -> Self {
        Self {
            pointer: Some(pointer(&fault.file)),
            file: Some(fault.file.clone()),
            line: fault.line,
            column: fault.column,
            row: None,
            header: None,
            detail: fault.message.clone(),
            hint: fault.hint.clone(),
        }
    }

    fn of_file(file: Option<&str>, detail: String) -> Self {
        Self {
            pointer: file.map(pointer),
            file: file.map(str::to_owned),
            line: None,
            column: None,
            row: None,
            header: None,
            detail,
            hint: None,
        }
    }

    fn of_table(file: &str, fault: &Fault) -> Self {
        let (row, header) = (fault.row, fault.column.clone());
        let detail = format!("found {}, expected {}", fault.found, fault.expected);
        let place = Self { pointer: None, row, header, ..Self::of_file(None, detail) };
        Self { file: Some(file.to_owned()), ..place }
    }
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::UnknownProfile { .. } => Self::BadParameter(error.to_string()),
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
