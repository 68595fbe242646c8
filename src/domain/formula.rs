//! Formulas that give a value from other values of a row. What reads files defines the need; the language of rules answers
//! it.

use std::fmt::Debug;
use std::sync::Arc;

use thiserror::Error;

use super::value::Value;

/// A language in which formulas are written.
pub trait FormulaLanguage: Debug + Send + Sync {
    /// Compiles a formula that may read `names`.
    ///
    /// # Errors
    /// What is wrong with the text.
    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Formula>, FormulaFault>;
}

/// A compiled formula.
pub trait Formula: Debug + Send + Sync {
    /// The names that it reads, each once.
    fn reads(&self) -> &[String];

    /// The value for one row; `None` when what it takes is missing. `values` are those of `reads`, in that order.
    ///
    /// # Errors
    /// When the values cannot be combined so.
    fn value(&self, values: &[Option<Value>]) -> Result<Option<Value>, FormulaFault>;
}

/// Why a formula has no value on any row, in French.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("trouvé {found}, attendu {expected}")]
pub struct FormulaFault {
    pub found: String,
    pub expected: String,
}

impl FormulaFault {
    pub fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: found.into(), expected: expected.into() }
    }
}
