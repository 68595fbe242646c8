//! What each value of a threshold would cost, on the fixtures.

use serde_json::{Value, json};

use crate::support::TestApp;

#[test]
fn fewer_alerts_open_as_the_threshold_rises_and_the_value_in_force_moves_nobody() {
    let app = TestApp::with_fixtures();
    let found = app.json(&["rules", "sweep", "budget_drift_high", "0.10..0.40"]);
    let points = found["points"].as_array().unwrap();
    let column = |field: &str| -> Vec<f64> {
        points.iter().map(|point| point[field].as_f64().unwrap()).collect()
    };
    assert_eq!(points.len(), 12, "eleven values, and the one in force between two of them");
    assert!(column("value").is_sorted());
    let now = points.iter().find(|point| point["is_in_force"] == true).unwrap();
    assert_eq!(now["value"], found["in_force"]);
    assert_eq!(now["ministries"].as_array().unwrap().len(), 0, "{now}");
    let moved = points.iter().filter(|point| !point["ministries"].as_array().unwrap().is_empty());
    assert!(moved.count() > 0, "{points:?}");
    assert!(found["rules"].as_array().unwrap().contains(&"D1".into()));
    let text = app.ok(&["rules", "sweep", "budget_drift_high", "0,10..0,40"]);
    assert!(text.contains("vigueur"), "{text}");
    // From the critical threshold on, this one decides no more.
    assert!(text.replace('\u{202f}', " ").contains("De 31 % à 40 %, rien ne change"), "{text}");
    let apart = ["rules", "sweep", "budget_drift_high", "0,10..0,22", "--values", "3"];
    let rising = app.ok(&apart);
    assert!(!rising.contains("rien ne change"), "{rising}");
}

#[test]
fn what_a_sweep_cannot_try_is_refused_with_what_was_expected() {
    let app = TestApp::with_fixtures();
    for (arguments, expected) in [
        (["budget_drift_hihg", "0.10..0.40"], "budget_drift_high"),
        (["budget_drift_high", "0.40..0.10"], "0.4"),
        (["budget_drift_high", "0.10-0.40"], "0.10..0.40"),
        (["budget_drift_high", "10..40"], "1"),
    ] {
        let refused = app.run(&["rules", "sweep", arguments[0], arguments[1]]);
        assert_ne!(refused.code, Some(0), "{arguments:?}: {}", refused.stdout);
        assert!(refused.stderr.contains(expected), "{arguments:?}: {}", refused.stderr);
    }
    let found: Value = app.json(&["rules", "sweep", "data_age_max", "90..270", "--values", "3"]);
    let points = found["points"].as_array().unwrap();
    let values: Vec<&Value> = points.iter().map(|point| &point["value"]).collect();
    assert_eq!(values, [&json!(90.0), &json!(180.0), &json!(270.0)]);
}
