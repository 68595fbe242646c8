//! The fiche's own rule: any further drift of a listed project is said, and opens a mission or adds to the one
//! under way, even when no level moves.

use std::fs;

use serde_json::Value;

use crate::support::{TestApp, fixtures};

/// The edition of November 2020 as of another month, with other costs.
fn import_edition(app: &TestApp, edition: &str, costs: &[(&str, &str, &str)]) {
    let mut text = fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    for (start, was, is) in costs {
        let row = text.lines().find(|row| row.starts_with(start)).unwrap().to_owned();
        assert!(row.contains(was), "{row}");
        text = text.replace(&row, &row.replace(was, is));
    }
    let file = app.path(&format!("{edition}.panorama.csv"));
    fs::write(&file, text).unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
}

fn alert(app: &TestApp, rule: &str, project: &str) -> Value {
    let alerts = app.json(&["alerts", "--rule", rule]);
    let subject = format!("project/{project}");
    let alerts = alerts.as_array().unwrap();
    alerts.iter().find(|alert| alert["subject"] == subject.as_str()).unwrap().clone()
}

/// What the last cycle did to an alert: `new_fact: Coût actualisé : …`.
fn last_change(app: &TestApp, rule: &str, project: &str) -> String {
    let id = alert(app, rule, project)["id"].as_str().unwrap().to_owned();
    let shown = app.json(&["alerts", "show", &id]);
    let last = shown["history"].as_array().unwrap().last().unwrap().clone();
    format!("{}: {}", last["kind"].as_str().unwrap(), last["words"].as_str().unwrap())
}

fn missions(app: &TestApp, project: &str) -> Vec<Value> {
    let missions = app.json(&["missions", "--kind", "securisation"]);
    let subject = format!("project/{project}");
    let missions = missions.as_array().unwrap().iter();
    missions.filter(|mission| mission["subject"] == subject.as_str()).cloned().collect()
}

fn reasons(mission: &Value) -> Vec<String> {
    let reasons = mission["reasons"].as_array().unwrap().iter();
    reasons.map(|reason| reason.as_str().unwrap().to_owned()).collect()
}

const DEAR: &str =
    "Coût actualisé : 62,6\u{202f}M€ (édition 2021-06), contre 55,9\u{202f}M€ (édition 2020-11).";
const DEARER: &str =
    "Coût actualisé : 63,9\u{202f}M€ (édition 2021-11), contre 62,6\u{202f}M€ (édition 2021-06).";
const SAMU: &str =
    "Coût actualisé : 203,8\u{202f}M€ (édition 2021-06), contre 188,7\u{202f}M€ (édition 2020-11).";

#[test]
fn further_drift_without_a_change_of_level_is_said_and_adds_to_the_mission_or_opens_another() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let first = missions(&app, "portalis");
    assert_eq!(first.len(), 1);
    let levels = (
        alert(&app, "P1", "portalis")["level"].clone(),
        alert(&app, "D1", "portalis")["level"].clone(),
    );

    // June: PORTALIS costs 12 % more, SI SAMU 8 %.
    let june = [("PORTALIS,", ",55.9,", ",62.6,"), ("SI SAMU,", ",188.7,", ",203.8,")];
    import_edition(&app, "2021-06", &june);
    app.ok(&["cycle", "--as-of", "2021-06-30"]);
    assert_eq!(alert(&app, "P1", "portalis")["level"], levels.0);
    assert_eq!(alert(&app, "D1", "portalis")["level"], levels.1);
    assert_eq!(last_change(&app, "P1", "portalis"), format!("new_fact: {DEAR}"));
    assert_eq!(last_change(&app, "D1", "portalis"), format!("new_fact: {DEAR}"));
    assert_eq!(last_change(&app, "P1", "si-samu"), format!("new_fact: {SAMU}"));
    let gathered = missions(&app, "portalis");
    assert_eq!(gathered.len(), 1, "the mission under way is added to");
    let added = format!("Fait nouveau au 30 juin 2021 : {DEAR}");
    assert_eq!(reasons(&gathered[0]).iter().filter(|reason| **reason == added).count(), 1);

    // The same again is no news.
    app.ok(&["cycle", "--as-of", "2021-07-15"]);
    assert!(last_change(&app, "P1", "portalis").starts_with("persisted: Inchangé."));

    // The mission ends, and PORTALIS costs 2 % more.
    let mission = gathered[0]["id"].as_str().unwrap();
    app.ok(&["missions", "start", mission, "--on", "2021-07-16", "--lead", "Claire Martin"]);
    app.ok(&[
        "missions",
        "close",
        mission,
        "--outcome",
        "averted",
        "--reason",
        "Plan tenu.",
        "--on",
        "2021-09-01",
    ]);
    let november = [("PORTALIS,", ",55.9,", ",63.9,"), ("SI SAMU,", ",188.7,", ",203.8,")];
    import_edition(&app, "2021-11", &november);
    app.ok(&["cycle", "--as-of", "2021-11-30"]);
    assert_eq!(alert(&app, "P1", "portalis")["level"], levels.0);
    assert_eq!(last_change(&app, "P1", "portalis"), format!("new_fact: {DEARER}"));
    let opened = missions(&app, "portalis");
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert_ne!(opened[0]["id"], gathered[0]["id"]);
    assert_eq!(opened[0]["state"], "open");
    assert_eq!(opened[0]["automatic"], true);
    assert!(reasons(&opened[0]).join(" ").contains(DEARER), "{opened:?}");
}

#[test]
fn what_was_acknowledged_asks_for_another_look_when_it_has_a_new_fact() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let id = alert(&app, "D1", "portalis")["id"].as_str().unwrap().to_owned();
    app.ok(&["alerts", "ack", &id]);
    let is_acknowledged = || app.json(&["alerts", "show", &id])["handling"]["acknowledged"].clone();
    assert!(!is_acknowledged().is_null());
    import_edition(&app, "2021-06", &[("PORTALIS,", ",55.9,", ",62.6,")]);
    app.ok(&["cycle", "--as-of", "2021-06-30"]);
    assert!(is_acknowledged().is_null());
}

#[test]
fn a_cycle_decides_the_same_on_alerts_when_it_is_replayed() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let id = alert(&app, "D1", "portalis")["id"].as_str().unwrap().to_owned();
    app.ok(&["alerts", "ack", &id]);
    import_edition(&app, "2021-06", &[("PORTALIS,", ",55.9,", ",62.6,")]);
    app.ok(&["cycle", "--as-of", "2021-06-30"]);
    app.ok(&["cycle", "--as-of", "2021-07-15"]);
    for cycle in ["1", "2", "3"] {
        let replay = app.json(&["replay", cycle]);
        assert_eq!(replay["identical"], true, "{replay}");
        assert_eq!(replay["decisions"], serde_json::json!([]), "{replay}");
    }
}
