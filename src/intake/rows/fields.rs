//! The fields of each dataset that a profile may map to columns.

use super::parse::Yield;
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::Dictionary;

#[derive(Clone, Copy, Debug)]
pub(in crate::intake) struct DatasetField {
    pub name: &'static str,
    pub yields: Yield,
    /// No row can be made without it.
    pub is_needed: bool,
}

const fn needed(name: &'static str, yields: Yield) -> DatasetField {
    DatasetField { name, yields, is_needed: true }
}

const fn optional(name: &'static str, yields: Yield) -> DatasetField {
    DatasetField { name, yields, is_needed: false }
}

const PANORAMA: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("ministry", Yield::Text),
    // The full name, where `ministry` is a code.
    optional("ministry_label", Yield::Text),
    needed("phase", Yield::Phase),
    needed("start_on", Yield::Date),
    needed("duration_months", Yield::Number),
    needed("cost_meur", Yield::Number),
    optional("inter_ministerial", Yield::Bool),
    optional("functional_zone", Yield::Text),
    optional("programme", Yield::Text),
    optional("description", Yield::Text),
    optional("withheld_reason", Yield::Text),
    optional("published_on", Yield::Date),
];

const FACTS: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("reported_on", Yield::Date),
    // Name and function of the person who answers.
    optional("answered_by", Yield::Text),
];

const REBASELINES: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("decided_on", Yield::Date),
    optional("cost_meur", Yield::Number),
    optional("duration_months", Yield::Number),
    needed("reason", Yield::Text),
    optional("decided_by", Yield::Text),
];

const MILESTONES: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("label", Yield::Text),
    needed("kind", Yield::Text),
    needed("baseline_on", Yield::Date),
    optional("forecast_on", Yield::Date),
    optional("actual_on", Yield::Date),
    needed("reported_on", Yield::Date),
];

const CONTRACTS: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("vendor", Yield::Text),
    optional("kind", Yield::Text),
    optional("notified_on", Yield::Date),
    optional("end_on", Yield::Date),
    optional("ceiling_meur", Yield::Number),
    optional("consumed_meur", Yield::Number),
    optional("vendor_status", Yield::Text),
    needed("reported_on", Yield::Date),
];

const RECOMMENDATIONS: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("axis", Yield::Text),
    needed("severity", Yield::Text),
    optional("text", Yield::Text),
    needed("issued_on", Yield::Date),
    optional("due_on", Yield::Date),
    optional("closed_on", Yield::Date),
];

const DECLARED_CAUSES: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("cause", Yield::Text),
    needed("level", Yield::Text),
    needed("declared_on", Yield::Date),
    optional("lifted_on", Yield::Date),
    optional("author_role", Yield::Text),
    optional("text", Yield::Text),
];

const WATCH_LISTS: &[DatasetField] = &[
    needed("project", Yield::Text),
    needed("watch", Yield::Text),
    needed("since", Yield::Date),
    optional("until", Yield::Date),
    optional("note", Yield::Text),
];

const CONTACTS: &[DatasetField] = &[
    needed("ministry", Yield::Text),
    needed("role", Yield::Text),
    optional("name", Yield::Text),
    needed("email", Yield::Text),
    // Of a project's director.
    optional("project", Yield::Text),
    optional("since", Yield::Date),
    // The last day, included.
    optional("until", Yield::Date),
];

pub(in crate::intake) fn fields(dataset: Dataset) -> &'static [DatasetField] {
    match dataset {
        Dataset::Panorama => PANORAMA,
        Dataset::Baselines
        | Dataset::Article3
        | Dataset::Questionnaire
        | Dataset::Audits
        | Dataset::Exits => FACTS,
        Dataset::Rebaselines => REBASELINES,
        Dataset::Milestones => MILESTONES,
        Dataset::Contracts => CONTRACTS,
        Dataset::Recommendations => RECOMMENDATIONS,
        Dataset::DeclaredCauses => DECLARED_CAUSES,
        Dataset::WatchLists => WATCH_LISTS,
        Dataset::Contacts => CONTACTS,
    }
}

/// The name of a field of any dataset, or of the data dictionary, that a profile may read.
pub fn known_field(name: &str, dictionary: &Dictionary) -> Option<&'static str> {
    let own = Dataset::ALL.iter().flat_map(|dataset| fields(*dataset)).map(|field| field.name);
    let kept = dictionary.field(name).map(|field| field.name);
    own.chain(kept).find(|known| *known == name)
}
