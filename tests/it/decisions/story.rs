//! The main job on the fixtures: the fiche's own figures, its alerts, its missions.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{TestApp, fixtures, rule_file};

/// A share as printed: in percent, to the tenth.
fn tenths(value: &Value, field: &str) -> String {
    format!("{:.1}", value[field].as_f64().unwrap() * 100.0)
}

#[test]
fn the_figures_of_november_2020_are_those_of_the_fiche() {
    let app = TestApp::with_fixtures();
    let panorama = app.json(&["panorama", "--as-of", "2020-11-30"]);
    let figures = &panorama["portfolio"];
    assert_eq!(figures["project_count"], 43);
    assert!((figures["cost_total"].as_f64().unwrap() - 1860.0).abs() < 5.0);
    assert_eq!(tenths(figures, "budget_drift_mean"), "28.4");
    assert_eq!(tenths(figures, "calendar_drift_mean"), "24.6");
    assert_eq!(tenths(figures, "global_drift"), "26.5");
    assert_eq!(tenths(figures, "budget_drift_mean_change"), "-8.2");
    assert_eq!(tenths(figures, "calendar_drift_mean_change"), "-2.0");
    assert_eq!(tenths(figures, "floor_drift"), "21.0");
    assert_eq!(figures["due_to_leave_count"], 14);
    assert_eq!(tenths(figures, "target_drift"), "25.0");
    assert_eq!(tenths(figures, "target_distance"), "1.5");
    let shown = app.ok(&["panorama", "--as-of", "2020-11-30"]);
    for figure in ["1,86\u{202f}Md€", "28,4\u{202f}%", "24,6\u{202f}%", "26,5\u{202f}%"] {
        assert!(shown.contains(figure), "{figure}\n{shown}");
    }
    for figure in ["21,0\u{202f}%", "−8,2\u{202f}points", "−2,0\u{202f}points"] {
        assert!(shown.contains(figure), "{figure}\n{shown}");
    }
}

#[test]
fn the_change_of_each_mean_is_the_sum_of_its_parts() {
    let app = TestApp::with_fixtures();
    let panorama = app.json(&["panorama", "--as-of", "2020-11-30"]);
    let figure = |name: &str| panorama["portfolio"][name].as_f64().unwrap();
    for kind in ["budget", "calendar"] {
        let parts = ["stayers", "entrants", "leavers"]
            .iter()
            .map(|part| figure(&format!("{kind}_change_{part}")))
            .sum::<f64>();
        assert!((parts - figure(&format!("{kind}_drift_mean_change"))).abs() < 1e-6);
    }
}

#[test]
fn further_drift_on_a_listed_project_opens_a_mission_and_others_are_proposed() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let missions = app.json(&["missions"]);
    let missions = missions.as_array().unwrap();
    let automatic: Vec<&Value> =
        missions.iter().filter(|mission| mission["automatic"] == true).collect();
    assert!(!automatic.is_empty());
    let alerts = app.json(&["alerts", "--rule", "P1"]);
    assert_eq!(alerts.as_array().unwrap().len(), automatic.len());
    for mission in automatic {
        assert_eq!(mission["kind"], "securisation");
        assert_eq!(mission["state"], "open");
        assert!(!mission["reasons"].as_array().unwrap().is_empty());
    }
    assert!(missions.iter().any(|mission| mission["state"] == "proposed"));
}

#[test]
fn a_second_cycle_on_the_same_data_changes_nothing() {
    let app = TestApp::with_fixtures();
    let first = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!(first["outcome"], "committed");
    let before = app.fingerprint();
    let second = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!(second["outcome"], "unchanged");
    assert_eq!(second["cycle"], first["cycle"]);
    assert_eq!(app.fingerprint(), before);
}

#[test]
fn importing_the_same_files_again_changes_nothing() {
    let app = TestApp::with_fixtures();
    let before = app.json(&["imports"]);
    let again = app.ok(&["import", fixtures().to_str().unwrap()]);
    assert!(again.contains("déjà connu"), "{again}");
    assert_eq!(app.json(&["imports"]), before);
}

#[test]
fn a_cycle_is_replayed_to_the_byte_after_the_data_and_the_rules_have_changed() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);

    let corrected = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let corrected = corrected.replacen("build", "rollout", 1);
    std::fs::write(app.path("2020-11.panorama.csv"), corrected).unwrap();
    let import = app.ok(&["import", "2020-11.panorama.csv"]);
    assert!(import.contains("remplace"), "{import}");
    let thresholds = rules.join("thresholds.toml");
    let eased = std::fs::read_to_string(&thresholds).unwrap().replace("0.30", "0.31");
    std::fs::write(&thresholds, eased).unwrap();
    let second = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!(second["outcome"], "committed");

    for cycle in ["1", "2"] {
        let replay = app.json(&["replay", cycle]);
        assert_eq!(replay["identical"], true, "{replay}");
    }
}

#[test]
fn a_dry_run_says_what_a_cycle_would_do_and_writes_nothing() {
    let app = TestApp::with_fixtures();
    let report = app.json(&["cycle", "--as-of", "2020-11-30", "--dry-run"]);
    assert_eq!(report["outcome"], "dry_run");
    assert!(!report["alert_changes"].as_array().unwrap().is_empty());
    assert_eq!(app.json(&["cycles"]), serde_json::json!([]));
    assert_eq!(app.json(&["alerts"]), serde_json::json!([]));
}

#[test]
fn alerts_do_not_go_back_in_time() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let answer = app.run(&["cycle", "--as-of", "2020-07-01"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.stderr,
        "vigie: le dernier cycle était au 2020-11-30, et les alertes ne reviennent pas au 2020-07-01\u{a0}; \
         consulter cette date avec `vigie panorama --as-of 2020-07-01`, ou l’essayer avec `--dry-run`\u{a0}; \
         si ce cycle était faux, un administrateur l’annule avec `vigie cycles void`\n"
    );
}

#[test]
fn a_date_before_the_first_edition_is_told_when_that_was() {
    let app = TestApp::with_fixtures();
    for command in [["panorama", "--as-of", "2019-01-01"], ["cycle", "--as-of", "2019-01-01"]] {
        let answer = app.run(&command);
        assert_eq!(answer.code, Some(1));
        assert_eq!(
            answer.stderr,
            "vigie: aucune édition du panorama n’est connue au 2019-01-01\u{a0}: la première est 2020-06\n"
        );
    }
}

#[test]
fn a_rule_that_does_not_compile_is_left_out_and_its_alerts_stand() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let open = |place: &TestApp| {
        let alerts = place.json(&["alerts", "--rule", "D1"]);
        let ids = alerts.as_array().unwrap().iter().map(|alert| alert["id"].to_string());
        // Without the rule, chances of drifts and the order of projects are others.
        ids.collect::<BTreeSet<String>>()
    };
    let before = open(&app);
    assert!(!before.is_empty());
    std::fs::write(rule_file(&rules, "drift/D1.rhai"), "fn assess(p, t) { oops").unwrap();
    let answer = app.run(&["cycle", "--as-of", "2020-12-01"]);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert!(answer.stderr.contains("drift/D1.rhai"), "{}", answer.stderr);
    assert_eq!(open(&app), before);
}
