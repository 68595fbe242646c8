//! While others write for long, whoever reads, signs in, is refused or looks at the service's health is answered.

use std::time::Instant;

use serde_json::json;
use sqlx::SqlitePool;

use crate::support::TestApp;
use crate::support::clients::{Ledger, in_a_week};
use vigie::domain::accounts::access::Role;

const WRITERS: usize = 8;

/// The key of a request that was answered.
const DONE_BEFORE: &str = "done-before";

/// Of each kind of request.
const TIMES: usize = 60;

/// All of it is answered before the lock is let go: were one request to wait for it, the test would not end.
#[tokio::test(flavor = "multi_thread")]
async fn eight_waiting_writers_keep_nobody_waiting() {
    let app = TestApp::with_file();
    let token = app.token("Anne", &[Role::Analyst], &[]).await;
    let reader = app.token("Claire", &[Role::Reader], &[]).await;
    let served = app.serve_apart();
    let ledger = Ledger::new(served.address(), &token);
    let pool = SqlitePool::connect(&app.database_url()).await.unwrap();
    assert_eq!(write(&ledger, &token, DONE_BEFORE).await, 201);
    let alone = ask_all(&ledger, &token, &reader).await;
    let held = pool.begin_with("begin immediate").await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (ledger, token) = (std::sync::Arc::clone(&ledger), token.clone());
        writers.spawn(async move { write(&ledger, &token, &format!("writer-{writer}")).await });
    }
    let waited = ask_all(&ledger, &token, &reader).await;
    held.rollback().await.unwrap();
    let mut written = 1;
    while let Some(status) = writers.join_next().await {
        let status = status.unwrap();
        // On a machine that is very busy, some have waited for too long by now.
        assert!([201, 503].contains(&status), "{status}");
        written += usize::from(status == 201);
    }
    let (_, listed) = ledger.get("/api/v1/silences", &token).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), written);
    pool.close().await;
    println!("{WRITERS} writers wait: {waited}; nobody writes: {alone}");
}

/// Of every kind of request that need not write, how long it took.
async fn ask_all(ledger: &Ledger, token: &str, reader: &str) -> String {
    let mut took = Vec::new();
    for _ in 0..TIMES {
        for (path, bearer, expected) in [
            ("/api/v1/alerts", reader, 200),
            ("/api/v1/silences", reader, 200),
            ("/api/v1/session", reader, 200),
            ("/api/v1/audit", reader, 403),
            ("/api/v1/session", "unknown", 401),
            ("/api/v1/alerts", "", 401),
            ("/readyz", "", 200),
        ] {
            let began = Instant::now();
            assert_eq!(ledger.get(path, bearer).await.0, expected, "{path}");
            took.push(began.elapsed());
        }
        let began = Instant::now();
        // Answered before, and answered again without a turn among those who write.
        assert_eq!(write(ledger, token, DONE_BEFORE).await, 201);
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    format!("{} answers, p50 {:?}, p99 {:?}, longest {:?}", took.len(), at(50), at(99), at(100))
}

/// Whoever waits too long is told so, and when to come back.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_waits_too_long_is_asked_to_come_back() {
    let app = TestApp::with_file();
    let token = app.token("Anne", &[Role::Analyst], &[]).await;
    let running = app.serve("2026-11-25T12:00:00Z").await;
    let pool = SqlitePool::connect(&app.database_url()).await.unwrap();
    let held = pool.begin_with("begin immediate").await.unwrap();
    let url = format!("http://{}/api/v1/silences", running.address());
    let body = json!({ "rule": "D1", "until": "2026-12-01", "reason": "migration" });
    let post = || reqwest::Client::new().post(&url).bearer_auth(&token).json(&body).send();
    let answer = post().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "5");
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "urn:vigie:problem:busy");
    held.rollback().await.unwrap();
    pool.close().await;
    // The connection that waited in vain is let go by then.
    assert_eq!(post().await.unwrap().status(), 201);
    running.stop().await.unwrap();
}

async fn write(ledger: &Ledger, token: &str, key: &str) -> u16 {
    let body = json!({ "rule": "D1", "until": in_a_week(), "reason": key });
    let path = (reqwest::Method::POST, "/api/v1/silences");
    let asked =
        ledger.ask(path, token, |request| request.header("idempotency-key", key).json(&body));
    asked.await.0
}
