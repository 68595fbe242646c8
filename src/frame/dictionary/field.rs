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
    /// What the questionnaire asks to know it, in French; the meaning when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub question: Option<&'static str>,
    /// The heading of its question, in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub theme: Option<&'static str>,
    pub supplier: Supplier,
    pub origin: FieldOrigin,
    /// The frames that hold it.
    pub scopes: Vec<SubjectKind>,
    /// How it gets worse, and by how much it must do so to be a new fact of an alert that rests on it;
    /// absent for ages, changes and whatever has no worse side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub worsening: Option<Worsening>,
    /// The least figure that it can be, in its unit; absent where only what its unit allows bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub min: Option<f64>,
    /// The greatest figure that it can be, in its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max: Option<f64>,
    /// All that it can be: the words of a text; of a whole number, what its values from `min` to `max` mean.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub choices: Vec<&'static str>,
    /// The records that each give a value of it; absent for what is said of the project itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub of: Option<RecordKind>,
    /// How the values of the project's records make that of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub gathered: Option<Gathering>,
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
    /// Whether a figure is within what its unit allows. Fails with what was expected.
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

    /// The least figure that a file may give of it. Of what people report, nobody reports less than nothing, unless it is a difference or the
    /// dictionary says so.
    pub fn least(&self) -> Option<f64> {
        let is_reported = self.origin == FieldOrigin::Fact || self.declarable || self.of.is_some();
        self.min.or((is_reported && self.unit != Unit::Points).then_some(0.0))
    }

    /// What each value of a whole number means, from the least to the greatest.
    pub fn steps(&self) -> impl Iterator<Item = (i64, &'static str)> {
        let choices = self.choices.iter().filter(|_| self.kind == FieldKind::Int).copied();
        // Checked to be whole when it was read.
        let first = format!("{:.0}", self.min.unwrap_or_default()).parse().unwrap_or_default();
        (first..).zip(choices)
    }
}

words! {
    pub enum FieldKind, "a kind of field" {
        Bool = "bool",
        Int = "int",
        Float = "float",
        Text = "text",
        Date = "date",
    }
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

words! {
    /// Records of a project of which each may give a value of a field.
    pub enum RecordKind, "a kind of record" {
        Contract = "contract",
        Milestone = "milestone",
    }
}

words! {
    /// How the values of several records make one. One that a record does not give leaves it unknown, unless the others
    /// settle it.
    pub enum Gathering, "a way to gather values" {
        Sum = "sum",
        /// The greatest number, or the latest date.
        Largest = "largest",
        /// The smallest number, or the earliest date.
        Smallest = "smallest",
        /// True of one record at least.
        Any = "any",
        /// True of every record.
        All = "all",
    }
}

words! {
    pub enum Supplier, "a supplier" {
        Panorama = "panorama",
        Dinum = "dinum",
        Article3 = "article3",
        Questionnaire = "questionnaire",
        Audit = "audit",
        /// Computed here.
        Vigie = "vigie",
    }
}

impl Supplier {
    /// Whether it supplies facts in files, besides the panorama.
    pub fn reports(self) -> bool {
        !matches!(self, Self::Panorama | Self::Vigie)
    }
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
