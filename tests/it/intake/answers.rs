//! Follow-up answers are dated one by one.

use serde_json::{Value, json};

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

/// The answers of PORTALIS on its committees, and what the last import changed.
fn committees(app: &TestApp) -> (Value, Value) {
    let view = app.json(&["project", "PORTALIS", "--as-of", "2021-06-15"]);
    let of = |field: &str| view["project"][field].clone();
    (of("committees_count"), of("decisions_open_over_60d"))
}

#[test]
fn a_second_questionnaire_of_the_same_edition_leaves_standing_what_it_does_not_answer() {
    let app = TestApp::with_fixtures();
    let import = |rows: &str| {
        std::fs::write(app.path("2021-06.questionnaire.csv"), rows).unwrap();
        app.json(&["import", "2021-06.questionnaire.csv"])["files"][0]["recorded"].clone()
    };
    import(
        "project,reported_on,committees_count,decisions_open_over_60d\nPORTALIS,2021-06-01,7,4\n\
         NED,2021-06-01,3,1\n",
    );
    app.ok(&["cycle", "--as-of", "2021-06-15"]);
    assert_eq!(committees(&app), (7.into(), 4.into()));

    let second = import("project,reported_on,committees_count\nPORTALIS,2021-06-10,2\n");
    assert_eq!(committees(&app), (2.into(), 4.into()), "of the first one");
    let differences = second["differences"].as_array().unwrap();
    let fields: Vec<&Value> = differences.iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["committees_count"], "{second}");

    // Another answer only: nothing is replaced.
    let third = import("project,reported_on,decisions_open_over_60d\nNED,2021-06-12,0\n");
    assert_eq!(third["outcome"], "replaced", "{third}");
    assert_eq!(committees(&app), (2.into(), 4.into()));

    // Taken out, it says nothing any more.
    app.ok(&[
        "imports",
        "withdraw",
        &second["number"].to_string(),
        "--reason",
        "erreur",
        "--by",
        "Ada",
    ]);
    assert_eq!(committees(&app), (7.into(), 4.into()));
    assert_eq!(app.json(&["replay", "1"])["identical"], true);
}

#[test]
fn an_answer_without_a_value_takes_the_former_one_away_and_says_why() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let view = || app.json(&["project", "PORTALIS", "--as-of", "2020-11-30"]);
    let before = view();
    assert!(before["project"]["committees_count"].is_number(), "{before}");
    assert!(before["project"]["spent_to_date"].is_number());

    let text = "project;reported_on;answered_by;committees_count;spent_to_date;sponsor_named;director_fte\n\
                PORTALIS;2020-11-20;Ada Lovelace, directrice de projet;Ne sait pas;NON COMMUNIQUE;Oui;\n";
    std::fs::write(app.path("2020-11.questionnaire-portalis.csv"), text).unwrap();
    let import = app.json(&["import", "2020-11.questionnaire-portalis.csv"]);
    let differences = import["files"][0]["recorded"]["differences"].to_string();
    assert!(differences.contains("ne sait pas (2020-11-20)"), "{differences}");
    assert!(differences.contains("non communiqué (2020-11-20)"), "{differences}");

    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let after = view();
    let project = &after["project"];
    assert!(project["committees_count"].is_null() && project["spent_to_date"].is_null());
    assert_eq!(project["answers_unknown"], "committees_count");
    assert_eq!(project["answers_withheld"], "spent_to_date");
    assert_eq!(
        project["director_fte"], before["project"]["director_fte"],
        "a blank answers nothing"
    );
    let missing = |rule: &str| {
        let verdicts = after["verdicts"].as_array().unwrap();
        verdicts.iter().find(|one| one["rule"] == rule).unwrap()["missing"].clone()
    };
    assert_eq!(missing("RC12"), json!([{ "field": "committees_count", "why": "unknown" }]));
    assert_eq!(missing("RC08"), json!([{ "field": "spent_to_date", "why": "withheld" }]));
    let shown = app.ok(&["rules", "explain", "RC12", "PORTALIS", "--as-of", "2020-11-30"]);
    assert!(shown.contains("le projet ne sait pas"), "{shown}");

    // A value given again holds.
    let again = "project,reported_on,committees_count\nPORTALIS,2020-11-25,4\n";
    std::fs::write(app.path("2020-11.questionnaire-portalis.csv"), again).unwrap();
    app.ok(&["import", "2020-11.questionnaire-portalis.csv"]);
    let last = view();
    assert_eq!(
        (&last["project"]["committees_count"], &last["project"]["answers_unknown"]),
        (&json!(4), &json!(""))
    );
    assert_eq!(app.json(&["replay", "1"])["identical"], true);
    assert_eq!(app.json(&["replay", "2"])["identical"], true);
}

#[test]
fn an_answer_of_an_earlier_day_hides_none_of_a_later_day_whatever_comes_last() {
    let app = TestApp::with_fixtures();
    let import = |name: &str, rows: &str| {
        std::fs::write(app.path(name), rows).unwrap();
        app.json(&["import", name])["files"][0].clone()
    };
    let share = || {
        app.json(&["project", "PORTALIS", "--as-of", "2020-11-30"])["project"]["progress_pct"]
            .clone()
    };
    let header = "project;reported_on;answered_by;progress_pct\n";
    let signed = import(
        "2020-11.questionnaire-b.csv",
        &format!("{header}PORTALIS;2020-11-25;Ada Lovelace;58 %\n"),
    );
    assert_eq!((signed["remarks"].as_array().unwrap().len(), share()), (0, json!(0.58)));
    let unsigned = import(
        "2020-11.questionnaire-c.csv",
        &format!("{header}PORTALIS;2020-11-20;;0,55\nNED;2020-11-20;Ada Lovelace;0,55\n"),
    );
    let remarks = unsigned["remarks"].to_string();
    assert!(remarks.contains("PORTALIS : personne ne signe ces réponses"), "{unsigned}");
    assert!(!remarks.contains("NED"), "{unsigned}");
    assert_eq!(share(), json!(0.58), "the later day holds");
}
