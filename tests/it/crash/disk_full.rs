//! A disk without room, wherever in a commit it is met: what was acknowledged is there, what was not is not, and
//! nobody reads the past.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::task::JoinSet;

use crate::support::TestApp;
use crate::support::machine::disk::Disk;
use crate::support::test_server::{Response, TestServer, response};
use vigie::domain::accounts::access::Role;

const NOON: &str = "2026-11-25T12:00:00Z";

/// Pages that a commit finds free, up to more than the smallest takes.
const MOST_PAGES: u64 = 24;

const MEBIBYTE: u64 = 1024 * 1024;

/// Asked at once, so that each connection is met.
const READS: usize = 24;

async fn silence(api: &TestServer, token: &str, reason: &str) -> Response {
    let body = json!({ "rule": "D1", "until": "2026-12-01", "reason": reason });
    api.post(token, "/api/v1/silences", body).await
}

fn reasons(list: &Response) -> BTreeSet<String> {
    assert_eq!(list.status, 200, "{}", list.body);
    let reason = |one: &Value| one["reason"].as_str().unwrap().to_owned();
    list.body["data"].as_array().unwrap().iter().map(reason).collect()
}

/// What each of many readers is told.
async fn assert_read(api: &TestServer, token: &str, expected: &BTreeSet<String>) {
    let (mut reads, client) = (JoinSet::new(), reqwest::Client::new());
    for _ in 0..READS {
        let url = api.url("/api/v1/silences?limit=1000");
        reads.spawn(response(client.get(url).bearer_auth(token)));
    }
    while let Some(list) = reads.join_next().await {
        assert_eq!(&reasons(&list.unwrap()), expected);
    }
}

async fn readiness(api: &TestServer) -> Response {
    api.get("", "/readyz").await
}

/// Looks until it is: a service heals without being told.
async fn until_ready(api: &TestServer) {
    while readiness(api).await.status != 200 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_finds_no_room_at_any_page_leaves_nothing_behind() {
    let Some(tmpfs) = Disk::in_memory(16 * MEBIBYTE) else { return };
    let app = TestApp::on(tmpfs.path());
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let paul = app.token("Paul", &[Role::Analyst], &[]).await;
    let api = TestServer::open(app, NOON).await;
    let mut kept = BTreeSet::new();
    let mut refused = 0;
    for pages in 0..MOST_PAGES {
        tmpfs.fill(pages);
        let reason = format!("avec {pages} pages");
        let answer = silence(&api, &anne, &reason).await;
        match answer.status {
            201 => assert!(kept.insert(reason)),
            503 => {
                assert_eq!(answer.body["type"], "urn:vigie:problem:storage", "{}", answer.body);
                assert!(answer.body["detail"].as_str().unwrap().contains("the disk is full"));
                refused += 1;
            }
            status => panic!("{status} with {pages} pages: {}", answer.body),
        }
        assert_read(&api, &anne, &kept).await;
        assert_eq!(api.get("", "/api/v1/silences").await.status, 401);
        // A commit that found room says nothing of the disk, and what was found before holds for some seconds.
        let mut ready = readiness(&api).await;
        while answer.status == 201 && ready.status == 200 {
            tokio::task::yield_now().await;
            ready = readiness(&api).await;
        }
        assert_eq!(ready.status, 503, "{pages} pages: {}", ready.body);
        assert_eq!(ready.body["type"], "urn:vigie:problem:storage");
        let detail = ready.body["detail"].as_str().unwrap();
        assert!(detail.starts_with("`vigie.db`: the disk is full: make room on it"), "{detail}");
        tmpfs.make_room();
    }
    assert!(refused > 3 && !kept.is_empty(), "{refused} refused, {} kept", kept.len());
    until_ready(&api).await;
    assert_read(&api, &anne, &kept).await;
    // By another program, as an operator does.
    api.app.ok(&["tokens", "revoke", "2", "--reason", "parti"]);
    for _ in 0..READS {
        assert_eq!(silence(&api, &paul, "après coup").await.status, 401);
    }
    assert_eq!(silence(&api, &anne, "il y a de la place").await.status, 201);
    kept.insert("il y a de la place".to_owned());
    assert_read(&api, &anne, &kept).await;
    api.close().await.ok(&["audit", "verify"]);
    println!("{refused} commits found no room, {} did", kept.len());
}

/// `SQLite` ends the transaction by itself, as it does when there is no room, at each statement in turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_the_database_ends_at_any_statement_leaves_nothing_behind() {
    let app = TestApp::with_file();
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let api = TestServer::open(app, NOON).await;
    let url = api.app.database_url();
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
    )
    .fetch_all(&mut other)
    .await
    .unwrap();
    let (mut kept, mut ended) = (BTreeSet::new(), 0);
    for table in &tables {
        for act in ["insert", "update", "delete"] {
            let trigger = format!(
                "create trigger ends_it before {act} on {table} begin select raise(rollback, 'ended'); end"
            );
            sqlx::query(AssertSqlSafe(trigger)).execute(&mut other).await.unwrap();
            let reason = format!("{act} {table}");
            match silence(&api, &anne, &reason).await.status {
                201 => assert!(kept.insert(reason)),
                500 => {
                    ended += 1;
                    assert_read(&api, &anne, &kept).await;
                }
                status => panic!("{status} at {act} {table}"),
            }
            sqlx::query("drop trigger ends_it").execute(&mut other).await.unwrap();
        }
    }
    assert!(ended > 2, "{ended} statements");
    assert_read(&api, &anne, &kept).await;
    assert_eq!(silence(&api, &anne, "plus rien ne gêne").await.status, 201);
    other.close().await.unwrap();
    api.close().await.ok(&["audit", "verify"]);
}

#[test]
fn a_command_that_finds_the_disk_full_names_the_file_and_what_to_do() {
    let Some(disk) = Disk::in_memory(16 * MEBIBYTE) else { return };
    let app = TestApp::on(disk.path());
    app.ok(&["imports"]);
    for pages in [0, 1, 24] {
        disk.fill(pages);
        let terms = ["accounts", "add", "Ada", "--role", "reader", "--reason", "arrivée"];
        let answer = app.run(&terms);
        disk.make_room();
        if answer.code == Some(1) {
            let database = app.path("vigie.db");
            let words = format!("`{}`\u{a0}: le disque est plein", database.display());
            assert!(answer.stderr.contains(&words), "{}", answer.stderr);
        }
        assert_ne!((answer.code, pages), (Some(0), 0), "{}", answer.stdout);
    }
    app.ok(&["audit", "verify"]);
}
