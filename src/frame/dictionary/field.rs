//! A field of the dictionary, and the words that describe it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::plausible;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::worsening::Worsening;
use crate::domain::words::words;

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
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
    /// How it gets worse, and by how much it must do so to be a new fact of an alert that rests on it;
    /// absent for ages, changes and whatever has no worse side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub worsening: Option<Worsening>,
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

impl Field {
    /// Whether it is a share that somebody reports, from 0 to 1. Ratios that are computed may be beyond.
    pub fn is_share(&self) -> bool {
        self.unit == Unit::Ratio && self.origin == FieldOrigin::Fact
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

words! {
    #[derive(Default)]
    pub enum Unit, "a unit" {
        #[default]
        None = "none",
        /// A share: 0.25 is 25 %.
        Ratio = "ratio",
        /// A difference of shares: 0.05 is 5 points.
        Points = "points",
        /// Millions of euros, taxes included.
        Meur = "meur",
        MeurPerYear = "meur_per_year",
        Months = "months",
        Days = "days",
        Count = "count",
        /// Full-time equivalents.
        Fte = "fte",
    }
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
