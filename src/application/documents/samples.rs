//! The names that templates of documents may use, without values: each group with its names, and in each list one entry.

use crate::documents::Datum;

/// What is said of a project.
const PROJECT: [&str; 11] = [
    "name",
    "ministry",
    "of_ministry",
    "phase",
    "cost",
    "end_on",
    "exit_on",
    "budget_drift",
    "calendar_drift",
    "budget_change",
    "calendar_change",
];

/// What is said of a mission.
const MISSION: [&str; 6] = ["name", "ministry", "of_ministry", "kind", "state", "due_on"];

/// What is said of an alert.
const ALERT: [&str; 4] = ["title", "name", "level", "explanation"];

type Named = Vec<(&'static str, Datum)>;

/// The names of the note to the COSINUM.
pub(super) fn cosinum() -> Datum {
    let mut fields = note_figures();
    for name in ["informations", "incomplete", "referrals", "audits", "directors"] {
        fields.push((name, list(missing(&PROJECT))));
    }
    for name in ["audit_missions", "escalations", "coaching", "securisation"] {
        fields.push((name, list(missing(&MISSION))));
    }
    let mut cause = missing(&["title", "count"]);
    cause.push(("projects", list(missing(&PROJECT))));
    let path = ["edition", "projects", "budget_drift", "calendar_drift", "global_drift", "target"];
    let candidate: Named = missing(&PROJECT).into_iter().chain(missing(&["reasons"])).collect();
    let lists = ["closing", "recurrent", "heightened"];
    let candidates = lists.map(|name| (name, list(candidate.clone())));
    let texts = missing(&["introduction", "causes", "evolutions", "actions", "decisions"]);
    fields.extend([
        ("targets", list(missing(&["value", "since", "until"]))),
        ("path_chart", Datum::Missing),
        ("path", list(missing(&path))),
        ("causes", list(cause)),
        ("namings", list(missing(&["vendor", "tone", "name", "decided_on"]))),
        ("listed", Datum::Flag(false)),
        ("candidates", Datum::group(candidates)),
        ("texts", group(texts)),
    ]);
    group(fields)
}

/// The figures of the note.
fn note_figures() -> Named {
    let mut fields = missing(&[
        "previous",
        "cost_total",
        "cost_unknown",
        "budget_drift",
        "calendar_drift",
        "global_drift",
        "budget_change",
        "calendar_change",
        "global_change",
        "target",
        "target_distance",
        "floor",
        "floor_difference",
        "informations_count",
        "files_complete",
        "files_incomplete",
        "referrals_count",
    ]);
    fields.extend(known(&[
        "edition",
        "as_of",
        "projects",
        "entrants_count",
        "leavers_count",
        "leaving_count",
        "leaving_by",
        "causes_known",
        "causes_projects",
        "audits_proposed",
        "escalations_count",
        "missions_proposed",
        "missions_open",
        "missions_closed",
        "reviews_planned",
        "reviews_held",
        "reviews_late",
        "reviews_coming",
        "securisation_proposed",
    ]));
    for name in
        ["entrants", "leavers", "leaving", "closing", "recurrent", "reframing", "heightened"]
    {
        fields.push((name, list(missing(&PROJECT))));
    }
    fields
}

/// The names of the page of a ministry.
pub(super) fn ministry() -> Datum {
    let mut fields = missing(&["name", "cost_total", "budget_drift", "calendar_drift"]);
    fields.extend(known(&["edition", "as_of", "projects_count"]));
    let mut project = missing(&PROJECT);
    project.extend(known(&["alerts"]));
    project.extend(missing(&["level"]));
    fields.extend([
        ("projects", list(project)),
        ("critical", list(missing(&ALERT))),
        ("proposed", list(missing(&MISSION))),
        ("reviews", list(review())),
    ]);
    group(fields)
}

/// The names of the page of a project.
pub(super) fn project() -> Datum {
    let mut fields = missing(&PROJECT);
    fields.extend(missing(&[
        "cost_initial",
        "duration",
        "duration_initial",
        "other_alerts",
        "covered_alerts",
    ]));
    fields.extend(known(&["edition", "as_of"]));
    fields.extend([
        ("lists", list(missing(&["name"]))),
        ("alerts", list(missing(&ALERT))),
        ("missions", list(missing(&MISSION))),
        ("reviews", list(review())),
        ("causes", list(missing(&["title"]))),
        ("history", list(missing(&["edition", "phase", "cost", "duration", "end_on"]))),
    ]);
    group(fields)
}

fn review() -> Named {
    let mut fields = missing(&["name", "planned_on", "due_on"]);
    fields.push(("late", Datum::Flag(false)));
    fields
}

/// Values that may not be known.
fn missing(names: &[&'static str]) -> Named {
    names.iter().map(|name| (*name, Datum::Missing)).collect()
}

/// Values that always are.
fn known(names: &[&'static str]) -> Named {
    names.iter().map(|name| (*name, Datum::text("1"))).collect()
}

fn list(fields: Named) -> Datum {
    Datum::List(vec![group(fields)])
}

fn group(fields: Named) -> Datum {
    Datum::Group(fields.into_iter().collect())
}
