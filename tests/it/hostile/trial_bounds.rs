//! Trials of rules are bounded as a whole: cases, time and memory; one place per account; and they stop with their caller.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::compile::rule_text::rule;
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::application::TrialSettings;
use vigie::domain::accounts::access::Role;
use vigie::server::config::Config;

const NOW: &str = "2020-12-01T09:00:00Z";

/// Evaluations that end only when they are stopped: no limit of one evaluation does it.
fn endless(config: &mut Config, trials: TrialSettings) {
    config.limits.operations = 0;
    config.limits.milliseconds = 3_600_000;
    config.trials = trials;
}

fn cases(count: usize) -> String {
    let case =
        |number| format!("[[case]]\nname = \"{number}\"\nas_of = 2020-11-01\nexpect = \"clear\"\n");
    (0..count).map(case).collect()
}

/// A rule of two files, whose `assess` has this body.
fn files(body: &str, count: usize) -> BTreeMap<&'static str, String> {
    let functions = format!("fn assess(p, t) {{ {body} }}\nfn explain(p, t) {{ \"Essai.\" }}");
    BTreeMap::from([("drift/X1.rhai", rule("X1", &functions)), ("cases/X1.toml", cases(count))])
}

const ENDLESS: &str = "while true { } CLEAR";

async fn people(app: &TestApp) -> [String; 3] {
    [
        app.token("Ada", &[Role::RuleAuthor, Role::Reader], &[]).await,
        app.token("Zoé", &[Role::RuleAuthor, Role::Reader], &[]).await,
        app.token("Paul", &[Role::Approver, Role::Reader], &[]).await,
    ]
}

fn kind_of(body: &Value) -> &str {
    body["type"].as_str().unwrap_or_default().trim_start_matches("urn:vigie:problem:")
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_beyond_the_bound_are_counted_and_refused_before_any_is_run() {
    let app = TestApp::new();
    let [ada, ..] = people(&app).await;
    let trials = TrialSettings { cases: 1000, seconds: 3_600, ..TrialSettings::default() };
    let api = TestServer::with(app, NOW, |config| endless(config, trials)).await;
    // None of the others could end if it were run.
    let body = json!({ "files": files(ENDLESS, 800) });
    let refused = api.post(&ada, "/api/v1/trials/test", body).await;
    assert_eq!((refused.status, kind_of(&refused.body)), (422, "out-of-bounds"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("the trial was not run: found "), "{detail}");
    assert!(detail.contains("cases, expected at most 1000"), "{detail}");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_beyond_the_bound_ends_every_kind_of_trial_publication_among_them() {
    let app = TestApp::with_fixtures();
    let [ada, _, paul] = people(&app).await;
    let trials = TrialSettings { seconds: 1, wait_seconds: 600, ..TrialSettings::default() };
    let api = TestServer::with(app, NOW, |config| endless(config, trials)).await;
    let over = |status: u16, body: &Value| {
        assert_eq!((status, kind_of(body)), (422, "out-of-bounds"), "{body}");
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains("found no end after 1 s"), "{detail}");
    };
    let body = || json!({ "files": files(ENDLESS, 3) });
    for trial in ["test", "diff"] {
        let path = format!("/api/v1/trials/{trial}?");
        let path = path.trim_end_matches('?');
        let answer = api.post(&ada, path, body()).await;
        over(answer.status, &answer.body);
    }
    let draft = json!({ "comment": "sans fin", "files": files(ENDLESS, 3) });
    assert_eq!(api.post(&ada, "/api/v1/drafts", draft).await.status, 201);
    for path in ["proof", "diff"] {
        let answer = api.get(&ada, &format!("/api/v1/drafts/1/{path}")).await;
        over(answer.status, &answer.body);
    }
    let explained = "/api/v1/rules/X1/explanation?subject=CYCLADES&draft=1";
    let answer = api.get(&ada, explained).await;
    over(answer.status, &answer.body);
    let act = async |token: &str, path: &str, seen: &str| {
        let request = reqwest::Client::new().post(api.url(path)).bearer_auth(token);
        let request = request.header("If-Match", seen).json(&json!({ "reason": "vu" }));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    assert_eq!(act(&ada, "/api/v1/drafts/1/submission", "\"1\"").await.0, 200);
    let (status, refusal) = act(&paul, "/api/v1/drafts/1/publication", "\"2\"").await;
    over(status, &refusal);
    let closed = api.close().await;
    let trail = closed.json(&["audit", "list", "--subject", "draft/1"]);
    let refused = trail.as_array().unwrap().iter();
    let refused = refused.filter(|entry| entry["action"] == "rule_publication_refused").count();
    assert_eq!(refused, 1, "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_trial_gathers_is_bounded_in_bytes() {
    let app = TestApp::with_fixtures();
    let [ada, ..] = people(&app).await;
    let trials = TrialSettings { bytes: 1_000_000, seconds: 600, ..TrialSettings::default() };
    let api = TestServer::with(app, NOW, |config| endless(config, trials)).await;
    // Each comparison of a rule that fires is evidence.
    let compares =
        "let n = 0; while n < 100000 { if p.name == \"x\" { return HIGH; } n += 1; } HIGH";
    let body = json!({ "files": files(compares, 3) });
    let refused = api.post(&ada, "/api/v1/trials/test", body).await;
    assert_eq!((refused.status, kind_of(&refused.body)), (422, "out-of-bounds"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("bytes of readings, explanations and results"), "{detail}");
    assert!(detail.contains("expected at most 1000000"), "{detail}");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_waited_for_within_a_bound_and_is_free_once_its_caller_hangs_up() {
    let app = TestApp::new();
    let [ada, zoe, _] = people(&app).await;
    let trials =
        TrialSettings { places: 1, wait_seconds: 1, seconds: 86_400, ..TrialSettings::default() };
    let api = TestServer::with(app, NOW, |config| endless(config, trials)).await;
    let url = api.url("/api/v1/trials/test");
    // On a busy machine a place may not come in time: it is asked for again.
    let for_ever = |token: &str, key: &'static str| {
        let (token, url) = (token.to_owned(), url.clone());
        tokio::spawn(async move {
            let body = json!({ "files": files(ENDLESS, 1) });
            loop {
                let request = reqwest::Client::new().post(&url).bearer_auth(&token).json(&body);
                let request =
                    if key.is_empty() { request } else { request.header("Idempotency-Key", key) };
                let status = request.send().await.unwrap().status().as_u16();
                assert_eq!(status, 503, "a trial that has no end came to one");
            }
        })
    };
    let check = async |token: &str| {
        let body = json!({ "files": { "drift/D1.rhai": "" } });
        let request = reqwest::Client::new().post(api.url("/api/v1/trials/check"));
        let answer = request.bearer_auth(token).json(&body).send().await.unwrap();
        let header = answer.headers().get("Retry-After").cloned();
        let (status, found) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        (status, kind_of(&found).to_owned(), found["detail"].to_string(), header)
    };
    let running = for_ever(&ada, "");
    // Until it has come to its place, others find one.
    let refused = loop {
        let answer = check(&zoe).await;
        if answer.0 == 503 {
            break answer;
        }
        assert_eq!(answer.0, 422, "{answer:?}");
    };
    assert_eq!(refused.1, "no-place");
    assert!(refused.2.contains("all 1 places for trials of rules are taken"), "{}", refused.2);
    assert_eq!(refused.3.unwrap(), "1");
    let (status, kind, detail, _) = check(&ada).await;
    assert_eq!((status, kind.as_str()), (503, "no-place"));
    assert!(detail.contains("another trial of the same account"), "{detail}");

    // Nothing but the caller who hangs up can end it: its time is a day.
    running.abort();
    while check(&zoe).await.0 == 503 {}

    // The same with a key: what is kept nowhere is not done for nobody.
    let with_key = for_ever(&ada, "essai");
    while check(&zoe).await.0 != 503 {}
    with_key.abort();
    while check(&zoe).await.0 == 503 {}
    api.close().await;
}

#[test]
fn commands_of_this_machine_have_bounds_of_their_own_which_a_message_names() {
    let app = TestApp::new();
    let mut command = app.command(&["rules", "test", "--shipped"]);
    let output = command.env("VIGIE_TRIALS__COMMAND_CASES", "100").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("cas, attendu au plus 100"), "{told}");
    assert!(told.contains("les réglages `trials.command_cases`"), "{told}");
}
