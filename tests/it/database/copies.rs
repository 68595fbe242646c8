//! A whole database copied from a file to a server and back, whatever cuts the copy.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::TestApp;
use crate::support::machine::kill::kills;

#[test]
fn a_service_moves_from_a_file_to_a_server_works_there_and_moves_back() {
    let Some(server) = TestApp::on_server() else { return };
    let file = TestApp::with_fixtures_in_a_file();
    file.ok(&["cycle", "--as-of", "2020-11-30"]);
    let told =
        |app: &TestApp| ["alerts", "missions", "cycles", "imports"].map(|list| app.json(&[list]));
    let before = told(&file);
    let urls = (file.database_url(), server.database_url());
    let there = ["database", "copy", &urls.0, &urls.1];
    let copied = file.json(&there);
    assert_eq!(copied["replayed"], 1, "{copied}");
    assert!(copied["done"]["rows"].as_u64().unwrap() > 1000, "{copied}");
    assert_eq!(told(&server), before);
    assert_eq!(server.json(&["replay", "1"])["identical"], true);

    server.ok(&["cycle", "--as-of", "2020-12-31"]);
    let later = told(&server);
    let back = TestApp::with_file();
    let urls_back = (server.database_url(), back.database_url());
    let returned = ["database", "copy", &urls_back.0, &urls_back.1];
    assert_eq!(file.json(&returned)["replayed"], 2);
    assert_eq!(told(&back), later);
    for app in [&server, &back] {
        let found = app.json(&["database", "check"]);
        assert_eq!(found["faults"], serde_json::json!([]), "{found}");
        app.ok(&["audit", "verify"]);
    }
    assert_eq!(
        server.json(&["database", "check"])["rows"],
        back.json(&["database", "check"])["rows"]
    );

    let refused = file.run(&there);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("attendu une base vide"), "{}", refused.stderr);
}

#[test]
fn a_copy_killed_at_any_moment_goes_on_where_it_stopped_and_nothing_else_opens_what_it_began() {
    let Some(server) = TestApp::on_server() else { return };
    let file = TestApp::with_fixtures_in_a_file();
    file.ok(&["cycle", "--as-of", "2020-11-30"]);
    let alerts = file.json(&["alerts"]);
    let urls = (file.database_url(), server.database_url());
    let copy = ["database", "copy", &urls.0, &urls.1];
    let started = Instant::now();
    file.ok(&copy);
    let whole = started.elapsed();
    let (mut begun, kills) = (0, kills(6));
    for kill in 0..kills {
        server.make_way_for_a_restoration();
        let mut command = file.command(&copy);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait(&mut child, whole * kill / kills);
        child.kill().unwrap();
        child.wait().unwrap();
        let marked = server.sql("select to_regclass('copy_under_way') is not null") == "t";
        if marked && server.sql("select count(*) from copy_under_way") == "1" {
            begun += 1;
            let refused = server.run(&["alerts"]);
            assert!(refused.stderr.contains("le début d’une copie"), "{}", refused.stderr);
        }
        let emptied = server.sql("select to_regclass('cycles') is not null") == "t"
            && !marked
            && server.sql("select count(*) from cycles") == "1";
        if !emptied {
            file.ok(&copy);
        }
        assert_eq!(server.json(&["alerts"]), alerts, "after kill {kill}");
    }
    println!("{kills} kills over {whole:?}, {begun} in the middle of the copy");
}

/// What was changed by hand shows, and what keeps it from being changed is missed.
#[test]
fn a_check_says_what_is_not_as_it_should_be() {
    for app in [TestApp::on_server(), Some(TestApp::with_file())].into_iter().flatten() {
        app.ok(&["imports"]);
        assert_eq!(app.run(&["database", "check"]).code, Some(0));
        app.lift_guards_of_audit();
        app.sql("alter table silences drop column announce_on");
        let found = app.run(&["database", "check"]);
        assert_eq!(found.code, Some(1), "{}", found.stdout);
        assert!(found.stderr.contains("la table `silences` n’est pas telle"), "{}", found.stderr);
        assert!(found.stderr.contains("piste d’audit"), "{}", found.stderr);
    }
}

fn wait(child: &mut std::process::Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}
