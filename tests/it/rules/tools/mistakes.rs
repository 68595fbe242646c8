//! The four mistakes that every author makes, and what `vigie rules check` says of each.

use super::{SCRIPT_OF_D1, with_own_script};
use crate::support::{TestApp, rule_file};

/// What `rules check` says of D1 once one passage of it reads otherwise: place, message, hint.
#[track_caller]
fn check_after(passage: &str, instead: &str) -> (String, Option<i32>) {
    let mut app = TestApp::new();
    let path = rule_file(&app.own_rules(), "drift/D1.rhai");
    let text = with_own_script(&std::fs::read_to_string(&path).unwrap(), SCRIPT_OF_D1);
    assert_eq!(text.matches(passage).count(), 1, "{passage}");
    std::fs::write(&path, text.replace(passage, instead)).unwrap();
    let answer = app.run(&["rules", "check", "--lint-fatal", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let of_d1 = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["file"] == "drift/D1_derive_budgetaire.rhai");
    let lines = of_d1.map(|one| {
        let [kind, message] = ["kind", "message"].map(|key| one[key].as_str().unwrap());
        let hint = one["hint"].as_str().map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{kind} {}:{} {message}{hint}", one["line"], one["column"])
    });
    (lines.collect::<Vec<_>>().join("\n"), answer.code)
}

#[test]
fn a_misspelt_field_leaves_the_rule_out_and_the_nearest_is_proposed() {
    assert_eq!(
        check_after("p.budget_drift > t.budget_drift_high", "p.budget_drfit > t.budget_drift_high"),
        (
            "fault 18:10 `p.budget_drfit` is no field of projects (did you mean `budget_drift`?)"
                .to_owned(),
            Some(1)
        )
    );
}

#[test]
fn a_misspelt_threshold_leaves_the_rule_out_and_the_nearest_is_proposed() {
    assert_eq!(
        check_after("p.budget_drift > t.budget_drift_high", "p.budget_drift > t.budget_drift_hihg"),
        (
            "fault 18:27 `t.budget_drift_hihg` is no threshold of thresholds.toml \
             (did you mean `budget_drift_high`?)"
                .to_owned(),
            Some(1)
        )
    );
}

#[test]
fn unlike_types_are_named_with_what_each_side_is() {
    assert_eq!(
        check_after("p.budget_drift > t.budget_drift_high", "p.phase > t.budget_drift_high"),
        (
            "lint 18:16 `p.phase > t.budget_drift_high` compares text with a number: it always \
             fails (`p.phase` (« Phase ») is text, `t.budget_drift_high` is a number)"
                .to_owned(),
            Some(3)
        )
    );
    assert_eq!(
        check_after(
            "p.budget_drift > t.budget_drift_high",
            "p.as_of - p.start_on > t.budget_drift_high"
        )
        .0,
        "lint 18:16 `p.as_of - p.start_on` combines a date with a date: it always fails \
         (`days_between` and `months_between` give the distance between two dates)"
    );
    assert_eq!(
        check_after("p.budget_drift > t.budget_drift_high", "p.budget_drift").0,
        "lint 18:8 `p.budget_drift` is a number, a condition is true or false (compare it: \
         `p.budget_drift > …`, `p.budget_drift == …`)"
    );
}

#[test]
fn a_missing_return_is_found_where_the_rule_would_end() {
    let hint = "(write at the end the level of every other subject, most often `CLEAR`)";
    assert_eq!(
        check_after("return WATCH; }\n    CLEAR\n", "return WATCH; }\n"),
        (format!("lint 19:5 `assess` may end here without a level {hint}"), Some(3))
    );
    assert_eq!(
        check_after("    CLEAR\n", "    if p.phase == \"build\" { CLEAR } else { let x = 1; }\n").0,
        format!("lint 20:44 `assess` may end here without a level {hint}")
    );
    assert_eq!(
        check_after(
            "    CLEAR\n",
            "    switch p.phase { \"build\" => CLEAR, \"trial\" => WATCH }\n"
        )
        .0,
        format!("lint 20:5 `assess` may end here without a level {hint}")
    );
}

#[test]
fn a_threshold_without_bounds_or_beyond_them_is_reported() {
    let mut app = TestApp::new();
    let path = app.own_rules().join("thresholds.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let head = "[budget_drift_high]\n";
    let (before, rest) = text.split_once(head).unwrap();
    let (own, after) = rest.split_once("\n\n").unwrap();
    let messages = |changed: &str| {
        std::fs::write(&path, format!("{before}{head}{changed}\n\n{after}")).unwrap();
        let answer = app.run(&["rules", "check", "--format", "json"]);
        let found: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        let of_thresholds = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["file"] == "thresholds.toml");
        of_thresholds.map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let unbounded: Vec<&str> = own.lines().filter(|line| !line.starts_with("max")).collect();
    assert_eq!(
        messages(&unbounded.join("\n")),
        ["the threshold `budget_drift_high` has no bounds"]
    );
    // Percent where a ratio is meant.
    assert_eq!(
        messages(&own.replace("value = 0.20", "value = 20")),
        [
            "threshold `budget_drift_high`: 20 is above its bound 1",
            // D1, which reads it, is left out.
            "no rule reads the threshold `budget_drift_watch`",
            "no rule reads the threshold `budget_drift_critical`",
        ]
    );
}

/// What `rules check` says of RC01 once its head ends with this.
#[track_caller]
fn check_with_last(key: &str) -> String {
    let mut app = TestApp::new();
    let path = rule_file(&app.own_rules(), "causes/RC01.rhai");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("unless = \"p.editions_seen == 1\"\n", "");
    std::fs::write(&path, text.replace("---*/", &format!("{key}\n---*/"))).unwrap();
    let answer = app.run(&["rules", "check", "--lint-fatal"]);
    assert_ne!(answer.code, Some(0), "{}", answer.stdout);
    let shown = answer.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{shown} {}", answer.stderr)
}

#[test]
fn a_key_of_the_whole_rule_written_after_a_sign_is_said_to_be() {
    for key in ["requires = [\"phase\"]", "not_when_phase = [\"stopped\"]", "owner = \"DINUM\""] {
        let told = check_with_last(key);
        let name = key.split(' ').next().unwrap();
        let expected =
            format!("`{name}` vaut pour toute la règle : à placer avant le premier `[[sign]]`");
        assert!(told.replace('\u{a0}', " ").contains(&expected), "{told}");
    }
    let told = check_with_last("unless = \"p.listed\"");
    assert!(told.contains("`unless` ne vaut ici que pour le"), "{told}");
    let unknown = check_with_last("requiert = [\"phase\"]");
    assert!(!unknown.contains("à placer avant"), "{unknown}");
}
