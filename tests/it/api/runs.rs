//! Work begun over HTTP and followed at its own address: cycles, jobs, replays.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::test_server::{Response, TestServer};
use vigie::domain::accounts::access::Role;
use vigie::domain::accounts::audit::Actor;
use vigie::domain::operation::job::{Call, JobName};
use vigie::store::{Hold, LockResult, Store};

const NOW: &str = "2020-12-01T09:00:00Z";
const CYCLES: &str = "/api/v1/cycles";

async fn open() -> (TestServer, String) {
    let app = TestApp::with_fixtures();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    (api(app).await, token)
}

/// Nothing runs by itself.
async fn api(app: TestApp) -> TestServer {
    TestServer::with(app, NOW, |config| config.schedule = crate::operation::jobs::support::never())
        .await
}

/// What came of what was begun.
async fn ended(api: &TestServer, token: &str, begun: &Response) -> Value {
    assert_eq!(begun.status, 202, "{}", begun.body);
    let address = begun.location.as_deref().unwrap();
    loop {
        let run = api.get(token, address).await;
        assert_eq!(run.status, 200, "{}", run.body);
        if run.body["outcome"] != "processing" {
            return run.body;
        }
    }
}

fn told(value: &Value, fields: &[&str]) -> String {
    fields.iter().map(|field| format!("{field} {}", value[field])).collect::<Vec<_>>().join(", ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_is_begun_followed_and_found_as_the_command_line_makes_it() {
    let (api, token) = open().await;
    let begun = api.post(&token, CYCLES, json!({ "as_of": "2020-11-30" })).await;
    assert_eq!((&begun.body["job"], &begun.body["actor"]), (&json!("cycle"), &json!("Claire")));
    let run = ended(&api, &token, &begun).await;
    let report = &run["report"];
    let raised = report["alert_changes"]["raised"].as_u64().unwrap();
    assert!(raised > 10 && report["counts"]["fired"].as_u64().unwrap() > raised, "{report}");
    insta::assert_snapshot!(
        told(&run, &["number", "job", "occasion", "actor", "started_at", "ended_at", "phase", "outcome", "problem"]),
        @r#"number 1, job "cycle", occasion "person", actor "Claire", started_at "2020-12-01T09:00:00Z", ended_at "2020-12-01T09:00:00Z", phase null, outcome "success", problem null"#
    );
    insta::assert_snapshot!(
        told(report, &["cycle", "outcome", "as_of", "edition", "alerts", "missions", "rule_faults"]),
        @r#"cycle 1, outcome "committed", as_of "2020-11-30", edition "2020-11", alerts [], missions [], rule_faults []"#
    );
    let again = api.post(&token, CYCLES, json!({ "as_of": "2020-11-30" })).await;
    let again = ended(&api, &token, &again).await;
    assert_eq!(again["report"]["outcome"], "unchanged");
    let app = api.close().await;

    let by_command = TestApp::with_fixtures();
    by_command.ok(&["cycle", "--as-of", "2020-11-30"]);
    // What else they say depends on when they ran.
    let fields = ["rule", "kind", "subject", "level", "state", "evidence"];
    for question in ["alerts", "missions"] {
        let found = |place: &TestApp| {
            let rows = place.json(&[question]);
            rows.as_array().unwrap().iter().map(|row| told(row, &fields)).collect::<Vec<_>>()
        };
        assert_eq!(found(&app), found(&by_command));
    }
    let audit = app.json(&["audit", "list", "--subject", "job/cycle"]);
    let asked = audit.as_array().unwrap().iter();
    let asked: Vec<_> = asked.map(|entry| (&entry["actor"], &entry["action"])).collect();
    let deed = (&json!("Claire"), &json!("job_run"));
    assert_eq!(asked, [deed, deed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_is_tried_out_tells_its_alerts_and_leaves_nothing() {
    let (api, token) = open().await;
    let asked = json!({ "as_of": "2020-11-30", "dry_run": true });
    let begun = api.post(&token, CYCLES, asked).await;
    let run = ended(&api, &token, &begun).await;
    let report = &run["report"];
    assert_eq!((&run["outcome"], &report["outcome"]), (&json!("success"), &json!("dry_run")));
    let raised = report["alert_changes"]["raised"].as_u64().unwrap();
    let told = report["alerts"].as_array().unwrap();
    let told = told.iter().filter(|alert| alert["change"] == "raised").count();
    assert_eq!(u64::try_from(told).unwrap(), raised);
    assert!(raised > 10, "{report}");
    assert_eq!(api.get(&token, CYCLES).await.body["data"], json!([]));
    assert_eq!(api.get(&token, "/api/v1/alerts").await.body["data"], json!([]));
    // Nor is the job said to have done its work.
    let jobs = api.get(&token, "/api/v1/jobs").await.body;
    let jobs = jobs["data"].as_array().unwrap();
    let cycle = jobs.iter().find(|job| job["job"] == "cycle").unwrap();
    assert_eq!(cycle["last_success_at"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_work_is_not_begun_twice_and_the_answer_says_where_it_is_done() {
    let (api, token) = open().await;
    let store = Store::open(&api.app.database_url()).await.unwrap();
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let hold = Hold { holder: "elsewhere", until: now + TimeDelta::minutes(3) };
    let call = Call::of(Actor::person("Paul").unwrap());
    let begun = store.begin_run(JobName::Cycle, &call, hold, now).await.unwrap();
    let LockResult::Granted { run } = begun else { panic!("{begun:?}") };
    let refused = api.post(&token, CYCLES, json!({})).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.body["type"], "urn:vigie:problem:under-way");
    assert_eq!(refused.location, Some(format!("/api/v1/runs/{run}")));
    let other = api.get(&token, &refused.location.unwrap()).await.body;
    assert_eq!((&other["actor"], &other["outcome"]), (&json!("Paul"), &json!("processing")));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_cannot_be_is_refused_before_it_begins() {
    let (api, token) = open().await;
    let begun = api.post(&token, CYCLES, json!({})).await;
    ended(&api, &token, &begun).await;
    let mut said = Vec::new();
    for asked in [
        json!({ "as_of": "2020-11-30" }),
        json!({ "as_of": "yesterday" }),
        json!({ "as_off": "2020-12-01" }),
        json!([]),
    ] {
        let refused = api.post(&token, CYCLES, asked).await;
        said.push(format!("{} {}", refused.status, refused.body["detail"].as_str().unwrap()));
    }
    insta::assert_snapshot!(said.join("\n"));
    // Tried out, it may be as of any date.
    let tried = json!({ "as_of": "2020-11-30", "dry_run": true });
    let tried = api.post(&token, CYCLES, tried).await;
    assert_eq!(ended(&api, &token, &tried).await["outcome"], "success");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_comes_to_nothing_says_why() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    std::fs::remove_file(rules.join("missions.toml")).unwrap();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = api(app).await;
    let begun = api.post(&token, CYCLES, json!({})).await;
    let run = ended(&api, &token, &begun).await;
    assert_eq!((&run["outcome"], &run["report"]), (&json!("failure"), &Value::Null));
    insta::assert_snapshot!(run["problem"], @r#"{"detail":"no playbook in the catalogue: expected `missions.toml` next to the rules","title":"The run failed","type":"urn:vigie:problem:run-failed"}"#);
    // The next one may begin.
    let next = api.post(&token, CYCLES, json!({})).await;
    assert_eq!(next.status, 202);
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_lets_what_was_asked_for_finish() {
    let (api, token) = open().await;
    let begun = api.post(&token, CYCLES, json!({ "as_of": "2020-11-30" })).await;
    assert_eq!(begun.status, 202);
    let app = api.close().await;
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 1);
    let jobs = app.json(&["jobs", "list"]);
    let cycle = jobs.as_array().unwrap().iter().find(|job| job["job"] == "cycle").unwrap();
    assert_eq!(cycle["last_run"]["outcome"], "success");
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_run_jobs_analysts_cycles_and_ministries_neither() {
    let app = TestApp::with_fixtures();
    let chief = app.token("Chef", &[Role::Administrator], &[]).await;
    let analyst = app.token("Claire", &[Role::Analyst], &[]).await;
    let justice = app.token("Justice", &[Role::Analyst, Role::Administrator], &["MJ"]).await;
    let api = api(app).await;
    let jobs = "/api/v1/jobs/housekeeping/runs";
    let begun = api.post(&chief, jobs, json!({})).await;
    let run = ended(&api, &chief, &begun).await;
    assert_eq!((&run["job"], &run["outcome"]), (&json!("housekeeping"), &json!("success")));
    for (token, path) in [
        (&analyst, jobs),
        (&chief, CYCLES),
        (&justice, jobs),
        (&justice, CYCLES),
        (&justice, "/api/v1/cycles/1/replay"),
    ] {
        let refused = api.post(token, path, json!({})).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
    }
    assert_eq!(api.get(&justice, "/api/v1/runs/1").await.status, 403);
    assert_eq!(api.get(&chief, "/api/v1/runs/9").await.status, 404);
    assert_eq!(api.post(&chief, "/api/v1/jobs/coffee/runs", json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_cycle_is_judged_again_and_gives_the_same_bytes() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = api(app).await;
    let replay = api.post(&token, "/api/v1/cycles/1/replay", json!({})).await;
    assert_eq!(replay.status, 200, "{}", replay.body);
    assert_eq!(
        (&replay.body["identical"], &replay.body["differences"]),
        (&json!(true), &json!([]))
    );
    let fingerprint = replay.body["fingerprint"].clone();
    assert_eq!(api.post(&token, "/api/v1/cycles/9/replay", json!({})).await.status, 404);
    let left = api.close().await;
    assert_eq!(left.json(&["replay", "1"])["fingerprint"], fingerprint);
}
