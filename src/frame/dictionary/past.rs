//! Which fields tell what another one was: what authors ask for as `previous(p.field)`,
//! `change(p.field)` and `editions_above(p.field, limit)`.

/// The fields behind the past of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub field: &'static str,
    /// Its value in the previous edition, or the latest one known before.
    pub previous: Option<&'static str>,
    /// The difference since: in the field's unit, points for shares, days for dates.
    pub change: Option<&'static str>,
    /// One figure per edition, as `series` writes them.
    pub editions: Option<&'static str>,
}

const fn past(
    field: &'static str,
    previous: Option<&'static str>,
    change: Option<&'static str>,
    editions: Option<&'static str>,
) -> Past {
    Past { field, previous, change, editions }
}

pub const PASTS: &[Past] = &[
    past("cost_current", Some("cost_previous"), Some("cost_change_meur"), Some("cost_history")),
    past(
        "duration_current",
        Some("duration_previous"),
        Some("duration_change_months"),
        Some("duration_history"),
    ),
    past("forecast_end_on", Some("forecast_end_previous"), Some("end_shift_days"), None),
    past(
        "budget_drift",
        Some("budget_drift_previous"),
        Some("budget_drift_change"),
        Some("budget_drift_history"),
    ),
    past(
        "calendar_drift",
        Some("calendar_drift_previous"),
        Some("calendar_drift_change"),
        Some("calendar_drift_history"),
    ),
    past("phase", Some("phase_previous"), None, None),
    past("edition", Some("previous_edition"), None, None),
    past("budget_drift_mean", None, Some("budget_drift_mean_change"), None),
    past("calendar_drift_mean", None, Some("calendar_drift_mean_change"), None),
    past("global_drift", None, Some("global_drift_change"), None),
];

pub fn past_of(field: &str) -> Option<&'static Past> {
    PASTS.iter().find(|past| past.field == field)
}

#[cfg(test)]
mod tests {
    use super::super::FieldKind;
    use super::super::field;
    use super::*;

    /// `previous_edition` is of projects alone; every other past goes wherever its field does.
    #[test]
    fn a_past_is_of_the_kind_and_frames_of_its_field() {
        for past in PASTS {
            let present = field(past.field).unwrap();
            let all = [past.previous, past.change, past.editions].into_iter().flatten();
            for other in all.map(|name| field(name).unwrap()) {
                let of_projects = past.field == "edition";
                assert!(of_projects || other.scopes == present.scopes, "{}", other.name);
            }
            if let Some(previous) = past.previous {
                assert_eq!(field(previous).unwrap().kind, present.kind);
            }
            let figures = past.editions.map(|name| field(name).unwrap().kind);
            assert!(figures.is_none_or(|kind| kind == FieldKind::Text), "{}", past.field);
        }
    }
}
