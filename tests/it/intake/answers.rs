//! Follow-up answers are dated one by one.

use serde_json::Value;

use crate::support::TestApp;

/// The levels of some rules on PORTALIS, and P10's explanation.
fn verdicts(app: &TestApp) -> Vec<(String, Value)> {
    let view = app.json(&["project", "PORTALIS", "--as-of", "2021-06-15"]);
    let verdicts = view["verdicts"].as_array().unwrap().clone();
    let wanted = ["RC08", "RC11", "RC12", "RC24", "P10"];
    verdicts
        .into_iter()
        .filter(|one| wanted.contains(&one["rule"].as_str().unwrap()))
        .map(|one| (one["rule"].as_str().unwrap().to_owned(), one["level"].clone()))
        .collect()
}

#[test]
fn two_answers_of_today_age_nothing_else_and_refresh_nothing_else() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2021-06-15"]);
    let before = verdicts(&app);
    assert_eq!(before.len(), 5, "{before:?}");
    let stale = before.iter().find(|(rule, _)| rule == "P10").unwrap();
    assert_eq!(stale.1, "moderate", "the questionnaire is eight months old");
    let text =
        "project,reported_on,committees_count,decisions_open_over_60d\nPORTALIS,2021-06-14,3,0\n";
    std::fs::write(app.path("2021-06.questionnaire.csv"), text).unwrap();
    app.ok(&["import", "2021-06.questionnaire.csv"]);
    app.ok(&["cycle", "--as-of", "2021-06-15"]);
    assert_eq!(verdicts(&app), before);
    let view = app.json(&["project", "PORTALIS", "--as-of", "2021-06-15"]);
    let verdicts = view["verdicts"].as_array().unwrap();
    let shown = verdicts.iter().find(|one| one["rule"] == "P10").unwrap();
    let explained = shown["explanation"].as_str().unwrap();
    assert!(explained.contains("les plus récentes sont du 14 juin 2021"), "{explained}");
}
