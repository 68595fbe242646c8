//! The data dictionary: the one list of fields. Rules are checked against it, frames are built to
//! it, the API serves it and the documentation is made from it.

mod drift;
mod earned;
mod facts_article3;
mod facts_audit;
mod facts_dinum;
mod facts_questionnaire;
mod history;
mod lists;
mod past;
mod published;
mod totals;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::past::PASTS;
pub use self::past::Past;
pub use self::past::past_of;
use crate::domain::plausible;
use crate::domain::subject::Scope;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Field {
    pub name: &'static str,
    pub kind: FieldKind,
    pub unit: Unit,
    /// What people read, in French.
    pub label: &'static str,
    pub meaning: &'static str,
    pub supplier: Supplier,
    pub origin: Origin,
    /// The frames that hold it.
    pub scopes: &'static [Scope],
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Bool,
    Int,
    Float,
    Text,
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
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
pub enum Origin {
    Published,
    /// A single follow-up fact: the latest one reported by the evaluation date.
    Fact,
    /// Drawn from a list kept per project.
    List,
    /// Computed from other fields.
    Measure,
}

const PROJECT: &[Scope] = &[Scope::Project];
const PROJECT_AND_MINISTRY: &[Scope] = &[Scope::Project, Scope::Ministry];
const EVERYWHERE: &[Scope] = &[Scope::Project, Scope::Ministry, Scope::Portfolio];
const PORTFOLIO: &[Scope] = &[Scope::Portfolio];
const TOTALS: &[Scope] = &[Scope::Ministry, Scope::Portfolio];

/// Initial figures are facts that a file may declare, though the frame falls back on the first
/// edition: they are `Measure` fields that can also be supplied.
const DECLARABLE: &[&str] = &["cost_initial", "duration_initial", "baseline_on"];

/// Every field, in the order in which frames and documents show them.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    [
        published::FIELDS,
        drift::FIELDS,
        earned::FIELDS,
        history::FIELDS,
        facts_dinum::FIELDS,
        facts_article3::FIELDS,
        facts_questionnaire::FIELDS,
        facts_audit::FIELDS,
        lists::FIELDS,
        totals::FIELDS,
    ]
    .into_iter()
    .flatten()
}

pub fn field(name: &str) -> Option<&'static Field> {
    static BY_NAME: LazyLock<HashMap<&str, &Field>> =
        LazyLock::new(|| fields().map(|field| (field.name, field)).collect());
    BY_NAME.get(name).copied()
}

pub fn fields_of(scope: Scope) -> impl Iterator<Item = &'static Field> {
    fields().filter(move |field| field.scopes.contains(&scope))
}

/// Fields that a follow-up file may supply as single facts.
pub fn facts() -> impl Iterator<Item = &'static Field> {
    fields().filter(|field| field.origin == Origin::Fact || DECLARABLE.contains(&field.name))
}

/// Which field says that the publisher withheld the figure behind this one on purpose.
pub fn withheld_by(name: &str) -> Option<&'static str> {
    match name {
        "cost_current"
        | "budget_drift"
        | "budget_drift_latest"
        | "budget_drift_change"
        | "cost_change"
        | "cost_change_meur" => Some("cost_withheld"),
        "duration_current"
        | "calendar_drift"
        | "calendar_drift_latest"
        | "calendar_drift_change"
        | "duration_change_months"
        | "forecast_end_on"
        | "remaining_months"
        | "end_shift_days" => Some("duration_withheld"),
        "start_on" => Some("start_withheld"),
        _ => None,
    }
}
