//! The individual errors of a request: where each one is, and what to write instead.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use crate::application::Proof;
use crate::intake::{FileFault, UnknownName, WrongProfile};
use crate::rules::RuleFault;

/// One error of a request. A field that does not apply, or is not known, is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemError {
    /// JSON Pointer (RFC 6901) into the request body: `#/files/drift~1D1.rhai`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pointer: Option<String>,
    /// Name of the parameter, of the query, the path or a header.
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
    /// Row of a table, numbered as a spreadsheet program does: the header is row 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    row: Option<u32>,
    /// Header of the column of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    header: Option<String>,
    detail: String,
    /// The name that nothing knows, where that is the error: `POST /api/v1/names` records what it designates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unknown_name: Option<Box<UnknownName>>,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hint: Option<String>,
}

impl ProblemError {
    /// An error at a place in the body, given as a JSON Pointer.
    pub(in crate::api) fn at(pointer: &str, detail: String) -> Self {
        Self { pointer: Some(pointer.to_owned()), ..Self::with_detail(detail) }
    }

    pub(in crate::api) fn of_parameter(parameter: &str, detail: String) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..Self::with_detail(detail) }
    }

    /// An error of a body that is not valid JSON, or that a handler cannot read.
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        let detail = words.split_once(" at line ").map_or(words.as_str(), |(words, _)| words);
        let (line, column) = (Some(error.line()), Some(error.column()));
        Self { line, column, ..Self::with_detail(detail.to_owned()) }
    }

    pub(in crate::api) fn hinted(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    fn with_detail(detail: String) -> Self {
        let (pointer, parameter, file, hint) = (None, None, None, None);
        let (line, column, row, header) = (None, None, None, None);
        let unknown_name = None;
        Self { pointer, parameter, file, line, column, row, header, detail, unknown_name, hint }
    }

    fn of_fault(fault: &RuleFault) -> Self {
        Self {
            pointer: Some(pointer(&fault.file)),
            file: Some(fault.file.clone()),
            line: fault.line,
            column: fault.column,
            hint: fault.hint.clone(),
            ..Self::with_detail(fault.message.clone())
        }
    }

    fn of_file(file: Option<&str>, detail: String) -> Self {
        Self {
            pointer: file.map(pointer),
            file: file.map(str::to_owned),
            ..Self::with_detail(detail)
        }
    }

    pub(super) fn of_table(file: &str, fault: &FileFault) -> Self {
        let (row, header) = (fault.row, fault.column.clone());
        let (detail, unknown_name) = (fault.in_words(), fault.unknown_name.clone());
        let file = Some(file.to_owned());
        Self { file, row, header, unknown_name, ..Self::with_detail(detail) }
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

/// One line with the first error, the number of others, and how many of them are in `errors`.
pub(super) fn summary(errors: &[ProblemError], left_out: usize) -> String {
    let first = errors.first().map(ToString::to_string).unwrap_or_default();
    match (errors.len().saturating_sub(1), left_out) {
        (0, 0) => first,
        (listed, 0) => format!("{first}; {listed} more, see `errors`"),
        (listed, _) => format!(
            "{first}; {} more, {listed} of them in `errors` and {left_out} left out",
            listed.saturating_add(left_out)
        ),
    }
}

/// One error for each fault of a profile, with its line.
pub(in crate::api) fn profile_errors(wrong: &WrongProfile) -> Vec<ProblemError> {
    let errors = wrong.faults.iter().map(|fault| {
        let detail =
            format!("`{}` : trouvé {}, attendu {}", fault.key, fault.found, fault.expected);
        ProblemError { line: Some(fault.line), ..ProblemError::with_detail(detail) }
    });
    errors.collect()
}

pub(in crate::api) fn fault_errors(faults: &[RuleFault]) -> Vec<ProblemError> {
    faults.iter().map(ProblemError::of_fault).collect()
}

/// Errors in the rules, then failing test cases, then missing test cases.
pub(super) fn proof_errors(proof: &Proof) -> Vec<ProblemError> {
    let failed = proof.failed.iter().map(|outcome| {
        let difference = outcome.difference.as_deref().unwrap_or_default();
        let detail = format!("« {} »: {difference}", outcome.name);
        ProblemError::of_file(Some(&outcome.file), detail)
    });
    let missing = proof.missing.iter().map(|words| ProblemError::of_file(None, words.clone()));
    fault_errors(&proof.faults).into_iter().chain(failed).chain(missing).collect()
}

/// JSON Pointer (RFC 6901) to a file in the request body.
fn pointer(file: &str) -> String {
    format!("#/files/{}", file.replace('~', "~0").replace('/', "~1"))
}
