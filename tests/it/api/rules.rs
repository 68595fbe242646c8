//! Rules changed over HTTP: real tokens, real refusals, and what a refusal tells.

use std::sync::Arc;

use reqwest::Client;
use serde_json::{Value, json};

use crate::support::{TestApp, root, rule_file};
use vigie::domain::accounts::access::Role;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::FixedClock;

struct Answer {
    status: u16,
    etag: String,
    body: Value,
}

impl Answer {
    /// Status and problem.
    fn told(&self) -> String {
        let text = |key: &str| self.body[key].as_str().unwrap_or_default();
        let kind = text("type").trim_start_matches("urn:vigie:problem:").to_owned();
        format!("{} {kind}: {}", self.status, text("detail"))
    }
}

async fn serve(app: &TestApp) -> Running {
    let config = app.settings();
    let now = "2020-12-01T09:00:00Z".parse().unwrap();
    server::start(&config, Arc::new(FixedClock(now))).await.unwrap()
}

/// Of a person with a token; `seen` is an `ETag`.
async fn call(
    service: &Running,
    token: &str,
    (method, path): (&str, &str),
    (seen, body): (&str, Value),
) -> Answer {
    let url = format!("http://{}/api/v1{path}", service.address());
    let mut request = Client::new().request(method.parse().unwrap(), url).bearer_auth(token);
    if !seen.is_empty() {
        request = request.header("If-Match", seen);
    }
    if method != "GET" {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let etag = answer.headers().get("ETag").map(|etag| etag.to_str().unwrap().to_owned());
    let told = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    Answer { status, etag: etag.unwrap_or_default(), body: told }
}

async fn get(service: &Running, token: &str, path: &str) -> Answer {
    call(service, token, ("GET", path), ("", Value::Null)).await
}

fn shipped(file: &str, [was, is]: [&str; 2]) -> String {
    let text = std::fs::read_to_string(rule_file(&root().join("rules"), file)).unwrap();
    assert_eq!(text.matches(was).count(), 1, "{was} in {file}");
    text.replace(was, is)
}

const TITLE: [&str; 2] = ["Dérive budgétaire\"", "Dérive du budget\""];
const OTHER: [&str; 2] = ["Dérive budgétaire\"", "Dérive de coût\""];

fn draft(texts: &[(&str, String)]) -> Value {
    let files: serde_json::Map<String, Value> =
        texts.iter().map(|(path, text)| ((*path).to_owned(), json!(text))).collect();
    json!({ "comment": "un titre plus clair", "files": files })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_editing_one_rule_the_second_gets_412_with_what_changed() {
    let app = TestApp::new();
    let ada = app.token("Ada", &[Role::RuleAuthor], &[]).await;
    let bob = app.token("Bob", &[Role::RuleAuthor], &[]).await;
    let service = serve(&app).await;
    let of = |change| draft(&[("drift/D1.rhai", shipped("drift/D1.rhai", change))]);
    let opened = call(&service, &ada, ("POST", "/drafts"), ("", of(TITLE))).await;
    assert_eq!((opened.status, opened.etag.as_str()), (201, "\"1\""));
    let save = ("PUT", "/drafts/1");
    let without = call(&service, &bob, save, ("", of(OTHER))).await;
    assert!(without.told().starts_with("428 no-revision"), "{}", without.told());
    let saved = call(&service, &bob, save, ("\"1\"", of(OTHER))).await;
    assert_eq!((saved.status, saved.etag.as_str()), (200, "\"2\""));
    let late = call(&service, &ada, save, ("\"1\"", of(TITLE))).await;
    insta::assert_snapshot!(late.told(), @"412 stale: draft 1 is at revision 2, not 1; saved by Bob (« un titre plus clair »); changed: drift/D1.rhai");
    insta::assert_snapshot!(late.body["meanwhile"]["changes"]["drift/D1.rhai"].as_str().unwrap(), @r#"
    @@ -3 +3 @@
     /*---
     id = "D1"
    -title = "Dérive du budget"
    +title = "Dérive de coût"
     family = "drift"
     scope = "project"
    "#);
    let found = get(&service, &ada, "/drafts/1").await;
    assert_eq!((found.etag.as_str(), &found.body["authors"]), ("\"2\"", &json!(["Ada", "Bob"])));
    let again = call(&service, &ada, save, (&found.etag, of(TITLE))).await;
    assert_eq!(again.status, 200);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_who_is_renamed_is_the_author_still_and_nobody_else_takes_the_name() {
    let app = TestApp::new();
    let chief = app.token("Chef", &[Role::Administrator], &[]).await;
    let ada = app.token("Ada", &[Role::RuleAuthor, Role::Approver], &[]).await;
    let service = serve(&app).await;
    let body = draft(&[("drift/D1.rhai", shipped("drift/D1.rhai", TITLE))]);
    call(&service, &ada, ("POST", "/drafts"), ("", body)).await;
    let why = || json!({ "reason": "vu" });
    let submitted = call(&service, &ada, ("POST", "/drafts/1/submission"), ("\"1\"", why())).await;
    let named = |name: &str, reason: &str| json!({ "name": name, "roles": ["rule_author", "approver"], "scope": "whole", "reason": reason });
    let rename = ("PUT", "/accounts/2");
    let renamed = call(&service, &chief, rename, ("\"1\"", named("Ada Martin", "mariage"))).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let publish = ("POST", "/drafts/1/publication");
    let own = call(&service, &ada, publish, (&submitted.etag, why())).await;
    assert!(own.told().starts_with("403 own-work"), "{}", own.told());

    let made = call(&service, &chief, ("POST", "/accounts"), ("", named("ADA", "arrivée"))).await;
    insta::assert_snapshot!(made.told(), @"409 refused: `Ada` is a former name of `Ada Martin`: histories have it under that name");
    // She may have her own name back.
    let back = call(&service, &chief, rename, ("\"2\"", named("Ada", "divorce"))).await;
    assert_eq!(back.status, 200, "{}", back.body);
    service.stop().await.unwrap();
    let local = app.run(&["rules", "publish", "1", "--reason", "vu", "--by", "Ada Martin"]);
    assert!(local.stderr.contains("une seconde personne le doit"), "{}", local.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_published_by_a_second_person_and_rolled_back_on_what_they_saw() {
    let app = TestApp::new();
    let ada = app.token("Ada", &[Role::RuleAuthor, Role::Approver], &[]).await;
    let paul = app.token("Paul", &[Role::Approver], &[]).await;
    let service = serve(&app).await;
    let body = draft(&[("drift/D1.rhai", shipped("drift/D1.rhai", TITLE))]);
    call(&service, &ada, ("POST", "/drafts"), ("", body)).await;
    let why = || json!({ "reason": "vu" });
    let submitted = call(&service, &ada, ("POST", "/drafts/1/submission"), ("\"1\"", why())).await;
    assert_eq!((submitted.status, &submitted.body["state"]), (200, &json!("in_review")));
    let publish = ("POST", "/drafts/1/publication");
    let own = call(&service, &ada, publish, (&submitted.etag, why())).await;
    assert!(own.told().starts_with("403 own-work"), "{}", own.told());
    let early = call(&service, &paul, publish, ("\"1\"", why())).await;
    assert!(early.told().starts_with("412 stale"), "{}", early.told());
    let published = call(&service, &paul, publish, (&submitted.etag, why())).await;
    assert_eq!((published.status, &published.body["draft"]), (200, &json!(1)));
    let rule = get(&service, &ada, "/rules/D1").await.body;
    assert_eq!(rule["title"], "Dérive du budget");
    let versions = get(&service, &ada, "/rules/D1/versions").await.body;
    assert_eq!(versions["data"][0]["published_by"], "Paul");
    let compared = get(&service, &ada, "/rules/D1/comparison?from=shipped&to=1").await.body;
    let changes = compared["data"].to_string();
    assert!(changes.contains("+title = \\\"Dérive du budget\\\""), "{changes}");
    let three = get(&service, &ada, "/overrides/D1").await.body;
    assert_eq!(three["data"][0]["shipped_state"], "same");
    assert_eq!(three["data"][0]["shipped_text"], three["data"][0]["base"]);
    assert_eq!(three["data"][0]["shipped"].as_str().map(str::len), Some(64));
    let overrides = get(&service, &paul, "/overrides").await;
    let back = ("POST", "/rules/D1/rollback");
    assert_eq!(call(&service, &paul, back, ("", why())).await.status, 428);
    let stale = call(&service, &paul, back, ("\"0\"", why())).await;
    assert!(stale.told().starts_with("412 stale"), "{}", stale.told());
    let done = call(&service, &paul, back, (&overrides.etag, why())).await;
    assert_eq!((done.status, &done.body["files"][0]["version"]), (200, &Value::Null));
    assert_eq!(get(&service, &ada, "/rules/D1").await.body["title"], "Dérive budgétaire");
    assert_eq!(
        get(&service, &ada, "/publications").await.body["data"].as_array().unwrap().len(),
        2
    );
    service.stop().await.unwrap();
    let trail = app.json(&["audit", "list", "--subject", "draft/1"]);
    let refused =
        trail.as_array().unwrap().iter().filter(|entry| {
            entry["action"] == "rule_publication_refused" && entry["actor"] == "Ada"
        });
    assert_eq!(refused.count(), 1, "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_come_with_their_place_and_a_draft_that_does_not_hold_is_not_published() {
    let app = TestApp::new();
    let ada = app.token("Ada", &[Role::RuleAuthor], &[]).await;
    let paul = app.token("Paul", &[Role::Approver], &[]).await;
    let service = serve(&app).await;
    let slip = shipped(
        "drift/D1.rhai",
        ["p.budget_drift > t.budget_drift_high", "p.budget_drfit > t.budget_drift_high"],
    );
    let line = slip.lines().position(|line| line.contains("budget_drfit")).unwrap() + 1;
    let files = json!({ "files": { "drift/D1.rhai": slip } });
    let checked = call(&service, &ada, ("POST", "/trials/check"), ("", files.clone())).await;
    assert_eq!(checked.status, 422);
    assert_eq!(
        checked.body["errors"][0],
        json!({
            "pointer": "#/files/drift~1D1.rhai",
            "file": "drift/D1.rhai",
            "line": line,
            "column": 11,
            "detail": "`p.budget_drfit` is no field of projects",
            "hint": "did you mean `budget_drift`?",
        })
    );
    let tested = call(&service, &ada, ("POST", "/trials/test"), ("", files)).await;
    assert_eq!((tested.status, tested.body["faults"].as_array().unwrap().len()), (200, 1));
    let outside = json!({ "files": { "../D1.rhai": "" } });
    assert_eq!(call(&service, &ada, ("POST", "/trials/check"), ("", outside)).await.status, 400);
    let twice = json!({ "files": { "drift/D1.rhai": "", "drift/D1_derive.rhai": "" } });
    let twice = call(&service, &ada, ("POST", "/trials/check"), ("", twice)).await;
    assert!(
        twice.told().contains("found `drift/D1.rhai` twice, expected once"),
        "{}",
        twice.told()
    );
    let sound = json!({ "files": { "drift/D1.rhai": shipped("drift/D1.rhai", TITLE) } });
    let passed = call(&service, &ada, ("POST", "/trials/check"), ("", sound)).await;
    assert_eq!((passed.status, &passed.body), (200, &json!({ "remarks": [] })));

    let lower = json!({ "comment": "15 %", "thresholds": { "budget_drift_high": 0.13 } });
    call(&service, &ada, ("POST", "/drafts"), ("", lower)).await;
    let why = || json!({ "reason": "vu" });
    call(&service, &ada, ("POST", "/drafts/1/submission"), ("\"1\"", why())).await;
    let published =
        call(&service, &paul, ("POST", "/drafts/1/publication"), ("\"2\"", why())).await;
    assert!(
        published.told().starts_with("422 unproved: not proved: 0 faults, 1 cases that fail"),
        "{}",
        published.told()
    );
    assert_eq!(published.body["errors"][0]["file"], "cases/D1.toml");
    assert_eq!(get(&service, &paul, "/drafts/1/proof").await.body["failed"][0]["rule"], "D1");
    let thresholds = get(&service, &paul, "/thresholds").await.body;
    let high = thresholds["data"].as_array().unwrap().iter();
    let high: Vec<&Value> = high.filter(|one| one["name"] == "budget_drift_high").collect();
    assert_eq!(high[0]["values"][0]["value"]["float"], 0.2);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_one_ministry_tries_rules_on_its_projects_only_and_changes_none() {
    let app = TestApp::with_fixtures();
    let jules = app.token("Jules", &[Role::RuleAuthor], &["MJ"]).await;
    let ada = app.token("Ada", &[Role::RuleAuthor], &[]).await;
    let reader = app.token("Claire", &[Role::Reader], &[]).await;
    let service = serve(&app).await;
    let lower = json!({ "comment": "15 %", "thresholds": { "budget_drift_high": 0.15 } });
    let beyond = call(&service, &jules, ("POST", "/drafts"), ("", lower.clone())).await;
    assert!(beyond.told().starts_with("403 beyond-scope"), "{}", beyond.told());
    let not_allowed = call(&service, &reader, ("POST", "/drafts"), ("", lower.clone())).await;
    assert!(not_allowed.told().starts_with("403 not-allowed"), "{}", not_allowed.told());
    call(&service, &ada, ("POST", "/drafts"), ("", lower)).await;
    let subjects = async |token: &str| {
        let diff = get(&service, token, "/drafts/1/diff?as_of=2020-11-30").await.body;
        let of = |list: &Value, key: &str| {
            let list = list.as_array().unwrap().iter();
            list.map(|one| one[key].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
        };
        [
            of(&diff["verdicts"], "subject"),
            of(&diff["missions"], "subject"),
            of(&diff["ministries"], "ministry"),
        ]
    };
    let own = "project/procedure-penale-numerique";
    let all = "project/genevrier, project/procedure-penale-numerique, project/renoncule";
    assert_eq!(subjects(&jules).await, [own, own, "MJ"]);
    assert_eq!(subjects(&ada).await, [all, all, "MEF, MJ, MSO"]);
    service.stop().await.unwrap();
}

/// What was published by name stands beside what ships since: entry by entry, over HTTP as on the command line.
#[tokio::test(flavor = "multi_thread")]
async fn thresholds_published_over_http_are_laid_over_the_shipped_ones_entry_by_entry() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let ada = app.token("Ada", &[Role::RuleAuthor], &[]).await;
    let paul = app.token("Paul", &[Role::Approver], &[]).await;
    let serve = async || {
        let config = Config { rules: rules.clone(), ..app.settings() };
        let now = "2020-12-01T09:00:00Z".parse().unwrap();
        server::start(&config, Arc::new(FixedClock(now))).await.unwrap()
    };
    let service = serve().await;
    let body = json!({ "comment": "12 %", "thresholds": { "budget_drift_watch": 0.12 } });
    let made = call(&service, &ada, ("POST", "/drafts"), ("", body)).await;
    assert_eq!(made.status, 201, "{}", made.told());
    let why = || json!({ "reason": "vu" });
    let submitted = call(&service, &ada, ("POST", "/drafts/1/submission"), ("\"1\"", why())).await;
    let publish = ("POST", "/drafts/1/publication");
    let published = call(&service, &paul, publish, (&submitted.etag, why())).await;
    assert_eq!(published.status, 200, "{}", published.told());
    service.stop().await.unwrap();

    // The next release ships another value of a threshold that nobody touched, and one more.
    let path = rules.join("thresholds.toml");
    let shipped = std::fs::read_to_string(&path).unwrap();
    let newer = shipped.replace("value = 135\n", "value = 140\n")
        + "\n[shipped_since]\nlabel = \"Livré depuis\"\nunit = \"count\"\nvalue = 3\n\
           source = { tag = \"expert\", text = \"Exemple\" }\n";
    std::fs::write(&path, newer).unwrap();
    let upgraded = serve().await;
    let listed = get(&upgraded, &ada, "/thresholds?limit=500").await.body;
    let value = |name: &str| {
        let all = listed["data"].as_array().unwrap().iter();
        let found = all.clone().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {listed}"))["values"][0]["value"].clone()
    };
    assert_eq!(value("budget_drift_watch"), json!({ "float": 0.12 }), "published");
    assert_eq!(value("shipped_since"), json!({ "int": 3 }), "shipped since");
    let data = listed["data"].as_array().unwrap();
    let (old, new) = (json!({ "int": 135 }), json!({ "int": 140 }));
    assert!(data.iter().any(|one| one["values"][0]["value"] == new), "shipped anew");
    assert!(data.iter().all(|one| one["values"][0]["value"] != old), "shipped before");
    let overrides = get(&upgraded, &ada, "/overrides/budget_drift_watch").await.body;
    assert_eq!(overrides["data"][0]["path"], "thresholds/budget_drift_watch.toml");
    assert_eq!(overrides["data"][0]["shipped_state"], "same");
    upgraded.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_written_from_answers_is_published_as_it_is_and_answers_that_make_none_say_why() {
    let app = TestApp::new();
    let ada = app.token("Ada", &[Role::RuleAuthor], &[]).await;
    let paul = app.token("Paul", &[Role::Approver], &[]).await;
    let service = serve(&app).await;
    let answers = |test: &str| {
        let sign = json!({ "kind": "threshold", "test": test });
        let template = json!({ "id": "X1", "title": "Coût élevé", "level": "high", "sign": sign });
        json!({ "comment": "essai", "template": template })
    };
    for (test, status, why) in [
        ("cost_current > 5", 422, "spares a healthy subject"),
        ("cout > 60", 422, "no field `cout`"),
        ("cost_current 60", 400, "expected a field"),
    ] {
        let refused = call(&service, &ada, ("POST", "/drafts"), ("", answers(test))).await;
        assert_eq!(refused.status, status, "{test}: {}", refused.told());
        assert!(refused.body.to_string().contains(why), "{test}: {}", refused.body);
    }
    let made = call(&service, &ada, ("POST", "/drafts"), ("", answers("cost_current > 60"))).await;
    assert_eq!(made.status, 201, "{}", made.told());
    let files = ["cases/X1.toml", "drift/X1.rhai", "thresholds/x1_cost_current.toml"];
    assert_eq!(made.body["files"], json!(files));
    let why = || json!({ "reason": "vu" });
    let submission = ("POST", "/drafts/1/submission");
    let early = call(&service, &ada, submission, ("\"1\"", why())).await;
    assert_eq!(early.status, 422, "nobody could publish it: {}", early.told());
    assert!(early.body.to_string().contains("is still to be written"), "{}", early.body);
    let mut texts = made.body["texts"].clone();
    for text in texts.as_object_mut().unwrap().values_mut() {
        *text =
            json!(text.as_str().unwrap().replace("À compléter", "Vu").replace("à compléter", "vu"));
    }
    let saved = json!({ "comment": "complété", "files": texts });
    let saved = call(&service, &ada, ("PUT", "/drafts/1"), ("\"1\"", saved)).await;
    assert_eq!(saved.status, 200, "{}", saved.told());
    let again = call(&service, &ada, submission, (&saved.etag, why())).await;
    let publish = ("POST", "/drafts/1/publication");
    let published = call(&service, &paul, publish, (&again.etag, why())).await;
    assert_eq!(published.status, 200, "{}", published.told());
    let rule = get(&service, &ada, "/rules/X1").await.body;
    assert_eq!(rule["signs"][0]["when"], "p.cost_current > t.x1_cost_current");
    service.stop().await.unwrap();
}
