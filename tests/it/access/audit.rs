//! The audit trail: what is written to it, what verifying it finds, and that nobody decides unnamed.

use std::fmt::Write as _;

use crate::support::TestApp;
use crate::support::test_database::statements;

/// One line for each decision: who, what, about what.
fn told(app: &TestApp, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["audit", "list"].iter().chain(arguments).copied().collect();
    let entries = app.json(&arguments);
    let mut text = String::new();
    for entry in entries.as_array().unwrap() {
        let word = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
        let (actor, action, subject) = (word("actor"), word("action"), word("subject"));
        writeln!(text, "{actor} {action} {subject} : {}", word("reason")).unwrap();
    }
    text
}

/// Changes the database behind the program's back, its guards taken away.
fn tamper(app: &TestApp, statement: &str) {
    app.lift_guards_of_audit();
    app.sql(statement);
}

fn verify(app: &TestApp, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments: Vec<&str> = ["audit", "verify"].iter().chain(arguments).copied().collect();
    let answer = app.run(&arguments);
    (answer.code, answer.stdout.lines().next().unwrap_or_default().to_owned())
}

#[test]
fn what_people_and_vigie_decide_is_written_with_who_and_why() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let imports = told(&app, &["--subject", "import"]);
    assert_eq!(imports.lines().count(), app.json(&["imports"]).as_array().unwrap().len());
    let claire = "claire.martin@example.org (nom non prouvé)";
    assert!(imports.starts_with(&format!("{claire} import_recorded import/1 : -\n")));

    let alerts = app.json(&["alerts", "--state", "open"]);
    let alerts = alerts.as_array().unwrap();
    let decided = told(&app, &["--subject", "alert", "--limit", "10000"]);
    let raised = decided.lines().filter(|line| line.contains("vigie alert_raised alert/"));
    assert_eq!(raised.count(), alerts.len());
    let one = format!("alert/{}", alerts[0]["id"].as_str().unwrap());
    assert_eq!(
        told(&app, &["--subject", &one]),
        format!("vigie alert_raised {one} : Première constatation.\n")
    );
    assert!(told(&app, &["--subject", "mission"]).contains("vigie mission_proposed mission/"));

    // Again, on the same data: nothing is decided, nothing is written.
    let before = app.fingerprint();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!(app.fingerprint(), before);
}

#[test]
fn a_second_cycle_writes_what_moved_and_nothing_of_what_lasts() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-29"]);
    let first = told(&app, &["--limit", "10000"]).lines().count();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let all = told(&app, &["--limit", "10000"]);
    let second: Vec<&str> = all.lines().skip(first).collect();
    assert_eq!(second, ["vigie cycle_committed cycle/2 : -"]);
}

#[test]
fn a_decision_by_nobody_is_refused() {
    let app = TestApp::with_fixtures();
    let refused = |name: &str| {
        let mut command =
            app.command(&["projects", "link", "a", "b", "--reason", "x", "--by", name]);
        let output = command.env("VIGIE_ACTOR", "").output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(
        refused(""),
        "vigie: une décision de personne\u{a0}: dire qui décide avec `--by NOM`, ou le réglage `actor`\n"
    );
    assert!(refused("vigie").contains("ce que Vigie décide d’elle-même"));
}

#[test]
fn a_trail_as_written_is_sound_and_its_head_can_be_noted() {
    let app = TestApp::with_fixtures();
    let noted = app.json(&["audit", "verify"]);
    let hash = noted["head"]["hash"].as_str().unwrap();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let (code, told) = verify(&app, &["--expect", hash]);
    assert_eq!(code, Some(0));
    assert!(told.starts_with("Piste d’audit intègre : "), "{told}");
    let (code_of_another, told_of_another) = verify(&app, &["--expect", "0123"]);
    assert_eq!(code_of_another, Some(1));
    assert!(told_of_another.contains("aucune décision n’a l’empreinte 0123"), "{told_of_another}");
}

#[test]
fn the_database_itself_refuses_to_change_or_remove_an_entry() {
    let app = TestApp::with_fixtures();
    for statement in ["update audit set reason = 'x'", "delete from audit where number = 2"] {
        let refusal = statements(&app.database_url(), statement).unwrap_err();
        assert!(refusal.contains("entries of the audit trail are never"), "{refusal}");
    }
    assert_eq!(verify(&app, &[]).0, Some(0));
}

#[test]
fn whatever_a_later_hand_does_the_first_entry_that_does_not_fit_is_named() {
    let forge = "update audit set at = '2020-01-01T00:00:00.000000000Z' where number = 3";
    for (statement, expected) in [
        (forge, "la décision 3 a été altérée"),
        ("update audit set reason = '' where number = 4", "la décision 4 a été altérée"),
        ("delete from audit where number = 2", "la décision 2 manque"),
        (
            "update audit set became = cast(x'ff' as text) where number = 5",
            "la décision 5 est illisible",
        ),
        (
            "update audit set number = 0 where number = 2;\n\
             update audit set number = 2 where number = 3;\n\
             update audit set number = 3 where number = 0",
            "la décision 2 a été altérée",
        ),
        ("delete from audit where number = (select max(number) from audit)", "la fin a été coupée"),
        ("delete from audit;\ndelete from audit_head", "intègre : 0 décision"),
    ] {
        let app = TestApp::with_fixtures();
        let noted = app.json(&["audit", "verify"])["head"]["hash"].clone();
        if app.is_on_server() && statement.contains("x'ff'") {
            // A server refuses texts that are none.
            continue;
        }
        tamper(&app, statement);
        let (code, told) = verify(&app, &[]);
        assert!(told.contains(expected), "{statement}: {told}");
        let caught = !expected.starts_with("intègre");
        assert_eq!(code == Some(1), caught, "{statement}");
        // A noted head catches even a trail that is wholly replaced.
        assert_eq!(verify(&app, &["--expect", noted.as_str().unwrap()]).0, Some(1));
    }
}
