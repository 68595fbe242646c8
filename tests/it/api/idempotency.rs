//! `Idempotency-Key`: a request that is sent again is done once, over real HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::{AccountNumber, Role};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::store::{Claimed, IdempotencyKey, Store};
use vigie::support::fingerprint::Fingerprint;

const NOON: &str = "2026-11-25T12:00:00Z";

struct Sent {
    status: u16,
    location: String,
    replayed: bool,
    wait: String,
    text: String,
}

impl Sent {
    fn problem(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap();
        format!("{} {}", self.status, body["type"].as_str().unwrap())
    }
}

async fn post(api: &TestServer, (token, path): (&str, &str), key: &str, body: &Value) -> Sent {
    let request = api.request(Method::POST, path, token).header("idempotency-key", key);
    let answer = request.json(body).send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or("", |found| found.to_str().unwrap()).to_owned()
    };
    Sent {
        status: answer.status().as_u16(),
        location: header("location"),
        replayed: header("idempotency-replayed") == "true",
        wait: header("retry-after"),
        text: answer.text().await.unwrap(),
    }
}

fn silence(reason: &str) -> Value {
    json!({ "rule": "D1", "until": "2026-12-01", "reason": reason })
}

async fn silences(api: &TestServer, token: &str) -> usize {
    let answer = api.request(Method::GET, "/api/v1/silences", token).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    body["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_done_once_and_answered_as_it_was() {
    let app = TestApp::new();
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let paul = app.token("Paul", &[Role::Analyst], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |_| {}).await;
    let to = (anne.as_str(), "/api/v1/silences");
    let first = post(&api, to, "\"8e03978e\"", &silence("migration")).await;
    assert_eq!((first.status, first.replayed), (201, false), "{}", first.text);
    let again = post(&api, to, "8e03978e", &silence("migration")).await;
    assert_eq!((again.status, again.replayed), (201, true));
    assert_eq!((&again.text, &again.location), (&first.text, &first.location));
    assert_eq!(silences(&api, &anne).await, 1);

    let other = post(&api, to, "8e03978e", &silence("autre chose")).await;
    assert_eq!(other.problem(), "422 urn:vigie:problem:key-reused");
    let to_paul = (paul.as_str(), "/api/v1/silences");
    assert_eq!(post(&api, to_paul, "8e03978e", &silence("migration")).await.status, 201);
    assert_eq!(silences(&api, &anne).await, 2);
    for odd in ["", "two words", "\"half", &"x".repeat(201)] {
        let refused = post(&api, to, odd, &silence("migration")).await;
        assert_eq!(refused.problem(), "400 urn:vigie:problem:bad-parameter", "{odd}");
    }

    api.clock.set("2026-11-26T11:59:59Z");
    assert!(post(&api, to, "8e03978e", &silence("migration")).await.replayed);
    api.clock.set("2026-11-26T12:00:00Z");
    let late = post(&api, to, "8e03978e", &silence("migration")).await;
    assert_eq!((late.status, late.replayed), (201, false));
    assert_eq!(silences(&api, &anne).await, 3);
    api.close().await;
}

#[tokio::test]
async fn whoever_was_refused_may_come_back_with_the_same_key() {
    let app = TestApp::new();
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |_| {}).await;
    let to = (anne.as_str(), "/api/v1/silences");
    for wrong in [json!({}), json!({ "rule": "D1", "until": "2036-12-01", "reason": "x" })] {
        let refused = post(&api, to, "k-1", &wrong).await;
        assert!((400..500).contains(&refused.status), "{}", refused.text);
    }
    let done = post(&api, to, "k-1", &silence("migration")).await;
    assert_eq!((done.status, done.replayed), (201, false), "{}", done.text);
    api.close().await;
}

#[tokio::test]
async fn a_secret_is_given_once_and_kept_nowhere() {
    let app = TestApp::new();
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |_| {}).await;
    let to = (anne.as_str(), "/api/v1/tokens");
    let issued = post(&api, to, "k-1", &json!({ "label": "tableau" })).await;
    assert_eq!(issued.status, 201, "{}", issued.text);
    let again = post(&api, to, "k-1", &json!({ "label": "tableau" })).await;
    assert_eq!(again.problem(), "409 urn:vigie:problem:answer-not-kept");
    let closed = api.close().await;
    assert_eq!(closed.json(&["tokens", "list"]).as_array().unwrap().len(), 2);
    let secret = serde_json::from_str::<Value>(&issued.text).unwrap()["secret"].clone();
    let secret = secret.as_str().unwrap().as_bytes().to_vec();
    let database = closed.stored();
    assert!(!database.windows(secret.len()).any(|bytes| bytes == secret));
}

/// What a process leaves that was cut at each moment: the row is set back to what it was then.
#[tokio::test]
async fn what_was_cut_is_begun_again_unless_it_was_done() {
    let app = TestApp::new();
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let api = TestServer::with_quotas(app, NOON, |_| {}).await;
    let cut = |acted: bool| {
        let statement = format!(
            "update idempotency_keys set status = null, headers = null, body = null, acted = {acted}"
        );
        api.app.sql(&statement);
    };
    let to = (anne.as_str(), "/api/v1/silences");
    assert_eq!(post(&api, to, "k-1", &silence("migration")).await.status, 201);

    cut(true);
    let lost = post(&api, to, "k-1", &silence("migration")).await;
    assert_eq!(lost.problem(), "409 urn:vigie:problem:answer-not-kept");
    cut(false);
    let early = post(&api, to, "k-1", &silence("migration")).await;
    assert_eq!(early.problem(), "409 urn:vigie:problem:being-answered");
    assert_eq!(early.wait, "300");
    assert_eq!(silences(&api, &anne).await, 1);
    api.clock.set("2026-11-25T12:05:00Z");
    let begun = post(&api, to, "k-1", &silence("migration")).await;
    assert_eq!((begun.status, begun.replayed), (201, false));
    api.close().await;
}

/// The note that something was done is in the transaction that does it.
#[tokio::test]
async fn an_attempt_whose_place_was_taken_does_nothing_any_more() {
    let app = TestApp::new();
    app.token("Anne", &[Role::Analyst], &[]).await;
    let store = Store::open(&app.database_url()).await.unwrap();
    let key = IdempotencyKey {
        account: AccountNumber(1),
        route: "POST /api/v1/silences".to_owned(),
        key: "k-1".to_owned(),
        fingerprint: Fingerprint::of(b"a request"),
    };
    let at = |text: &str| text.parse().unwrap();
    let claim =
        async |now: &str| store.claim_key(&key, (at(now), at("2026-11-26T12:00:00Z"))).await;
    let Claimed::Begun(first) = claim(NOON).await.unwrap() else { panic!("a new key") };
    let again = claim("2026-11-25T12:05:00Z").await.unwrap();
    let Claimed::Begun(second) = again else { panic!("the first was cut") };
    let act = ActionContext {
        actor: Actor::person("Anne").unwrap(),
        at: at("2026-11-25T12:06:00Z"),
        reason: "fuite".to_owned(),
    };
    let late = store.attempting(first).revoke_token(1, &act).await.unwrap_err();
    assert_eq!(
        late.to_string(),
        "another attempt under the same `Idempotency-Key` took the place of this one"
    );
    store.attempting(second).revoke_token(1, &act).await.unwrap();
    assert!(matches!(claim("2026-11-25T13:00:00Z").await.unwrap(), Claimed::Done));
    store.close().await;
}
