//! The data dictionary: the one list of fields. Rules are checked against it, frames are built to
//! it, the API serves it and the documentation is made from it. Its text is `fields.toml`.

mod parse;
mod past;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::plausible;
use crate::domain::portfolio::subject::SubjectKind;
use parse::Dictionary;

pub use parse::DictionaryError;
pub use past::Past;

const TEXT: &str = include_str!("fields.toml");

#[expect(clippy::panic, reason = "the text is part of the program, and a test reads it")]
static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| match Dictionary::parse(TEXT) {
    Ok(dictionary) => dictionary,
    Err(error) => panic!("{error}"),
});

/// The fields that have a past, and the fields that hold it.
pub static PASTS: LazyLock<&'static [Past]> = LazyLock::new(|| DICTIONARY.pasts());

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Field {
    pub name: &'static str,
    pub kind: FieldKind,
    pub unit: Unit,
    /// What people read, in French.
    pub label: &'static str,
    pub meaning: &'static str,
    pub supplier: Supplier,
    pub origin: FieldOrigin,
    /// The frames that hold it.
    pub scopes: Vec<SubjectKind>,
    /// A measure that a file may also supply as a fact. The first value declared then holds for ever.
    #[serde(skip)]
    #[schema(ignore)]
    pub declarable: bool,
    /// The field that says that the publisher withheld the figure behind this one on purpose.
    #[serde(skip)]
    #[schema(ignore)]
    pub withheld_by: Option<&'static str>,
}

impl Field {
    /// Whether a figure can be one of this field. Fails with what was expected.
    pub fn plausible(&self, figure: f64) -> Result<f64, &'static str> {
        match self.unit {
            Unit::Meur | Unit::MeurPerYear => plausible::meur(figure),
            Unit::Months => plausible::months(figure),
            Unit::None | Unit::Ratio | Unit::Points | Unit::Days | Unit::Count | Unit::Fte => {
                plausible::figure(figure)
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Bool,
    Int,
    Float,
    Text,
    Date,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    #[default]
    None,
    /// A share: 0.25 is 25 %.
    Ratio,
    /// A difference of shares: 0.05 is 5 points.
    Points,
    /// Millions of euros, taxes included.
    Meur,
    MeurPerYear,
    Months,
    Days,
    Count,
    /// Full-time equivalents.
    Fte,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Supplier {
    Panorama,
    Dinum,
    Article3,
    Questionnaire,
    Audit,
    /// Computed here.
    Vigie,
}

/// How a value comes into the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldOrigin {
    Published,
    /// A single follow-up fact: the latest one reported by the evaluation date.
    Fact,
    /// Drawn from a list recorded per project.
    List,
    /// Computed from other fields.
    Measure,
}

/// Every field, in the order in which frames and documents show them.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    DICTIONARY.fields().iter()
}

/// The field of a name; `None` when there is none.
pub fn field(name: &str) -> Option<&'static Field> {
    DICTIONARY.field(name)
}

/// The fields that the frame of a scope holds, in the order of its columns.
pub fn fields_of(scope: SubjectKind) -> impl Iterator<Item = &'static Field> {
    fields().filter(move |field| field.scopes.contains(&scope))
}

/// Fields that a follow-up file may supply as single facts.
pub fn facts() -> impl Iterator<Item = &'static Field> {
    fields().filter(|field| field.origin == FieldOrigin::Fact || field.declarable)
}

/// The field that says that the publisher withheld the figure behind this one on purpose.
pub fn withheld_by(name: &str) -> Option<&'static str> {
    field(name)?.withheld_by
}

/// The fields that hold the past of a field; `None` when none does.
pub fn past_of(field: &str) -> Option<&'static Past> {
    PASTS.iter().find(|past| past.field == field)
}
