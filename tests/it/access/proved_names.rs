//! Beside the database anybody can type any name: it is kept and shown as one that nobody proved.

use serde_json::{Value, json};

use crate::rules::overlay::{PASSAGE, app, by, done, refused, rewritten};
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T09:00:00Z";

const PAUL: &str = "Paul Durand (nom non prouvé)";

/// A draft by Ada that publishes as it is, in review.
fn in_review(app: &TestApp) {
    let draft = ["rules", "draft", "--threshold", "budget_drift_watch=0.12", "--comment", "12 %"];
    done(&by(app, "Ada", &draft));
    done(&by(app, "Ada", &["rules", "submit", "1", "--reason", "à relire"]));
}

/// Of a project: its id, and that of the project.
fn first_alert(app: &TestApp) -> (String, String) {
    let alerts = app.json(&["alerts"]);
    let text = |alert: &Value, key: &str| alert[key].as_str().unwrap().to_owned();
    let mut alerts = alerts.as_array().unwrap().iter();
    alerts
        .find_map(|alert| {
            let subject = text(alert, "subject");
            let project = subject.strip_prefix("project/")?;
            Some((text(alert, "id"), project.to_owned()))
        })
        .unwrap()
}

/// The entries of an action, with who did it and how that was proved.
fn told(entries: &Value, action: &str) -> Vec<[Value; 2]> {
    let entries = entries.as_array().unwrap().iter();
    let of_action = entries.filter(|entry| entry["action"] == action);
    of_action.map(|entry| [entry["actor"].clone(), entry["proved_by"].clone()]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_typed_beside_the_database_is_marked_on_every_face() {
    let app = app();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let (alert, project) = first_alert(&app);
    let comment = ["alerts", "comment", &alert, "--text", "vu"];
    done(&by(&app, "Paul Durand", &comment));
    let mission = app.json(&["missions"])[0]["id"].as_str().unwrap().to_owned();
    done(&by(&app, "Paul Durand", &["missions", "decide", &mission, "accept", "--reason", "oui"]));
    in_review(&app);
    done(&by(&app, "Paul Durand", &["rules", "publish", "1", "--reason", "vu"]));

    let trail = app.json(&["audit", "list"]);
    assert_eq!(told(&trail, "rule_published"), [[json!(PAUL), json!("local")]]);
    let cycles = app.json(&["audit", "list", "--subject", "cycle"]);
    assert_eq!(told(&cycles, "cycle_committed"), [[json!("vigie"), Value::Null]]);
    app.ok(&["audit", "verify"]);
    for face in [
        ["audit", "list", "", ""],
        ["alerts", "show", &alert, ""],
        ["missions", "show", &mission, ""],
        ["rules", "drafts", "1", ""],
        ["rules", "versions", "budget_drift_watch", ""],
        ["project", &project, "--timeline", ""],
    ] {
        let words: Vec<&str> = face.into_iter().filter(|word| !word.is_empty()).collect();
        for format in ["table", "json"] {
            let words: Vec<&str> = words.iter().copied().chain(["--format", format]).collect();
            let shown = app.ok(&words);
            // Tables fold names within their cells.
            assert!(shown.contains("prouvé)"), "{words:?}\n{shown}");
        }
    }

    let api = TestServer::open(app, NOW).await;
    let token = api.app.token("Claire", &[Role::Reader, Role::Administrator], &[]).await;
    for path in [
        "/api/v1/audit?limit=100",
        &format!("/api/v1/alerts/{alert}"),
        &format!("/api/v1/missions/{mission}"),
        "/api/v1/drafts/1",
        &format!("/api/v1/projects/{project}/timeline"),
        "/api/v1/rules/budget_drift_watch/versions",
    ] {
        let answer = api.get(&token, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(answer.body.to_string().contains(PAUL), "{path}: {}", answer.body);
    }
    let draft = api.get(&token, "/api/v1/drafts/1").await.body;
    assert!(draft.to_string().contains("\"proved_by\":\"local\""), "{draft}");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_tells_a_session_a_token_and_one_issued_beside_the_database_apart() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let (alert, _) = first_alert(&app);
    let own = app.token("Claire", &[Role::Analyst], &[]).await;
    let issued = app.json(&["tokens", "issue", "Claire", "--label", "poste"]);
    let local = issued["secret"].as_str().unwrap().to_owned();
    let api = TestServer::open(app, NOW).await;
    let path = format!("/api/v1/alerts/{alert}/comments");
    for token in [&own, &local] {
        let answer = api.post(token, &path, json!({ "text": "vu" })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let after = api.close().await;
    let trail = after.json(&["audit", "list"]);
    let claire = json!("Claire");
    let expected = [[claire.clone(), json!("token")], [claire, json!("local_token")]];
    assert_eq!(told(&trail, "alert_commented"), expected);
    after.ok(&["audit", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_name_was_proved_cannot_be_altered_unseen() {
    let app = TestApp::new();
    app.ok(&["accounts", "add", "Ada", "--role", "reader"]);
    app.ok(&["accounts", "add", "Bob", "--role", "reader"]);
    app.lift_guards_of_audit();
    app.sql("update audit set proved_by = 'session' where number = 1");
    let found = app.run(&["audit", "verify"]);
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    assert!(found.stdout.contains("la décision 1 a été altérée"), "{}", found.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_told_of_a_token_issued_for_it_beside_the_database() {
    let app = TestApp::new();
    let own = app.token("ada@justice.example", &[Role::Reader], &[]).await;
    let mut issue = app.command(&["tokens", "issue", "ada@justice.example", "--label", "x"]);
    issue.args(["--by", "Paul Durand"]).env("VIGIE_MAIL__HOST", "localhost");
    let issued = issue.output().unwrap();
    let said = String::from_utf8(issued.stderr).unwrap();
    assert!(issued.status.success(), "{said}");
    assert!(
        said.contains(
            "ada@justice.example en sera informé par courriel, et à sa prochaine connexion"
        ),
        "{said}"
    );

    let notices = app.json(&["notices", "list"]);
    assert_eq!([&notices[0]["receiver"], &notices[0]["kind"]], ["account/1", "account"]);
    let shown = app.ok(&["notices", "show", notices[0]["id"].as_str().unwrap()]);
    assert!(shown.contains(PAUL), "{shown}");
    let tokens = app.json(&["tokens", "list"]);
    assert_eq!(
        [&tokens[1]["issued_by"], &tokens[1]["issued_locally"]],
        [&json!(PAUL), &json!(true)]
    );

    let api = TestServer::open(app, NOW).await;
    let session = api.get(&own, "/api/v1/session").await.body;
    let local = session["local_tokens"].as_array().unwrap();
    assert_eq!(local.len(), 1, "{session}");
    assert_eq!([&local[0]["number"], &local[0]["issued_by"]], [&json!(2), &json!(PAUL)]);
    let after = api.close().await;
    after.ok(&["tokens", "revoke", "2", "--reason", "not asked for"]);
    let later = TestServer::open(after, NOW).await;
    assert_eq!(later.get(&own, "/api/v1/session").await.body["local_tokens"], json!([]));
    later.close().await;
}

#[test]
fn rules_may_be_published_over_http_only_and_the_attempt_is_in_the_trail() {
    let app = app();
    in_review(&app);
    let file = app.path("vigie.toml");
    std::fs::write(file, "[publication]\nover_http_only = true\n").unwrap();
    let publish = ["rules", "publish", "1", "--reason", "vu"];
    let back = ["rules", "rollback", "thresholds", "--reason", "x"];
    for attempt in [publish, back] {
        let answer = by(&app, "Paul Durand", &attempt);
        assert!(refused(&answer).contains("que par HTTP"), "{}", answer.stderr);
    }
    let trail = app.json(&["audit", "list"]);
    let paul = [[json!(PAUL), json!("local")]];
    assert_eq!(told(&trail, "rule_publication_refused"), paul);
    assert_eq!(told(&trail, "rule_roll_back_refused"), paul);
    assert_eq!(app.json(&["rules", "drafts"])[0]["state"], "in_review");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wrote_beside_the_database_is_still_the_author_over_http() {
    let app = app();
    in_review(&app);
    let ada = app.token("Ada", &[Role::Approver], &[]).await;
    let api = TestServer::open(app, NOW).await;
    let request =
        reqwest::Client::new().post(api.url("/api/v1/drafts/1/publication")).bearer_auth(&ada);
    let answer = request.header("if-match", "\"2\"").json(&json!({ "reason": "vu" })).send().await;
    let answer = answer.unwrap();
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap();
    assert!(status == 403 || status == 409, "{status} {body}");
    assert!(body.contains("who cannot publish it"), "{body}");
    api.close().await;
}

/// Were a command to name somebody without the mark, its decisions would look proved.
#[test]
fn nobody_passes_the_mark_by_a_name_that_has_it_or_by_none() {
    let app = app();
    let file = rewritten(&app, "drift/D1.rhai", PASSAGE);
    let draft = ["rules", "draft", &file, "--comment", "x"];
    for name in [PAUL, "Paul (NON PROUVÉ)"] {
        let answer = by(&app, name, &draft);
        assert!(refused(&answer).contains("qui signalent un nom non vérifié"), "{}", answer.stderr);
    }
    app.ok(&["imports"]);
    let imported = told(&app.json(&["audit", "list"]), "import_recorded");
    assert!(imported.iter().all(|[_, proved_by]| proved_by == "local"), "{imported:?}");
}
