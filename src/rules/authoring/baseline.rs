//! The healthy subjects of `cases/baseline.toml`, on which no rule fires.

use std::collections::BTreeMap;

use toml::Value;

use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::testing::case_file;

pub(super) const FILE: &str = "cases/baseline.toml";

/// What is known of a subject, by field.
pub(super) type KnownFields = BTreeMap<String, Value>;

/// The healthy subjects of a scope that are in the panorama: the name of each, and what is known of it.
///
/// # Errors
///
/// When the file cannot be read.
pub(super) fn subjects(
    text: &str,
    scope: SubjectKind,
) -> Result<Vec<(String, KnownFields)>, String> {
    let file = case_file::read(text).map_err(|why| format!("{FILE}: {why}"))?;
    let listed = file.case.into_iter().filter(|case| {
        let left = case.fields.get("has_left").and_then(Value::as_bool) == Some(true);
        case.scope.unwrap_or(SubjectKind::Project) == scope && !left
    });
    Ok(listed.map(|case| (case.name, case.fields)).collect())
}
