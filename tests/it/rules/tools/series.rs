//! Cases over several evaluations: what the alert is after each.

use serde_json::{Value, json};

use crate::support::TestApp;

/// The difference found on a series written for a rule, in a copy of the catalogue.
#[track_caller]
fn difference(rule: &str, series: &str) -> Value {
    let mut app = TestApp::new();
    let path = app.own_rules().join(format!("cases/{rule}.toml"));
    std::fs::write(&path, series).unwrap();
    let answer = app.run(&["rules", "test", "--run", &format!("{rule}/*"), "--format", "json"]);
    let outcomes: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(outcomes.as_array().unwrap().len(), 1, "{outcomes}");
    let difference = outcomes[0]["difference"].clone();
    assert_eq!(answer.code, Some(i32::from(!difference.is_null())));
    difference
}

const T3: &str = "
[[series]]
name = \"Essai\"
fields = { project_count = 50 }
evaluations = [
    { as_of = 2020-11-01, fields = { drift_known_count = 20 }, expect = \"high\", alert = \"pending\" },
    { as_of = 2020-11-15, fields = { drift_known_count = 20 }, expect = \"high\", alert = \"open\" },
    { as_of = 2021-07-01, unknown = [\"drift_known_count\"], alert = \"open\", stale = true },
    { as_of = 2021-11-01, fields = { drift_known_count = 48 }, expect = \"clear\", alert = \"resolved\" },
]
";

#[test]
fn a_series_follows_the_alert_from_pending_to_open_to_resolved() {
    assert_eq!(difference("T3", T3), Value::Null);
}

#[test]
fn every_difference_is_reported_with_its_date() {
    let wrong = T3
        .replace("alert = \"pending\"", "alert = \"open\"")
        .replace("stale = true", "stale = false")
        .replace("expect = \"clear\"", "expect = \"watch\"");
    assert_eq!(
        difference("T3", &wrong),
        "2020-11-01: expected the alert open, found pending; \
         2021-07-01: expected the alert not stale, found stale; \
         2021-11-01: expected watch, found clear"
    );
}

#[test]
fn a_series_that_cannot_be_run_says_why() {
    let disordered = T3.replace("2020-11-15", "2020-10-15");
    assert_eq!(
        difference("T3", &disordered),
        "2020-10-15: evaluations are not in the order of their dates"
    );
    let misspelt = T3.replace("fields = { project_count", "fields = { projects_count");
    assert_eq!(
        difference("T3", &misspelt),
        "2020-11-01: no field `projects_count`, did you mean `project_count`?"
    );
    let unsaid = T3.replace(", alert = \"resolved\"", "");
    assert_eq!(difference("T3", &unsaid), "line 9:5: missing field `alert`");
    let other = T3.replace("\"resolved\"", "\"closed\"");
    assert_eq!(
        difference("T3", &other),
        "line 9:90: unknown variant `closed`, expected one of `none`, `pending`, `open`, `dormant`, `resolved`"
    );
}

#[test]
fn a_project_that_vanishes_takes_its_alert_with_it() {
    let gone = "
[[series]]
name = \"Essai\"
fields = { cost_initial = 100.0, cost_current = 130.0, cost_baseline_source = \"declared\" }
evaluations = [
    { as_of = 2020-11-01, fields = { budget_drift = 0.25 }, alert = \"open\" },
    { as_of = 2021-07-01, fields = { in_panorama = false }, alert = \"dormant\", stale = true },
]
";
    assert_eq!(difference("D1", gone), Value::Null);
}

#[test]
fn a_rule_that_waits_must_have_a_series_that_shows_it() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    for rule in ["T2", "T3"] {
        let path = rules.join(format!("cases/{rule}.toml"));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.split("[[series]]").next().unwrap()).unwrap();
    }
    let found = app.json(&["rules", "check"]);
    let found: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "no series shows `clear_for`, an alert still open on a level that does not alert",
            "no series shows `for`, an alert that is pending",
        ]
    );
}

#[test]
fn a_case_file_that_cannot_be_read_is_a_fault_at_its_place() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    std::fs::write(rules.join("cases/D1.toml"), "[[case]]\nname = \"x\"\nexpect = [[[\n").unwrap();
    let checked = app.run(&["rules", "check", "--format", "json"]);
    assert_ne!(checked.code, Some(0));
    let found: Value = serde_json::from_str(&checked.stdout).unwrap();
    let fault = &found["findings"][0];
    assert_eq!(
        (&fault["kind"], &fault["file"]),
        (&json!("fault"), &json!("cases/D1.toml")),
        "{found}"
    );
    assert_eq!(fault["line"], 3, "{fault}");
    assert_eq!(found["findings"].as_array().unwrap().len(), 1, "nothing else is known of it");
}
