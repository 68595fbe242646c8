//! How often one may ask: over real HTTP, with a clock that is set by hand.

use reqwest::{Method, Response};

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const NOON: &str = "2026-11-25T12:00:00Z";

/// Status, what the headers tell of the quota, and what the problem says.
async fn told(answer: Response) -> String {
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or("-", |found| found.to_str().unwrap()).to_owned()
    };
    let (limit, policy, wait) =
        (header("ratelimit"), header("ratelimit-policy"), header("retry-after"));
    let status = answer.status().as_u16();
    let line = format!("{status} {limit} {policy} {wait}");
    if status != 429 {
        return line;
    }
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: serde_json::Value = answer.json().await.unwrap();
    format!("{line}\n{} {}", problem["type"].as_str().unwrap(), problem["detail"].as_str().unwrap())
}

async fn ask(api: &TestServer, path: &str, token: &str) -> String {
    told(api.request(Method::GET, path, token).send().await.unwrap()).await
}

#[tokio::test]
async fn an_account_asks_as_often_as_its_quota_whatever_it_proves_itself_with() {
    let app = TestApp::new();
    let first = app.token("Claire", &[Role::Reader], &[]).await;
    let second = app.token("Claire", &[Role::Reader], &[]).await;
    let other = app.token("Anne", &[Role::Reader], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |config| config.api.calls_per_minute = 3).await;
    let mut lines = Vec::new();
    for proof in [&first, &second, &first, &second, &other] {
        lines.push(ask(&api, "/api/v1/session", proof).await);
    }
    api.clock.set("2026-11-25T12:00:19Z");
    lines.push(ask(&api, "/api/v1/session", &first).await);
    api.clock.set("2026-11-25T12:00:20Z");
    lines.push(ask(&api, "/api/v1/session", &first).await);
    lines.push(ask(&api, "/api/v1/audit", &first).await);
    lines.push(ask(&api, "/healthz", &first).await);
    api.close().await;
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn what_nobody_signs_counts_by_address_and_holds_up_no_proof_that_holds() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let api =
        TestServer::with_quotas(app, NOON, |config| config.api.open_calls_per_minute = 3).await;
    let mut lines = Vec::new();
    for (path, proof) in [
        ("/api/openapi.json", ""),
        ("/api/v1/session", ""),
        ("/api/v1/session", "vigie_guess"),
        ("/api/v1/session", "vigie_guess"),
        ("/api/openapi.json", ""),
        ("/nowhere", ""),
        ("/api/v1/session", &token),
        ("/healthz", ""),
        ("/livez", ""),
        ("/readyz", ""),
    ] {
        lines.push(format!("{path} {}", ask(&api, path, proof).await));
    }
    let metrics = api.request(Method::GET, "/metrics", &token).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let limited = metrics.lines().filter(|line| line.starts_with("vigie_http_requests_limited"));
    lines.extend(limited.map(str::to_owned));
    api.close().await;
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn an_address_is_taken_from_proxies_that_are_ours_only() {
    let mut app = TestApp::new();
    for (proxies, expected) in [(&["127.0.0.1"][..], "200 200 429 200"), (&[], "200 200 429 429")] {
        let api = TestServer::with_quotas(app, NOON, |config| {
            config.api.open_calls_per_minute = 2;
            config.api.proxies = proxies.iter().map(|one| one.parse().unwrap()).collect();
        })
        .await;
        let mut found = Vec::new();
        for from in ["198.51.100.1", "198.51.100.1", "192.0.2.7, 198.51.100.1", "198.51.100.2"] {
            let request = api.request(Method::GET, "/api/openapi.json", "");
            let answer = request.header("x-forwarded-for", from).send().await.unwrap();
            found.push(answer.status().as_u16().to_string());
        }
        assert_eq!(found.join(" "), expected, "{proxies:?}");
        app = api.close().await;
    }
}

#[tokio::test]
async fn a_quota_of_zero_is_none() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |config| {
        config.api.calls_per_minute = 0;
        config.api.open_calls_per_minute = 0;
    })
    .await;
    for _ in 0..700 {
        assert_eq!(api.status("/api/v1/session", &token).await, 200);
    }
    assert_eq!(ask(&api, "/api/openapi.json", "").await, "200 - - -");
    api.close().await;
}
