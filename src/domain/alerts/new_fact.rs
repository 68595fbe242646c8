//! New facts: what an alert that keeps its level rests on has become worse.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::CycleNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::value::{FieldValue, Value};

/// A value that a rule watches, as it is read in one cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedFigure {
    /// French label of the field.
    pub label: String,
    pub value: Value,
    /// The value in French, with its unit.
    pub words: String,
}

/// The watched values of each subject on which a rule fired, by field. A missing value is left out.
pub type SubjectFigures = BTreeMap<Subject, BTreeMap<String, WatchedFigure>>;

/// What a field was when the alert opened, or when its last new fact was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FactReference {
    #[schema(value_type = FieldValue)]
    pub value: Value,
    /// The value in French, with its unit.
    pub words: String,
    pub edition: EditionId,
    pub as_of: NaiveDate,
}

/// A field became worse than its reference by a step that its rule counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewFact {
    /// The cycle that found it.
    pub cycle: CycleNumber,
    /// The date that the cycle judged as of.
    pub on: NaiveDate,
    pub field: String,
    #[schema(value_type = FieldValue)]
    pub before: Value,
    #[schema(value_type = FieldValue)]
    pub after: Value,
    /// The editions in force then and now.
    pub from_edition: EditionId,
    pub edition: EditionId,
    /// In French: what it was, what it is.
    pub text: String,
}
