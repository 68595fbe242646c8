//! The bounds: thresholds that only imports read. One that is not there is not checked.

use std::collections::BTreeMap;

use crate::domain::value::Value;

/// Values of thresholds by name.
#[derive(Clone, Debug, Default)]
pub struct PlausibilityBounds(BTreeMap<String, f64>);

impl PlausibilityBounds {
    /// Takes those of imports among the thresholds in force.
    pub fn of(thresholds: &BTreeMap<String, Value>) -> Self {
        let figure = |value: &Value| match value {
            Value::Float(figure) => Some(*figure),
            Value::Int(count) => i32::try_from(*count).ok().map(f64::from),
            Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
        };
        let bounds = thresholds.iter().filter(|(name, _)| name.starts_with("import_"));
        Self(bounds.filter_map(|(name, value)| Some((name.clone(), figure(value)?))).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}
