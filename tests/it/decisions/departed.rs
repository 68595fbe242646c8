//! Projects that leave the panorama without a known reason: their alerts are dormant, one alert stands for them, and
//! they are woken when the project is listed again, or closed when somebody explains its exit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::Demands;
use crate::support::{TestApp, fixtures, real_editions};

const EDITIONS: [&str; 8] =
    ["2016-11", "2017-02", "2017-06", "2017-11", "2018-03", "2018-07", "2019-03", "2021-07"];

/// The edition of November 2020 as of another month, without some projects.
fn import_without(app: &TestApp, edition: &str, gone: &[&str]) {
    let text = fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let is_listed = |row: &&str| !gone.iter().any(|name| row.starts_with(&format!("{name},")));
    let rows: Vec<&str> = text.lines().filter(is_listed).collect();
    assert_eq!(rows.len(), text.lines().count() - gone.len());
    let file = app.path(&format!("{edition}.panorama.csv"));
    fs::write(&file, rows.join("\n")).unwrap();
    app.ok(&["import", file.to_str().unwrap()]);
}

/// State of the alerts on a project, by rule.
fn states(app: &TestApp, project: &str) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    for state in ["open", "dormant", "resolved"] {
        let alerts = app.json(&["alerts", "--project", project, "--state", state]);
        for alert in alerts.as_array().unwrap() {
            states.insert(alert["rule"].as_str().unwrap().to_owned(), state.to_owned());
        }
    }
    states
}

fn rules_in<'a>(states: &'a BTreeMap<String, String>, state: &str) -> BTreeSet<&'a str> {
    let of = states.iter().filter(|(_, one)| *one == state);
    of.map(|(rule, _)| rule.as_str()).collect()
}

fn shown(app: &TestApp, rule: &str, project: &str) -> Value {
    app.json(&["alerts", "show", rule, project])
}

fn last_change(shown: &Value) -> (&str, &str) {
    let last = shown["history"].as_array().unwrap().last().unwrap();
    (last["kind"].as_str().unwrap(), last["words"].as_str().unwrap())
}

fn proposed(app: &TestApp, project: &str) -> usize {
    let missions = app.json(&["missions", "--project", project]);
    let missions = missions.as_array().unwrap().iter();
    missions.filter(|mission| mission["state"] == "proposed").count()
}

#[test]
fn alerts_of_a_project_that_left_are_dormant_until_it_is_back() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let before = states(&app, "portalis");
    let open = rules_in(&before, "open");
    assert!(open.len() > 1 && !open.contains("D6"), "{before:?}");
    let acknowledged = shown(&app, "D1", "portalis")["id"].as_str().unwrap().to_owned();
    app.ok(&["alerts", "ack", &acknowledged]);

    import_without(&app, "2021-06", &["PORTALIS"]);
    app.ok(&["cycle", "--as-of", "2021-06-30"]);
    let gone = states(&app, "portalis");
    assert_eq!(rules_in(&gone, "open"), BTreeSet::from(["D6"]));
    assert_eq!(rules_in(&gone, "dormant"), open);
    assert_eq!(proposed(&app, "portalis"), 0);
    let standing = app.json(&["alerts", "--project", "portalis"]);
    assert_eq!(
        standing.as_array().unwrap().len(),
        1,
        "a list leaves out what is dormant: {standing}"
    );
    let asleep = shown(&app, "D1", "portalis");
    assert_eq!(last_change(&asleep).0, "dormant");
    assert!(last_change(&asleep).1.contains("n’est plus dans l’édition 2021-06"), "{asleep}");
    let d6 = shown(&app, "D6", "portalis");
    assert_eq!(d6["level"], "high");
    assert!(d6["explanation"].as_str().unwrap().contains("L’édition 2020-11 est la dernière"));

    // Nothing more is said of them while it stays away.
    app.ok(&["cycle", "--as-of", "2021-07-15"]);
    assert_eq!(states(&app, "portalis"), gone);
    assert_eq!(shown(&app, "D1", "portalis")["history"], asleep["history"]);

    // Back as it was.
    import_without(&app, "2021-11", &[]);
    app.ok(&["cycle", "--as-of", "2021-11-30"]);
    let back = states(&app, "portalis");
    assert!(rules_in(&back, "dormant").is_empty(), "{back:?}");
    let woken = shown(&app, "D1", "portalis");
    let (kind, words) = last_change(&woken);
    assert_eq!(kind, "woken");
    assert!(words.starts_with("Le projet est de nouveau dans le panorama."), "{words}");
    assert_eq!(woken["level"], asleep["level"]);
    assert!(!woken["handling"]["acknowledged"].is_null(), "what people did is still there");
    assert!(!rules_in(&back, "open").contains("D6"));
    for cycle in ["1", "2", "3", "4"] {
        let replay = app.json(&["replay", cycle]);
        assert_eq!(
            (&replay["identical"], &replay["decisions"]),
            (&json!(true), &json!([])),
            "{replay}"
        );
    }
}

#[test]
fn the_ministry_is_written_to_when_alerts_become_dormant_and_when_they_are_back() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let app = &mailed.app;
    let digest = |as_of: &str| {
        app.ok(&["cycle", "--as-of", as_of, "--announce"]);
        let mails = mailed.deliver();
        let of_justice = |to: &String| to.contains("sg@justice.example");
        let mut mails = mails.into_iter().filter(|mail| mail.to.iter().any(of_justice));
        mails.rfind(|mail| mail.text.contains("Situation au")).unwrap().text
    };
    digest("2020-11-30");
    let dormant = states(app, "portalis").len();

    import_without(app, "2021-06", &["PORTALIS"]);
    let gone = digest("2021-06-30");
    assert!(gone.contains("Alertes en sommeil"), "{gone}");
    let line = gone.lines().find(|line| line.contains("en sommeil jusqu’à")).unwrap();
    let expected =
        "sont en sommeil jusqu’à ce que la sortie du panorama soit expliquée\u{a0}: PORTALIS";
    assert!(line.contains(expected), "{line}");
    let count: usize =
        line.trim_start_matches([' ', '→']).split(' ').next().unwrap().parse().unwrap();
    assert!(count > 1 && count <= dormant, "{count} of {dormant}: hidden ones were never sent");
    assert!(gone.contains("PORTALIS : Sortie du panorama non expliquée"), "{gone}");

    import_without(app, "2021-11", &[]);
    let back = digest("2021-11-30");
    assert!(back.contains("de retour avec le projet"), "{back}");
}

#[test]
fn an_explained_exit_closes_what_was_dormant_and_can_be_taken_back() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let because = ["--because", "stopped", "--reason", "Décision du 3 juin"];
    let explain = |on: &str| {
        let mut arguments = vec!["projects", "explain-exit", "Portalis", "--on", on];
        arguments.extend(because);
        app.run(&arguments)
    };
    let refused = explain("2020-11-30");
    assert_ne!(refused.code, Some(0), "a project that is listed has no exit");
    assert!(refused.stderr.contains("2020-11"), "{}", refused.stderr);

    import_without(&app, "2021-06", &["PORTALIS"]);
    app.ok(&["cycle", "--as-of", "2021-06-30"]);
    assert_eq!(explain("2021-07-01").code, Some(0));
    app.ok(&["cycle", "--as-of", "2021-07-15"]);
    let closed = states(&app, "portalis");
    assert!(rules_in(&closed, "open").is_empty(), "{closed:?}");
    assert!(rules_in(&closed, "dormant").is_empty(), "{closed:?}");
    assert_eq!(
        last_change(&shown(&app, "D1", "portalis")),
        ("resolved", "Le projet a quitté le panorama : projet arrêté.")
    );
    let departed = app.json(&["projects", "--departed"]);
    let row = departed.as_array().unwrap().iter().find(|row| row["project_id"] == "portalis");
    assert_eq!(row.unwrap()["exit_reason"], "stopped");

    // What the second cycle did not know, it still does not.
    let replay = app.json(&["replay", "2"]);
    assert_eq!(replay["identical"], true, "{replay}");

    app.ok(&["projects", "withdraw-exit", "portalis", "--reason", "Erreur de projet"]);
    app.ok(&["cycle", "--as-of", "2021-07-16"]);
    assert_eq!(rules_in(&states(&app, "portalis"), "open"), BTreeSet::from(["D6"]));
    let log = app.json(&["projects", "exits"]);
    let reasons: Vec<&Value> =
        log.as_array().unwrap().iter().map(|entry| &entry["exit_reason"]).collect();
    assert_eq!(reasons, [&json!("stopped"), &json!(null)]);
    // An explanation explains one exit: listed again, the project may leave another time.
    assert_eq!(explain("2021-07-17").code, Some(0));
    import_without(&app, "2021-11", &[]);
    import_without(&app, "2022-06", &["PORTALIS", "NED"]);
    app.ok(&["cycle", "--as-of", "2022-06-30"]);
    assert_eq!(rules_in(&states(&app, "portalis"), "open"), BTreeSet::from(["D6"]));

    app.ok(&["projects", "withdraw-exit", "portalis", "--reason", "Revenu"]);
    let again = app.run(&["projects", "withdraw-exit", "portalis", "--reason", "Encore"]);
    assert_ne!(again.code, Some(0), "there is nothing left to take back");
}

/// One cycle for each published edition: what is open, or proposed, is on projects that are listed, but for the alert
/// that a project left.
#[test]
fn nothing_is_open_or_proposed_on_projects_that_left_the_published_editions() {
    let Some(folder) = real_editions() else { return };
    let app = TestApp::new();
    for edition in EDITIONS {
        let file = folder.join(format!("{edition}.dashboard.csv"));
        app.ok(&["import", file.to_str().unwrap()]);
        app.ok(&["cycle", "--as-of", &format!("{edition}-28")]);
    }
    let departed = app.json(&["projects", "--departed"]);
    let departed: BTreeSet<String> = departed
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("project/{}", row["project_id"].as_str().unwrap()))
        .collect();
    assert!(departed.len() > 40, "{departed:?}");
    let is_departed = |one: &&Value| departed.contains(one["subject"].as_str().unwrap());
    let open = app.json(&["alerts", "--state", "open"]);
    let open: Vec<&Value> = open.as_array().unwrap().iter().filter(is_departed).collect();
    let others: Vec<&&Value> = open.iter().filter(|alert| alert["rule"] != "D6").collect();
    assert!(others.is_empty(), "{others:?}");
    let sirhen = open.iter().find(|alert| alert["subject"] == "project/sirhen").unwrap();
    assert_eq!(sirhen["level"], "critical", "{sirhen}");
    let missions = app.json(&["missions"]);
    let proposed = missions.as_array().unwrap().iter().filter(|one| one["state"] == "proposed");
    let on_departed: Vec<&Value> = proposed.filter(is_departed).collect();
    assert!(on_departed.is_empty(), "{on_departed:?}");
}
