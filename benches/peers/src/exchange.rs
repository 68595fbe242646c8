//! The rules, the rows and the verdicts to be found.

use std::path::Path;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Exchange {
    /// Names of the figures of a row.
    pub fields: Vec<String>,
    pub rows: Vec<Row>,
    /// Times that the rows are gone through.
    pub passes: usize,
    pub rules: Vec<Rule>,
    pub watch: f64,
    pub high: f64,
    pub critical: f64,
    pub by_hand_ns: f64,
    pub translated_ns: f64,
    pub interpreted_ns: f64,
}

#[derive(Debug, Deserialize)]
pub struct Row {
    pub figures: Vec<Option<f64>>,
    pub phase: Option<String>,
}

/// One of three shapes, on one or two figures.
#[derive(Debug, Deserialize)]
pub struct Rule {
    pub id: String,
    pub shape: u8,
    pub a: usize,
    pub b: usize,
    /// By row: a level from 0, or what is missing from `MISSING`.
    pub verdicts: Vec<i64>,
}

pub const MISSING: usize = 10;

impl Exchange {
    pub fn read(file: &Path) -> Result<Self, String> {
        let failed = |error: String| format!("{}: {error}", file.display());
        let bytes = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))
    }

    pub fn field(&self, place: usize) -> &str {
        &self.fields[place]
    }

    /// What a verdict is when a figure is missing.
    pub fn missing(place: usize) -> usize {
        MISSING + place
    }

    /// The same of the phase.
    pub fn missing_phase(&self) -> usize {
        MISSING + self.fields.len()
    }

    /// A rule as nested conditions, as CEL and Zen both write them.
    pub fn conditions(&self, rule: &Rule) -> String {
        let (a, b) = (self.field(rule.a), self.field(rule.b));
        let (no_a, no_b) = (Self::missing(rule.a), Self::missing(rule.b));
        let (watch, high, critical) = (self.watch, self.high, self.critical);
        match rule.shape {
            0 => format!(
                "{a} == null ? {no_a} : ({a} > {critical} ? 4 : ({a} > {high} ? 3 : ({a} > {watch} ? 1 : 0)))"
            ),
            1 => format!(
                "{a} == null ? {no_a} : ({a} > {high} ? ({b} == null ? {no_b} : ({b} > {high} ? 3 : 1)) \
                 : ({a} > {watch} ? 1 : ({b} == null ? {no_b} : ({b} > {watch} ? 1 : 0))))"
            ),
            _ => format!(
                "phase == null ? {} : (phase != \"build\" ? 0 : ({a} == null ? {no_a} : ({a} > {high} ? 2 : 0)))",
                self.missing_phase()
            ),
        }
    }
}
