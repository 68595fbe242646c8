//! Names that no added field may have.

/// Columns of files of facts and of records that are no fact.
const OF_FILES: [&str; 3] = ["project", "reported_on", "answered_by"];

/// What the frame of projects is computed from, besides its fields: a field of the same name would hide it, or be hidden
/// by it. A test holds this list to the plan.
pub(in crate::frame) const BEHIND_PROJECTS: [&str; 19] = [
    "baseline_declared_on",
    "contracts_on",
    "cost_decided",
    "cost_declared",
    "cost_first",
    "cost_first_on",
    "duration_decided",
    "duration_declared",
    "duration_first",
    "duration_first_on",
    "facts_on",
    "milestones_on",
    "cost_first_edition",
    "cost_previous_on",
    "duration_change_pace",
    "duration_first_edition",
    "duration_previous_on",
    "duration_step_months",
    "forecast_end_given_on",
];

pub(super) fn is_taken(name: &str) -> bool {
    OF_FILES.contains(&name) || BEHIND_PROJECTS.contains(&name)
}
