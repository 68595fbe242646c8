//! Who may call the API: over real HTTP, with real tokens.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::TestApp;
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

/// Status and body.
async fn call(service: &Running, token: &str, method: &str, path: &str) -> (u16, Value) {
    let url = format!("http://{}{path}", service.address());
    let method = method.parse().unwrap();
    let mut request = reqwest::Client::new().request(method, url);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    let answer = request.json(&json!({ "reason": "vu" })).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_without_a_token_that_holds() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let service = app.serve("2026-11-25T09:00:00Z").await;
    let who = call(&service, &token, "GET", "/api/v1/session").await;
    assert_eq!((who.0, &who.1["name"]), (200, &json!("Claire")));
    for wrong in ["", "vigie_guess", "x", &token[1..], &format!("{token}a")] {
        let (status, problem) = call(&service, wrong, "GET", "/api/v1/session").await;
        assert_eq!((status, &problem["type"]), (401, &json!("urn:vigie:problem:unproven")));
    }
    assert_eq!(call(&service, "", "GET", "/healthz").await.0, 200);
    service.stop().await.unwrap();

    app.ok(&["tokens", "revoke", "1", "--reason", "fuite"]);
    let again = app.serve("2026-11-25T09:00:00Z").await;
    assert_eq!(call(&again, &token, "GET", "/api/v1/session").await.0, 401);
    let other = app.token("Claire", &[], &[]).await;
    assert_eq!(call(&again, &other, "GET", "/api/v1/session").await.0, 200);
    app.ok(&["accounts", "close", "Claire", "--reason", "départ"]);
    assert_eq!(call(&again, &other, "GET", "/api/v1/session").await.0, 401);
    again.stop().await.unwrap();
    let later = app.serve("2100-01-01T00:00:00Z").await;
    assert_eq!(call(&later, &other, "GET", "/api/v1/session").await.0, 401);
    later.stop().await.unwrap();
}

/// However many ask at once, nobody hears what was so before.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_writes_of_a_token_holds_from_the_next_request_on() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Reader, Role::Analyst], &[]).await;
    let service = app.serve("2026-11-25T09:00:00Z").await;
    let url = format!("http://{}/api/v1/session", service.address());
    let client = reqwest::Client::new();
    let all = async || {
        let asked: JoinSet<(u16, Value)> = (0..20)
            .map(|_| client.get(&url).bearer_auth(&token).send())
            .map(|asked| async {
                let answer = asked.await.unwrap();
                (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["roles"].clone())
            })
            .collect();
        let mut said = asked.join_all().await;
        said.dedup();
        said
    };
    assert_eq!(all().await, [(200, json!(["reader", "analyst"]))]);
    app.ok(&["accounts", "change", "Claire", "--role", "reader", "--reason", "mutée"]);
    assert_eq!(all().await, [(200, json!(["reader"]))]);
    app.ok(&["tokens", "revoke", "1", "--reason", "fuite"]);
    assert_eq!(all().await, [(401, Value::Null)]);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_missing_is_told_and_audited() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let reader = app.token("Claire", &[Role::Reader], &[]).await;
    let analyst = app.token("Anne", &[Role::Analyst], &[]).await;
    let justice = app.token("Jules", &[Role::Analyst], &["MJ"]).await;
    let service = app.serve("2020-12-01T09:00:00Z").await;
    let alert = call(&service, &reader, "GET", "/api/v1/alerts").await.1["data"][0]["id"].clone();
    let seen = format!("/api/v1/alerts/{}/acknowledgement", alert.as_str().unwrap());

    let refused = call(&service, &reader, "POST", &seen).await;
    assert_eq!(refused.0, 403);
    assert_eq!(
        refused.1["detail"],
        "this requires the permission `act`, which none of your roles gives"
    );
    let done = call(&service, &analyst, "POST", &seen).await;
    assert_eq!((done.0, &done.1["handling"]["acknowledged"]["by"]), (200, &json!("Anne")));
    let beyond = call(&service, &justice, "GET", "/api/v1/jobs").await;
    assert_eq!((beyond.0, &beyond.1["type"]), (403, &json!("urn:vigie:problem:beyond-scope")));
    service.stop().await.unwrap();

    let trail = app.json(&["audit", "list", "--subject", "route"]);
    let told = trail.as_array().unwrap().iter().map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap();
        format!("{} {} {}", text("actor"), text("action"), text("subject"))
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    Claire request_refused route/POST /api/v1/alerts/{alert}/acknowledgement
    Jules request_refused route/GET /api/v1/jobs
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_two_readers_could_take_otherwise_is_refused() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Reader, Role::Analyst], &[]).await;
    let service = app.serve("2026-11-25T09:00:00Z").await;
    let url = |path: &str| format!("http://{}{path}", service.address());
    let client = reqwest::Client::new();
    let status =
        async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    // Two proofs.
    let session = client.get(url("/api/v1/session"));
    assert_eq!(status(session.bearer_auth(&token).bearer_auth("other")).await, 401);
    // A compressed body.
    let tokens = || client.post(url("/api/v1/tokens")).bearer_auth(&token);
    let body = json!({ "label": "essai", "days": 1 });
    assert_eq!(status(tokens().json(&body).header("content-encoding", "gzip")).await, 415);
    assert_eq!(status(tokens().json(&body)).await, 201);
    // The password of an address, which a browser sends for a page of another site too.
    let by_password =
        || client.post(url("/api/v1/tokens")).basic_auth("x", Some(&token)).json(&body);
    assert_eq!(status(by_password()).await, 201);
    let elsewhere = by_password().header("sec-fetch-site", "cross-site");
    assert_eq!(status(elsewhere).await, 403);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revokes_itself_and_those_that_may_do_no_more() {
    let app = TestApp::new();
    let broad = app.token("Claire", &[Role::Reader, Role::Analyst], &[]).await;
    let service = app.serve("2026-11-25T09:00:00Z").await;
    let url = |path: &str| format!("http://{}/api/v1/tokens{path}", service.address());
    let client = reqwest::Client::new();
    let issued = async |roles: Value| {
        let body = json!({ "label": "essai", "days": 1, "roles": roles });
        let answer = client.post(url("")).bearer_auth(&broad).json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        (answer["secret"].as_str().unwrap().to_owned(), answer["token"]["number"].to_string())
    };
    let (narrow, narrow_number) = issued(json!(["reader"])).await;
    let (_, broad_number) = issued(json!(["reader", "analyst"])).await;
    let revoke = async |token: &str, number: &str| {
        let request = client.delete(url(&format!("/{number}"))).query(&[("reason", "vu")]);
        request.bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    assert_eq!(revoke(&narrow, &broad_number).await, 403);
    assert_eq!(revoke(&narrow, &narrow_number).await, 204);
    assert_eq!(revoke(&broad, &broad_number).await, 204);
    // What a token issued ends with it, and so does what that one issued.
    let (child, _) = issued(json!(["reader"])).await;
    let body = json!({ "label": "essai", "days": 1 });
    let grandchild = client.post(url("")).bearer_auth(&child).json(&body).send().await.unwrap();
    let grandchild: Value = grandchild.json().await.unwrap();
    let grandchild = grandchild["secret"].as_str().unwrap();
    let status = async |token: &str| call(&service, token, "GET", "/api/v1/session").await.0;
    assert_eq!((status(&child).await, status(grandchild).await), (200, 200));
    assert_eq!(revoke(&broad, "1").await, 204);
    assert_eq!((status(&child).await, status(grandchild).await), (401, 401));
    service.stop().await.unwrap();
}
