//! The healthy subjects of `cases/baseline.toml`, on which no rule fires.

use toml::Value;

use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::testing::case_file;

pub(super) const FILE: &str = "cases/baseline.toml";

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
