//! What is wrong with rules, one thing after another: where, and what to write instead.

use serde::Serialize;
use utoipa::ToSchema;

use crate::cycle::Proof;
use crate::rules::RuleFault;

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
            detail,
            hint: None,
        }
    }
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
