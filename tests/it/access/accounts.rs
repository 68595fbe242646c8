//! Accounts and tokens over real HTTP: who may give what to whom, and what is refused.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

/// Status, the revision in `ETag`, body.
type Reply = (u16, String, Value);

/// A service with one administrator, account 1.
struct AccountsApi {
    server: TestServer,
    administrator: String,
}

impl AccountsApi {
    async fn open() -> Self {
        let app = TestApp::new();
        let roles = [Role::Administrator, Role::Reader];
        let administrator = app.token("Chef", &roles, &[]).await;
        let server = TestServer::open(app, "2026-11-25T09:00:00Z").await;
        Self { server, administrator }
    }

    fn request(&self, token: &str, method: &str, path: &str) -> RequestBuilder {
        self.server.request(method.parse().unwrap(), &format!("/api/v1{path}"), token)
    }

    async fn get(&self, token: &str, path: &str) -> Reply {
        reply(self.request(token, "GET", path)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Reply {
        reply(self.request(token, "POST", path).json(&body)).await
    }
}

async fn reply(request: RequestBuilder) -> Reply {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let etag = answer.headers().get("etag").map(|value| value.to_str().unwrap().to_owned());
    let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    (status, etag.unwrap_or_default(), body)
}

fn kind(reply: &Reply) -> (u16, &str) {
    let kind = reply.2["type"].as_str().unwrap_or_default();
    (reply.0, kind.rsplit(':').next().unwrap())
}

fn secret(reply: &Reply) -> String {
    assert_eq!(reply.0, 201, "{}", reply.2);
    reply.2["secret"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_changed_and_closed_by_whoever_saw_it_as_it_is() {
    let api = AccountsApi::open().await;
    let anne = json!({ "name": "Anne", "roles": ["reader"], "scope": { "ministries": ["MJ"] } });
    let made = api.post(&api.administrator, "/accounts", anne.clone()).await;
    assert_eq!((made.0, made.1.as_str()), (201, "\"1\""));
    assert_eq!(kind(&api.post(&api.administrator, "/accounts", anne).await), (409, "refused"));
    let hers =
        secret(&api.post(&api.administrator, "/accounts/2/tokens", json!({ "label": "x" })).await);
    let session = api.get(&hers, "/session").await.2;
    assert_eq!(session["scope"], json!({ "ministries": ["MJ"] }));

    let wider = json!({ "name": "Anne", "roles": ["analyst", "reader"], "scope": "whole", "reason": "mutée" });
    let put = || api.request(&api.administrator, "PUT", "/accounts/2").json(&wider);
    assert_eq!(kind(&reply(put()).await), (428, "no-revision"));
    assert_eq!(kind(&reply(put().header("If-Match", "\"7\"")).await), (412, "stale"));
    assert_eq!(kind(&reply(put().header("If-Match", "*")).await), (400, "bad-parameter"));
    let changed = reply(put().header("If-Match", "\"1\"")).await;
    assert_eq!((changed.0, changed.1.as_str()), (200, "\"2\""));
    // The account has grown; the token still lends what it was issued with.
    let after = api.get(&hers, "/session").await.2;
    assert_eq!(
        (&after["roles"], &after["scope"]),
        (&json!(["reader"]), &json!({ "ministries": ["MJ"] }))
    );

    let close = |revision| {
        api.request(&api.administrator, "DELETE", "/accounts/2?reason=départ")
            .header("If-Match", revision)
    };
    assert_eq!(kind(&reply(close("\"1\"")).await), (412, "stale"));
    assert_eq!(reply(close("\"2\"")).await.0, 200);
    assert_eq!(kind(&api.get(&hers, "/session").await), (401, "unproven"));
    assert_eq!(kind(&api.get(&api.administrator, "/accounts/9").await), (404, "not-found"));
    api.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_and_the_refusal_is_audited() {
    let api = AccountsApi::open().await;
    let close = || {
        let request = api.request(&api.administrator, "DELETE", "/accounts/1?reason=fin");
        request.header("If-Match", "\"1\"")
    };
    let kept = reply(close()).await;
    assert_eq!(kind(&kept), (409, "refused"));
    let less = json!({ "name": "Chef", "roles": ["reader"], "scope": "whole" });
    let put = api
        .request(&api.administrator, "PUT", "/accounts/1")
        .header("If-Match", "\"1\"")
        .json(&less);
    assert_eq!(kind(&reply(put).await), (409, "refused"));
    // Written beside the requests, within moments.
    let trail = loop {
        let trail = api.get(&api.administrator, "/audit?subject=route").await.2;
        if trail["data"].as_array().unwrap().len() == 2 {
            break trail;
        }
    };
    let told = trail["data"].as_array().unwrap().iter().map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap();
        format!("{} {}: {}", text("actor"), text("subject"), text("reason"))
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    Chef route/PUT /api/v1/accounts/{account}: `Chef` is the last administrator of the whole State: make another one first, then begin again
    Chef route/DELETE /api/v1/accounts/{account}: `Chef` is the last administrator of the whole State: make another one first, then begin again
    ");

    let second = json!({ "name": "Paul", "roles": ["administrator"], "scope": "whole" });
    assert_eq!(api.post(&api.administrator, "/accounts", second).await.0, 201);
    assert_eq!(reply(close()).await.0, 200);
    let app = api.server.close().await;
    let refused = app.run(&["accounts", "close", "Paul", "--reason", "fin"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("`Paul` est le dernier administrateur"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lends_more_than_they_came_with() {
    let api = AccountsApi::open().await;
    let wide = api.server.app.token("Anne", &[Role::Reader, Role::Analyst], &["MJ", "MI"]).await;
    let asked = json!({
        "label": "tableau", "roles": ["reader"], "scope": { "ministries": ["MJ"] }, "days": 30,
    });
    let issued = api.post(&wide, "/tokens", asked).await;
    let narrow = secret(&issued);
    assert_eq!(issued.2["token"]["expires_at"], "2026-12-25T09:00:00Z");

    for more in [
        json!({ "label": "x", "roles": ["analyst"] }),
        json!({ "label": "x", "scope": { "ministries": ["MI"] } }),
        json!({ "label": "x", "scope": "whole" }),
    ] {
        assert_eq!(kind(&api.post(&narrow, "/tokens", more).await), (403, "too-broad"));
    }
    let unnamed = api.post(&wide, "/tokens", json!({ "label": " " })).await;
    assert_eq!(kind(&unnamed), (400, "bad-body"));
    let endless = api.post(&wide, "/tokens", json!({ "label": "x", "days": 367 })).await;
    assert_eq!(kind(&endless), (400, "bad-body"));
    // Asked for a year with a token of thirty days: it ends with that one.
    let child = api.post(&narrow, "/tokens", json!({ "label": "x", "days": 366 })).await;
    assert_eq!(child.2["token"]["expires_at"], "2026-12-25T09:00:00Z");
    let for_anne = json!({ "label": "x", "roles": ["approver"] });
    let beyond = api.post(&api.administrator, "/accounts/2/tokens", for_anne).await;
    assert_eq!(kind(&beyond), (403, "too-broad"));
    let not_hers = api.post(&wide, "/accounts/1/tokens", json!({ "label": "x" })).await;
    assert_eq!(kind(&not_hers), (403, "not-allowed"));
    api.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_revokes_ones_own_tokens_and_no_other() {
    let api = AccountsApi::open().await;
    let anne = api.server.app.token("Anne", &[Role::Reader], &[]).await;
    let spare = secret(&api.post(&anne, "/tokens", json!({ "label": "perdu" })).await);
    let own = api.get(&anne, "/tokens").await.2;
    let labels: Vec<&Value> = own["data"].as_array().unwrap().iter().map(|t| &t["label"]).collect();
    assert_eq!(labels, ["tests", "perdu"]);
    assert!(!own.to_string().contains("vigie_"));

    let revoke = |path: &str| api.request(&anne, "DELETE", path).send();
    assert_eq!(revoke("/tokens/1?reason=fuite").await.unwrap().status(), 404);
    assert_eq!(revoke("/tokens/3").await.unwrap().status(), 400);
    assert_eq!(revoke("/tokens/3?reason=fuite").await.unwrap().status(), 204);
    assert_eq!(revoke("/tokens/3?reason=fuite").await.unwrap().status(), 404);
    assert_eq!(kind(&api.get(&spare, "/session").await), (401, "unproven"));

    let leaked = api.request(&api.administrator, "DELETE", "/accounts/2/tokens/2?reason=fuite");
    assert_eq!(reply(leaked).await.0, 204);
    assert_eq!(kind(&api.get(&anne, "/session").await), (401, "unproven"));
    api.server.close().await;
}

#[test]
fn the_command_line_makes_an_account_and_a_token_that_is_shown_once() {
    let app = TestApp::new();
    app.ok(&["accounts", "add", "Anne", "--role", "analyst", "--ministry", "MJ"]);
    let twice = app.run(&["accounts", "add", "Anne", "--role", "reader"]);
    assert_eq!(twice.code, Some(1));
    let secret = app.ok(&["tokens", "issue", "Anne", "--label", "essai", "--days", "30"]);
    assert!(secret.starts_with("vigie_") && secret.lines().count() == 1, "{secret}");
    let listed = app.json(&["tokens", "list"]);
    assert_eq!(listed[0]["roles"], json!(["analyst"]));
    assert!(!listed.to_string().contains(secret.trim()));
    assert_eq!(app.run(&["tokens", "issue", "Paul", "--label", "x"]).code, Some(1));
    assert_eq!(
        app.run(&["tokens", "issue", "Anne", "--label", "x", "--days", "367"]).code,
        Some(2)
    );
    app.ok(&["accounts", "change", "Anne", "--role", "reader", "--reason", "mutée"]);
    app.ok(&["tokens", "revoke", "1", "--reason", "fuite"]);
    assert_eq!(app.run(&["tokens", "revoke", "1", "--reason", "fuite"]).code, Some(1));
}
