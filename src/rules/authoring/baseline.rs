//! The healthy subjects of `cases/baseline.toml`, which must know every field that a rule reads.

use toml::Value;

use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::testing::case_file;

pub(super) const FILE: &str = "cases/baseline.toml";

const HEAD: &str = "[case.fields]";

/// What a healthy subject says of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HealthySubject {
    pub(super) name: String,
    pub(super) value: Option<Value>,
}

/// What each healthy subject of a scope says of a field.
///
/// # Errors
///
/// When the file cannot be read.
pub(super) fn of_field(
    text: &str,
    scope: SubjectKind,
    field: &str,
) -> Result<Vec<HealthySubject>, String> {
    let file = case_file::read(text).map_err(|why| format!("{FILE}: {why}"))?;
    let listed = file.case.into_iter().filter(|case| {
        let left = case.fields.get("has_left").and_then(Value::as_bool) == Some(true);
        case.scope.unwrap_or(SubjectKind::Project) == scope && !left
    });
    let healthy = listed
        .map(|case| HealthySubject { value: case.fields.get(field).cloned(), name: case.name });
    Ok(healthy.collect())
}

/// The text in which each healthy subject of the scope that does not know the field has this value, written in TOML.
pub(super) fn with_field(
    text: &str,
    scope: SubjectKind,
    field: &str,
    value: &str,
) -> Result<String, String> {
    let file = case_file::read(text).map_err(|why| format!("{FILE}: {why}"))?;
    // The tables of fields, in the order of the cases that have one.
    let mut heads = text.match_indices(HEAD).map(|(at, _)| at + HEAD.len());
    let mut wanted = Vec::new();
    let starts: Vec<usize> = text.match_indices("[[case]]").map(|(at, _)| at).collect();
    let mut head = heads.next();
    for (place, case) in file.case.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(text.len());
        let own = head.filter(|at| *at < end);
        if own.is_some() {
            head = heads.next();
        }
        let of_scope = case.scope.unwrap_or(SubjectKind::Project) == scope;
        if let Some(at) = own.filter(|_| of_scope && !case.fields.contains_key(field)) {
            wanted.push(at);
        }
    }
    let mut written = String::new();
    let mut from = 0;
    for at in wanted {
        written.push_str(text.get(from..at).unwrap_or_default());
        written.push_str(&format!("\n{field} = {value}"));
        from = at;
    }
    written.push_str(text.get(from..).unwrap_or_default());
    Ok(written)
}
