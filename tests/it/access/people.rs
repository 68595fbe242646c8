//! What people do about alerts, at the command line, and what is left of it.

use chrono::Days;
use chrono_tz::Europe::Paris;

use crate::support::TestApp;
use vigie::support::clock::{Clock as _, SystemClock};

fn judged() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app
}

/// In so many days from today in Paris, by the clock that the command reads.
fn in_days(days: u64) -> String {
    let today = SystemClock.now().with_timezone(&Paris).date_naive();
    today.checked_add_days(Days::new(days)).unwrap().to_string()
}

#[track_caller]
fn refused(app: &TestApp, arguments: &[&str]) -> String {
    let answer = app.run(arguments);
    assert_eq!(answer.code, Some(1), "{arguments:?}\n{}", answer.stdout);
    answer.stderr
}

#[test]
fn an_alert_is_seen_given_and_commented_and_its_history_says_by_whom() {
    let app = judged();
    app.ok(&["alerts", "ack", "D1", "SI SAMU", "--reason", "vu avec le directeur"]);
    app.ok(&["alerts", "assign", "D1", "si-samu", "--to", "Paul Durand"]);
    app.ok(&["alerts", "comment", "D1", "project/si-samu", "--text", "rappeler lundi"]);
    let shown = app.json(&["alerts", "show", "D1", "SI SAMU"]);
    assert_eq!(
        shown["handling"]["acknowledged"]["by"],
        "claire.martin@example.org (nom non prouvé)"
    );
    assert_eq!(shown["handling"]["assigned_to"], "Paul Durand");
    let events: Vec<String> = shown["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            format!("{} {}", event["actor"].as_str().unwrap(), event["kind"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        events,
        [
            "vigie raised",
            "claire.martin@example.org (nom non prouvé) acknowledged",
            "claire.martin@example.org (nom non prouvé) assigned",
            "claire.martin@example.org (nom non prouvé) commented"
        ]
    );
    assert_eq!(shown["history"][0]["known"]["cycle"], 1);
    // By the beginning of its id too.
    let id = shown["id"].as_str().unwrap();
    assert_eq!(app.json(&["alerts", "show", &id[..8]])["id"], id);
    let list = app.ok(&["alerts", "--rule", "D1", "--format", "csv"]);
    let seen = "vue par claire.martin@example.org (nom non prouvé) ; confiée à Paul Durand";
    assert!(list.contains(seen), "{list}");
    assert_eq!(
        app.json(&["audit", "list", "--subject", &format!("alert/{id}")])[1]["action"],
        "alert_acknowledged"
    );
}

#[test]
fn an_alert_that_there_is_not_or_that_could_be_several_is_refused() {
    let app = judged();
    let none = refused(&app, &["alerts", "show", "zzzz"]);
    assert!(none.contains("aucune alerte `zzzz`"), "{none}");
    // There are more than sixteen alerts: one hexadecimal digit cannot tell them apart.
    let several = (0..16).map(|digit| app.run(&["alerts", "show", &format!("{digit:x}")]));
    assert!(
        several
            .into_iter()
            .any(|answer| answer.stderr.contains("est le début de plusieurs identifiants"))
    );
    let mut command = app.command(&["alerts", "ack", "D1", "SI SAMU"]);
    let output = command.env("VIGIE_ACTOR", "").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("une décision de personne"));
}

#[test]
fn a_team_contests_a_figure_and_is_answered_once() {
    let app = judged();
    let contest = |field: &str| {
        let words = ["--author", "Équipe SI SAMU", "--text", "compté deux fois", "--field", field];
        let arguments: Vec<&str> =
            ["alerts", "dispute", "D1", "SI SAMU"].into_iter().chain(words).collect();
        app.run(&arguments)
    };
    let computed = contest("budget_drift");
    assert!(computed.stderr.contains("`budget_drift` ne se conteste pas"), "{}", computed.stderr);
    let opened = contest("cost_current");
    assert!(
        opened.stderr.starts_with("contestation 1 ouverte ; elle met en cause l’importation "),
        "{}",
        opened.stderr
    );
    assert_eq!(app.json(&["alerts", "disputes"])[0]["state"], "open");
    let list = app.ok(&["alerts", "--rule", "D1", "--format", "csv"]);
    assert!(list.contains("contestée (1)"), "{list}");
    app.ok(&["alerts", "answer", "1", "--verdict", "rejected", "--reason", "chiffre vérifié"]);
    let again = refused(&app, &["alerts", "answer", "1", "--verdict", "upheld", "--reason", "x"]);
    assert!(again.contains("la contestation 1 est terminée\u{a0}: rejetée"), "{again}");
    // The rule has not been put in question: the alert stands.
    assert_eq!(app.json(&["alerts", "show", "D1", "SI SAMU"])["state"], "open");
}

#[test]
fn a_cycle_says_which_silences_end_soon() {
    let app = judged();
    let soon = in_days(2);
    let scope = ["--rule", "D1", "--reason", "plan arrêté", "--by", "Ada"];
    let silence = ["alerts", "silence", "--until", &soon];
    app.ok(&silence.into_iter().chain(scope).collect::<Vec<_>>());
    let report = app.json(&["cycle", "--as-of", "2020-12-01"]);
    let changes = report["silence_changes"].as_array().unwrap();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(change["kind"], "announced");
    let told = app.ok(&["cycle", "--as-of", "2020-12-02"]);
    assert!(!told.contains("Silences qui changent"), "it is said once: {told}");
}

#[test]
fn a_silence_has_a_scope_a_reason_and_an_end_and_may_be_ended_before() {
    let app = judged();
    let silence = |until: &str, scope: &[&str]| {
        let arguments: Vec<&str> =
            ["alerts", "silence", "--until", until, "--reason", "en janvier"]
                .into_iter()
                .chain(scope.iter().copied())
                .collect();
        app.run(&arguments)
    };
    let soon = in_days(30);
    assert!(silence(&soon, &[]).stderr.contains("un silence sans portée"));
    assert!(silence(&in_days(91), &["--rule", "D1"]).stderr.contains("attendu un jour du"));
    assert!(silence("2020-12-31", &["--rule", "D1"]).stderr.contains("attendu un jour du"));
    assert!(silence(&soon, &["--rule", "D77"]).stderr.contains("aucune règle `D77` en vigueur"));
    assert_eq!(silence(&soon, &["--rule", "D1", "--project", "SI SAMU"]).code, Some(0));
    let shown = app.json(&["alerts", "show", "D1", "SI SAMU"]);
    assert_eq!(shown["silenced"], true);
    assert_eq!(shown["state"], "open");
    assert_eq!(app.json(&["alerts", "silences"]).as_array().unwrap().len(), 1);
    app.ok(&["alerts", "unsilence", "1", "--reason", "chiffres reçus"]);
    assert_eq!(app.json(&["alerts", "show", "D1", "SI SAMU"])["silenced"], false);
    assert_eq!(app.json(&["alerts", "silences"]).as_array().unwrap().len(), 0);
    assert_eq!(app.json(&["alerts", "silences", "--all"]).as_array().unwrap().len(), 1);
    assert!(refused(&app, &["alerts", "unsilence", "1", "--reason", "x"]).contains("est terminé"));
}
