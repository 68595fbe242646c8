//! The cells of one column, as values of the field's type.

use chrono::NaiveDate;

use super::profile::TableField;
use crate::domain::value::Value;
use crate::frame::dictionary::FieldKind;

/// The column's values in one batch of rows; `None` is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    Bool(Vec<Option<bool>>),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
    Date(Vec<Option<NaiveDate>>),
}

impl Cells {
    pub fn of(kind: FieldKind, capacity: usize) -> Self {
        match kind {
            FieldKind::Bool => Self::Bool(Vec::with_capacity(capacity)),
            FieldKind::Int => Self::Int(Vec::with_capacity(capacity)),
            FieldKind::Float => Self::Float(Vec::with_capacity(capacity)),
            FieldKind::Text => Self::Text(Vec::with_capacity(capacity)),
            FieldKind::Date => Self::Date(Vec::with_capacity(capacity)),
        }
    }

    pub fn height(&self) -> usize {
        match self {
            Self::Bool(cells) => cells.len(),
            Self::Int(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Text(cells) => cells.len(),
            Self::Date(cells) => cells.len(),
        }
    }

    /// Adds the value of a cell. Fails with what was expected of it.
    pub fn push(&mut self, field: &TableField, cell: &str) -> Result<(), String> {
        match (self, field.read(cell)?) {
            (Self::Bool(cells), Some(Value::Bool(value))) => cells.push(Some(value)),
            (Self::Int(cells), Some(Value::Int(value))) => cells.push(Some(value)),
            (Self::Float(cells), Some(Value::Float(value))) => cells.push(Some(value)),
            (Self::Text(cells), Some(Value::Text(value))) => cells.push(Some(value)),
            (Self::Date(cells), Some(Value::Date(value))) => cells.push(Some(value)),
            (cells, _) => cells.push_missing(),
        }
        Ok(())
    }

    pub fn push_missing(&mut self) {
        match self {
            Self::Bool(cells) => cells.push(None),
            Self::Int(cells) => cells.push(None),
            Self::Float(cells) => cells.push(None),
            Self::Text(cells) => cells.push(None),
            Self::Date(cells) => cells.push(None),
        }
    }
}
