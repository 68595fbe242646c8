//! Which projects to look at first, on the fixtures: two editions, 43 projects, 37 steps of which 3 drift.

use serde_json::Value;

use crate::support::{TestApp, fixtures};

fn attention(app: &TestApp) -> Value {
    app.json(&["attention", "--as-of", "2020-11-30"])
}

fn figure(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn projects_come_by_chance_times_stake_and_each_figure_follows_from_the_past_steps() {
    let found = attention(&TestApp::with_fixtures());
    assert_eq!((&found["steps"], &found["drifts"]), (&37.into(), &3.into()));
    let base = figure(&found["base_rate"]);
    assert!((base - 3.0 / 37.0).abs() < 1e-12);
    let projects = found["projects"].as_array().unwrap();
    let expected: Vec<f64> = projects.iter().map(|one| figure(&one["expected_meur"])).collect();
    assert!(expected.is_sorted_by(|a, b| a >= b), "{expected:?}");
    for (place, one) in projects.iter().enumerate() {
        assert_eq!(one["rank"], place + 1);
        assert_eq!(one["reasons"].as_array().unwrap().len(), 3, "{one}");
        let chance = &one["chance"];
        let (warnings, hits) = (figure(&chance["warnings"]), figure(&chance["hits"]));
        // Twenty more warnings that are worth the mean.
        let value = (hits + 20.0 * base) / (warnings + 20.0);
        assert!((figure(&chance["value"]) - value).abs() < 1e-12, "{one}");
        let stake = figure(&one["stake"]["by_cost"]) + figure(&one["stake"]["by_months"]);
        assert!((figure(&one["stake"]["meur"]) - stake).abs() < 1e-9, "{one}");
        let product = figure(&chance["value"]) * stake;
        assert!((figure(&one["expected_meur"]) - product).abs() < 1e-9, "{one}");
    }
}

#[test]
fn candidates_for_the_lists_name_those_that_the_note_of_november_2020_lists() {
    let found = attention(&TestApp::with_fixtures());
    let candidates = found["candidates"].as_array().unwrap();
    let of = |list: &str| -> Vec<&str> {
        let of_list = candidates.iter().filter(|one| one["list"] == list);
        of_list.map(|one| one["name"].as_str().unwrap()).collect()
    };
    for (list, name) in [
        ("closing", "SOURCE SOLDE"),
        ("closing", "France VISAS"),
        ("closing", "CYCLADES"),
        ("recurrent", "SI SAMU"),
        ("reframing", "SieRh"),
        ("heightened", "Réseau Radio du Futur (RRF)"),
        ("heightened", "Demat’ADS"),
    ] {
        assert!(of(list).contains(&name), "{list}: {:?}", of(list));
        let one = candidates.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(one["is_listed"], true, "{one}");
    }
    // A proposal lists nobody.
    assert!(candidates.iter().any(|one| one["is_listed"] == false));
}

#[test]
fn the_same_data_gives_the_same_order_byte_for_byte() {
    let app = TestApp::with_fixtures();
    let arguments = ["attention", "--as-of", "2020-11-30", "--format", "json"];
    assert_eq!(app.ok(&arguments), app.ok(&arguments));
}

#[test]
fn without_a_past_step_projects_come_by_stake_and_the_command_says_so() {
    let app = TestApp::new();
    let file = fixtures().join("2020-06.panorama.csv");
    app.ok(&["import", file.to_str().unwrap()]);
    let text = app.ok(&["attention", "--as-of", "2020-06-30"]);
    assert!(text.contains("Aucune édition passée ne permet d’estimer les chances"), "{text}");
    let found = app.json(&["attention", "--as-of", "2020-06-30"]);
    assert_eq!(found["base_rate"], Value::Null);
    assert!(found["projects"].as_array().unwrap().iter().all(|one| one["chance"].is_null()));
}
