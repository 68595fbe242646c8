//! Which measures of a project are computed from which of its figures.

/// A figure that others are computed from.
struct Source {
    field: &'static str,
    /// Measures of it, which are computed again.
    measures: &'static [&'static str],
    /// Other fields that depend on it, which are not.
    others: &'static [&'static str],
}

const SOURCES: [Source; 9] = [
    Source {
        field: "cost_current",
        measures: &[
            "budget_drift",
            "budget_drift_latest",
            "cost_change",
            "cost_change_meur",
            "cost_change_pace",
            "budget_drift_change",
            "budget_slips",
            "cpi",
            "funding_months",
        ],
        others: &["cost_history", "budget_drift_history", "early_cost_growth"],
    },
    Source {
        field: "duration_current",
        measures: &[
            "calendar_drift",
            "calendar_drift_latest",
            "duration_change_months",
            "calendar_drift_change",
            "calendar_slips",
            "forecast_end_on",
            "end_shift_days",
            "end_shift_pace",
            "remaining_months",
        ],
        others: &["duration_history", "calendar_drift_history"],
    },
    Source {
        field: "as_of",
        measures: &[
            "data_age_days",
            "follow_up_age_days",
            "remaining_months",
            "review_overdue_days",
        ],
        others: &[
            "campaign_reply",
            "milestones_due",
            "milestones_late",
            "milestones_next_6m",
            "next_milestone_on",
            "listed",
            "cost_year_ago",
            "duration_year_ago",
            "forecast_end_year_ago",
            "budget_drift_year_ago",
            "calendar_drift_year_ago",
            "phase_year_ago",
        ],
    },
    Source { field: "progress_pct", measures: &["cpi", "spi"], others: &[] },
    Source { field: "planned_progress_pct", measures: &["spi"], others: &[] },
    Source { field: "spent_to_date", measures: &["cpi", "funding_months"], others: &[] },
    Source { field: "credits_secured_12m", measures: &["funding_months"], others: &[] },
    Source {
        field: "director_appointed_on",
        measures: &[],
        others: &["director_changes", "director_changed_on"],
    },
    Source {
        field: "go_live_on",
        measures: &[],
        others: &["go_live_changes", "go_live_changed_on"],
    },
];

/// Figures that measures are computed from.
pub fn sources() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|source| source.field)
}

/// The measures of a figure.
pub fn measures_of(field: &str) -> &'static [&'static str] {
    source(field).map_or(&[], |source| source.measures)
}

/// Fields that depend on a figure and are not computed again when it changes.
pub fn left_behind(field: &str) -> &'static [&'static str] {
    source(field).map_or(&[], |source| source.others)
}

fn source(field: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.field == field)
}
