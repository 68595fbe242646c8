//! Refusals in the audit trail: each is told, and a flood of them does not fill it.

use std::collections::BTreeMap;

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

/// Who, what, how often and why, of the entries on refusals.
fn told(app: &TestApp) -> String {
    let trail = app.json(&["audit", "list", "--subject", "route"]);
    let line = |entry: &serde_json::Value| {
        let text = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
        let at = text("at").replace(".000000000Z", "").split_off(11);
        let (who, what, how) = (text("actor"), text("action"), text("became"));
        format!("{at} {who} {what} {} {how}\n", text("subject"))
    };
    trail.as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn a_flood_of_refusals_is_two_entries_a_minute() {
    let app = TestApp::new();
    let reader = app.token("Claire", &[Role::Reader], &[]).await;
    let api = TestServer::with_quotas(app, "2026-11-25T09:00:00Z", |_| {}).await;
    for second in 0..20 {
        api.clock.set(&format!("2026-11-25T09:00:{:02}Z", second + 10));
        assert_eq!(api.status("/api/v1/audit", &reader).await, 403);
        assert_eq!(api.status("/api/v1/audit", "").await, 401);
    }
    assert_eq!(api.status("/api/v1/audit/verify", &reader).await, 403);
    api.clock.set("2026-11-25T09:01:30Z");
    assert_eq!(api.status("/api/v1/audit", &reader).await, 403);
    assert_eq!(api.status("/api/v1/audit", &reader).await, 403);
    let closed = api.close().await;
    insta::assert_snapshot!(told(&closed), @r#"
    09:00:10 Claire request_refused route/GET /api/v1/audit -
    09:00:10 vigie request_refused route/GET /api/v1/audit -
    09:00:29 Claire request_refused route/GET /api/v1/audit/verify -
    09:01:30 Claire more_requests_refused route/GET /api/v1/audit {"since":"2026-11-25T09:00:11Z","times":19,"until":"2026-11-25T09:00:29Z"}
    09:01:30 vigie more_requests_refused route/GET /api/v1/audit {"since":"2026-11-25T09:00:11Z","times":19,"until":"2026-11-25T09:00:29Z"}
    09:01:30 Claire request_refused route/GET /api/v1/audit -
    09:01:30 Claire more_requests_refused route/GET /api/v1/audit {"since":"2026-11-25T09:01:30Z","times":1,"until":"2026-11-25T09:01:30Z"}
    "#);
    closed.ok(&["audit", "verify"]);
}

#[tokio::test]
async fn refusals_that_could_not_be_written_are_told_later() {
    let app = TestApp::with_file();
    let reader = app.token("Claire", &[Role::Reader], &[]).await;
    let api = TestServer::with_quotas(app, "2026-11-25T09:00:00Z", |_| {}).await;
    let pool = sqlx::SqlitePool::connect(&api.app.database_url()).await.unwrap();
    let full = "create trigger full_disk before insert on audit
                begin select raise(abort, 'database or disk is full'); end";
    sqlx::query(full).execute(&pool).await.unwrap();
    // A refusal is one whether or not it can be written, and is answered without waiting for that.
    assert_eq!(api.status("/api/v1/audit", &reader).await, 403);
    assert_eq!(api.status("/api/v1/audit", &reader).await, 403);
    assert_eq!(api.status("/api/v1/audit", "").await, 401);
    sqlx::query("drop trigger full_disk").execute(&pool).await.unwrap();
    pool.close().await;
    let closed = api.close().await;
    // Told one by one or together, by when the trail could be written again.
    let trail = closed.json(&["audit", "list", "--subject", "route"]);
    let mut times = BTreeMap::new();
    for entry in trail.as_array().unwrap() {
        let counted = entry["became"].as_str().unwrap_or("{}");
        let counted: serde_json::Value = serde_json::from_str(counted).unwrap();
        let who = entry["actor"].as_str().unwrap().to_owned();
        *times.entry(who).or_default() += counted["times"].as_u64().unwrap_or(1);
    }
    assert_eq!(times, BTreeMap::from([("Claire".to_owned(), 2), ("vigie".to_owned(), 1)]));
}
