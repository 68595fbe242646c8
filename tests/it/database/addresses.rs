//! Where the database is: what settings say, and what is refused there.

use crate::support::TestApp;

#[test]
fn what_a_platform_says_of_its_database_and_its_port_is_heeded_and_no_password_is_shown() {
    let app = TestApp::with_file();
    let check = |more: &[(&str, &str)]| {
        let mut command = app.command(&["config", "check", "--format", "json"]);
        command.env_remove("VIGIE_DATABASE_URL");
        command.env("DATABASE_URL", "postgres://vigie:s3cret@base.example:5432/vigie");
        command.env("PORT", "5001").envs(more.iter().copied());
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("s3cret"), "{text}");
        let settings: serde_json::Value = serde_json::from_str(&text).unwrap();
        [&settings["database_url"], &settings["listen"]]
            .map(|value| value.as_str().unwrap().to_owned())
    };
    let [database, listen] = check(&[]);
    assert!(database.starts_with("postgres://base.example"), "{database}");
    assert_eq!(listen, "0.0.0.0:5001");
    // What is said to Vigie itself comes first, and a database that is none of a server is another program's.
    let own = [("VIGIE_DATABASE_URL", "sqlite://own.db"), ("VIGIE_LISTEN", "127.0.0.1:9000")];
    assert_eq!(check(&own), ["sqlite://own.db", "127.0.0.1:9000"]);
    let others = [("DATABASE_URL", "mysql://base.example/other"), ("PORT", "http")];
    assert_eq!(check(&others), ["sqlite://data/vigie.db", "127.0.0.1:8080"]);
}

#[test]
fn a_database_with_tables_of_others_is_left_alone() {
    let Some(app) = TestApp::on_server() else { return };
    app.sql("create table invoices (number bigint)");
    let refused = app.run(&["alerts"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("la table `invoices`, qui n’est pas de Vigie"),
        "{}",
        refused.stderr
    );
    let tables = app.sql("select count(*) from pg_tables where schemaname = current_schema()");
    assert_eq!(tables, "1");
}

#[test]
fn a_server_that_is_not_there_is_named_without_who_signs_in() {
    let app = TestApp::with_file();
    let mut command = app.command(&["alerts"]);
    command.env("VIGIE_DATABASE_URL", "postgres://claire:s3cret@127.0.0.1:1/vigie");
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains("postgres://127.0.0.1:1/vigie") && said.contains("ne répond pas"),
        "{said}"
    );
    assert!(!said.contains("s3cret") && !said.contains("claire:"), "{said}");
}
