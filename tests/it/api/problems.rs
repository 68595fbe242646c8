//! Problems: what is wrong is said at its place, all of it at once, with what to write instead.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::test_server::TestServer;
use crate::support::{TestApp, root};
use vigie::domain::accounts::access::Role;

const NOON: &str = "2026-11-25T12:00:00Z";

/// Asked under ids that are known, so that the whole answer is.
async fn problem(request: RequestBuilder) -> String {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = request.header("x-request-id", "test-7").header("traceparent", trace);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status);
    serde_json::to_string_pretty(&body).unwrap()
}

#[tokio::test]
async fn a_body_that_is_wrong_is_told_whole_and_at_each_place() {
    let app = TestApp::new();
    let token = app.token("Anne", &[Role::Analyst], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |_| {}).await;
    let minutes = json!({
        "held_on": "mardi",
        "presnt": ["Paul"],
        "findings": "",
        "actions": [{ "what": "Relancer", "owner": 7, "due_on": "2026-12-31" }],
    });
    let request = api.request(Method::POST, "/api/v1/reviews/0123456789ab/minutes", &token);
    insta::assert_snapshot!("every mistake", problem(request.json(&minutes)).await);
    let silence = api.request(Method::POST, "/api/v1/silences", &token);
    let silence = silence.header("content-type", "application/json");
    insta::assert_snapshot!("no json", problem(silence.body("{\n  \"rule\": D1\n}")).await);
    api.close().await;
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_told_by_its_name() {
    let app = TestApp::new();
    let token = app.token("Anne", &[Role::Analyst], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |_| {}).await;
    for (name, path) in [
        ("unknown parameter", "/api/v1/alerts?sate=open"),
        ("wrong parameter", "/api/v1/alerts?limit=many"),
        ("wrong place of the path", "/api/v1/cycles/last"),
        ("no errors to tell", "/api/v1/nowhere"),
    ] {
        insta::assert_snapshot!(name, problem(api.request(Method::GET, path, &token)).await);
    }
    api.close().await;
}

#[test]
fn the_document_lists_each_type_of_problem_once() {
    let code = std::fs::read_to_string(root().join("src/api/problem/kinds.rs")).unwrap();
    let (_, kinds) = code.split_once("fn kind(&self)").unwrap();
    let (kinds, _) = kinds.split_once("impl ResponseError").unwrap();
    let mut known: Vec<&str> =
        kinds.split("(\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let document = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let mut told: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `urn:vigie:problem:")?.split('`').next())
        .collect();
    known.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, known);
}
