//! Where the rate is going, on the fixtures: two editions, 43 projects.

use serde_json::Value;

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-11-30T12:00:00Z";

fn forecast(app: &TestApp, arguments: &[&str]) -> Value {
    let all: Vec<&str> =
        ["forecast", "--as-of", "2020-11-30"].iter().chain(arguments).copied().collect();
    app.json(&all)
}

fn median(found: &Value, edition: usize, kind: &str) -> f64 {
    found["rates"][0]["points"][edition][kind]["p50"].as_f64().unwrap()
}

#[test]
fn the_forecast_starts_from_the_published_rate_and_floor_and_the_dated_targets() {
    let app = TestApp::with_fixtures();
    let found = forecast(&app, &[]);
    let panorama = app.json(&["panorama", "--as-of", "2020-11-30"]);
    let all = &found["rates"][0];
    for (ours, theirs) in [("rate", "global_drift"), ("floor", "floor_drift")] {
        let (ours, theirs) =
            (all[ours].as_f64().unwrap(), panorama["portfolio"][theirs].as_f64().unwrap());
        assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
    }
    assert_eq!((&all["ministry"], &all["project_count"]), (&Value::Null, &43.into()));
    assert_eq!(found["editions"], serde_json::json!(["2021-06", "2021-12", "2022-06", "2022-12"]));
    let targets: Vec<String> = all["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} by {} at {}", one["target"], one["by"], one["edition"]))
        .collect();
    assert_eq!(
        targets,
        [r#"0.25 by "2021-12-31" at "2021-12""#, r#"0.2 by "2022-12-31" at "2022-12""#,]
    );
    // Two editions make one pair, and no past forecast to check.
    assert_eq!(
        (&found["basis"]["pairs"], &found["calibration"]["windows"]),
        (&1.into(), &0.into())
    );
    // Each ministry starts from its own rate.
    for row in panorama["ministries"].as_array().unwrap() {
        let rates = found["rates"].as_array().unwrap().iter();
        let own = rates.clone().find(|one| one["ministry"] == row["ministry"]).unwrap();
        let rate = own["rate"].as_f64().zip(row["global_drift"].as_f64());
        assert!(rate.is_none_or(|(ours, theirs)| (ours - theirs).abs() < 1e-4), "{own} {row}");
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let app = TestApp::with_fixtures();
    let arguments = ["forecast", "--as-of", "2020-11-30", "--slip", "SI SAMU", "--format", "json"];
    assert_eq!(app.ok(&arguments), app.ok(&arguments));
}

#[test]
fn a_target_moved_in_the_catalogue_moves_its_date_and_its_chance() {
    let mut app = TestApp::with_fixtures();
    let thresholds = app.own_rules().join("thresholds.toml");
    let text = std::fs::read_to_string(&thresholds).unwrap();
    let (was, is) = (
        "values = [{ value = 0.25 }, { from = 2022-01-01, value = 0.20 }]",
        "values = [{ value = 0.01 }, { from = 2021-07-01, value = 0.90 }]",
    );
    assert!(text.contains(was));
    std::fs::write(&thresholds, text.replace(was, is)).unwrap();
    let targets = forecast(&app, &[])["rates"][0]["targets"].clone();
    assert_eq!(
        (&targets[0]["by"], &targets[0]["edition"]),
        (&"2021-06-30".into(), &"2021-06".into())
    );
    assert_eq!((&targets[0]["chance"], &targets[1]["chance"]), (&0.0.into(), &1.0.into()));
    assert_eq!(targets[1]["by"], "2021-12-31");
}

#[test]
fn what_is_supposed_moves_the_rate_the_right_way_and_nothing_else() {
    let app = TestApp::with_fixtures();
    let plain = forecast(&app, &[]);
    assert_eq!(plain["rates"][0]["points"][0]["what_if"], Value::Null);
    let late = forecast(&app, &["--slip", "SI SAMU"]);
    let dear = forecast(&app, &["--slip", "SI SAMU=10%"]);
    let gone = forecast(&app, &["--leave", "SI SAMU", "--leave", "PORTALIS"]);
    let held = forecast(&app, &["--hold", "SI SAMU"]);
    for edition in 0..4 {
        let expected = median(&plain, edition, "rate");
        for found in [&late, &dear, &gone, &held] {
            let rate = |of: &Value| of["rates"][0]["points"][edition]["rate"].clone();
            assert_eq!(rate(found), rate(&plain), "what is supposed changes no forecast");
        }
        assert!(median(&late, edition, "what_if") > expected);
        assert!(median(&dear, edition, "what_if") > expected);
        assert!(median(&held, edition, "what_if") <= expected);
    }
    let named = |found: &Value| {
        let projects = found["projects"].as_array().unwrap().iter();
        projects.clone().find(|one| one["project_id"] == "si-samu").unwrap().clone()
    };
    assert_eq!(
        (&named(&late)["slip_months"], &named(&late)["slip_cost"]),
        (&12.0.into(), &Value::Null)
    );
    assert_eq!((&named(&gone)["leaves"], &named(&held)["holds"]), (&true.into(), &true.into()));
    // The two that leave drifted more than the others.
    assert!(median(&gone, 0, "what_if") < median(&plain, 0, "rate"));
}

#[test]
fn what_cannot_be_supposed_is_refused_with_what_was_expected() {
    let app = TestApp::with_fixtures();
    let refused =
        |arguments: &[&str]| app.run(&[&["forecast", "--lang", "en"], arguments].concat());
    let unknown = refused(&["--leave", "SI SAMOU", "--as-of", "2020-11-30"]);
    assert!(unknown.stderr.contains("no project is called `SI SAMOU`"), "{}", unknown.stderr);
    assert!(refused(&["--ministry", "XX", "--as-of", "2020-11-30"]).stderr.contains("XX"));
    let slip = refused(&["--slip", "SI SAMU=beaucoup"]);
    assert_eq!(slip.code, Some(2), "{}", slip.stderr);
    assert!(slip.stderr.contains("SI SAMU=beaucoup"), "{}", slip.stderr);
    let gone = refused(&["--hold", "ACHILLÉE", "--edition", "2020-11"]);
    assert!(gone.stderr.contains("is not listed by edition 2020-11"), "{}", gone.stderr);
    let alone = refused(&["--edition", "2020-06"]);
    assert!(alone.stderr.contains("no forecast at edition 2020-06"), "{}", alone.stderr);
    let none = refused(&["--edition", "2020-09"]);
    assert!(none.stderr.contains("2020-09"), "{}", none.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_gets_its_own_rate_from_its_own_steps_and_names_no_other_project() {
    let app = TestApp::with_fixtures();
    let justice = app.token("Justice", &[Role::Reader], &["MJ"]).await;
    let whole = app.token("Chef", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let own = server.get(&justice, "/api/v1/forecast").await;
    assert_eq!(own.status, 200, "{}", own.body);
    let rates = own.body["rates"].as_array().unwrap();
    assert_eq!((rates.len(), &rates[0]["ministry"]), (1, &"MJ".into()));
    let projects = own.body["projects"].as_array().unwrap();
    assert!(!projects.is_empty() && projects.iter().all(|one| one["ministry"] == "MJ"));
    let all = server.get(&whole, "/api/v1/forecast").await;
    assert!(own.body["basis"]["steps"].as_u64() < all.body["basis"]["steps"].as_u64());
    // Another's project is as one that is not there, and so is another's rate.
    assert_eq!(server.get(&justice, "/api/v1/forecast?leave=si-samu").await.status, 404);
    assert_eq!(server.get(&justice, "/api/v1/forecast?ministry=MSO").await.status, 404);
    let one = server.get(&whole, "/api/v1/forecast?ministry=MJ").await;
    assert_eq!(one.body["rates"].as_array().unwrap().len(), 1);
    assert_eq!(one.body["rates"][0]["rate"], rates[0]["rate"], "the same rate of now");
    for (query, parameter) in [
        ("as_of=2020-11-30&edition=2020-11", "edition"),
        ("slip=si-samu%3Dloin", "slip"),
        ("horizon=2", "horizon"),
    ] {
        let refused = server.get(&whole, &format!("/api/v1/forecast?{query}")).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.body);
        assert!(refused.body.to_string().contains(parameter), "{query}: {}", refused.body);
    }
    server.close().await;
}
