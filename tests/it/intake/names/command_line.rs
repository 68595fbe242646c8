//! `vigie names`, on a database and on a server.

use serde_json::json;

use super::{NOW, lunar_edition};
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

#[test]
fn names_are_recorded_listed_and_withdrawn_and_imports_are_read_with_them() {
    let app = TestApp::new();
    std::fs::write(app.path("2020-12.lunar.csv"), lunar_edition()).unwrap();
    let refused = app.run(&["import", "2020-12.lunar.csv"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("`vigie names record`"), "{}", refused.stderr);
    let new = ["names", "record", "Ministère de la Navigation lunaire", "--ministry", "MNL"];
    let rest = ["--new-ministry", "Ministère de la Lune", "--reason", "décret du 20 mai"];
    app.ok(&[&new[..], &rest].concat());
    let known = ["names", "record", "Ministère de l’Interieure", "--ministry", "MI"];
    app.ok(&[&known[..], &["--reason", "faute de frappe"]].concat());
    app.ok(&["import", "2020-12.lunar.csv"]);
    assert!(app.ok(&["names", "list"]).contains("2\u{a0}noms enregistrés"));
    let listed = app.json(&["names", "list"]);
    assert_eq!(listed[0]["new_ministry"], json!("Ministère de la Lune"));
    assert_eq!(listed[1]["reason"], json!("faute de frappe"));
    let again = app.run(&[&known[..], &["--reason", "faute de frappe"]].concat());
    assert_eq!(again.code, Some(1));
    let words = "« Ministère de l’Interieure » est déjà un nom du ministère MI";
    assert!(again.stderr.replace('\u{a0}', " ").contains(words), "{}", again.stderr);
    app.ok(&["names", "withdraw", "2", "--reason", "erreur"]);
    assert_eq!(app.json(&["names", "list"]).as_array().unwrap().len(), 1);
    let all = app.json(&["names", "list", "--all"]);
    assert_eq!(all[1]["withdrawn"]["reason"], json!("erreur"));
}

#[test]
fn a_name_is_of_a_ministry_or_of_a_project() {
    let app = TestApp::new();
    for wrong in [
        &["names", "record", "X", "--reason", "r"][..],
        &["names", "record", "X", "--ministry", "MJ", "--project", "p", "--reason", "r"],
        &["names", "record", "X", "--project", "p", "--new-ministry", "N", "--reason", "r"],
    ] {
        assert_eq!(app.run(wrong).code, Some(2), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_recorded_on_a_server() {
    let app = TestApp::with_fixtures();
    let token = app.token("claire.martin@example.org", &[Role::Analyst], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let run = |arguments: &[&str]| {
        let mut command = server.app.command(arguments);
        command.args(["--server", &server.url("")]).env("VIGIE_TOKEN", &token);
        command.env("VIGIE_DATABASE_URL", "sqlite:///nowhere/vigie.db").env_remove("VIGIE_ACTOR");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let record = ["names", "record", "Système du SAMU central", "--project", "SI SAMU"];
    tokio::task::block_in_place(|| {
        run(&[&record[..], &["--reason", "même système"]].concat());
        assert!(run(&["names", "list"]).contains("claire.martin@example.org"));
        run(&["names", "withdraw", "1", "--reason", "erreur"]);
    });
    server.close().await;
}
