//! Sessions opened with one factor: each page where rules are published says why this session does not, and what to do.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::test_server::{Response, TestServer, response};
use crate::support::visitor::Visitor;
use crate::support::{TestApp, root, rule_file};
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-11-30T09:00:00Z";

/// Where no identity provider is set.
const BAR: &str = "Votre session a été ouverte avec un seul facteur d’authentification, et ce service n’en propose pas de second \
                   dans le navigateur. Les règles s’y publient et s’y rétablissent par la ligne de commande, avec un jeton.";

/// Writes a draft, and submits it.
async fn submit(server: &TestServer, author: &str, draft: Value) -> Response {
    let made = server.post(author, "/api/v1/drafts", draft).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let step = format!("/api/v1/drafts/{}/submission", made.body["number"]);
    act(server, author, &step, "\"1\"").await
}

async fn act(server: &TestServer, token: &str, path: &str, revision: &str) -> Response {
    let request = server.request(Method::POST, path, token).header("if-match", revision);
    let done = response(request.json(&json!({ "reason": "vu" }))).await;
    assert_eq!(done.status, 200, "{path}: {}", done.body);
    done
}

/// A browser with a session by an invitation, which is one factor.
async fn invited<'a>(server: &'a TestServer, chief: &str, account: i64) -> Visitor<'a> {
    let path = format!("/api/v1/accounts/{account}/invitation");
    let sent = server.post(chief, &path, json!({})).await;
    let mut browser = Visitor::of(server);
    let opened = browser.submit(sent.body["path"].as_str().unwrap(), &[]).await;
    assert_eq!(opened.to, "/", "{}", opened.text);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_with_one_factor_publishes_nothing_and_each_page_says_why() {
    let app = TestApp::new();
    let chief = app.token("Chef", &[Role::Administrator], &[]).await;
    let ada = app.token("Ada", &[Role::RuleAuthor], &[]).await;
    let paul = app.token("Paul", &[Role::Reader, Role::Approver], &[]).await;
    let server = TestServer::open(app, NOW).await;
    // A rule and a threshold that could be rolled back, and a draft that could be published.
    let shipped = std::fs::read_to_string(rule_file(&root().join("rules"), "drift/D1.rhai"));
    let rule = shipped.unwrap().replace("Dérive budgétaire\"", "Dérive du budget\"");
    let first = json!({
        "comment": "15 %", "thresholds": { "budget_drift_high": 0.15 },
        "files": { "drift/D1.rhai": rule },
    });
    submit(&server, &ada, first).await;
    act(&server, &paul, "/api/v1/drafts/1/publication", "\"2\"").await;
    let second = json!({ "comment": "30 %", "thresholds": { "calendar_drift_high": 0.3 } });
    submit(&server, &ada, second).await;

    let mut browser = invited(&server, &chief, 3).await;
    for path in ["/regles/D1", "/seuils", "/brouillons/2/relecture"] {
        let page = browser.read(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let words = page.words();
        assert!(words.contains(BAR), "{path}: {words}");
        for act in ["Publier ces règles", "Rétablir ce texte", "Rétablir cette valeur"] {
            assert!(!words.contains(act), "{path} offers « {act} »: {words}");
        }
    }
    let account = browser.read("/compte").await.words();
    let advice = "publiez par la ligne de commande, avec un jeton";
    let title = "Publier des règles demande un second facteur";
    assert!(account.contains(title) && account.contains(advice), "{account}");

    // What is sent all the same is refused in the same words, and nothing is published.
    for (path, form) in [
        ("/brouillons/2/publication", vec![("revision", "2"), ("reason", "vu")]),
        ("/brouillons/2/renvoi", vec![("revision", "2"), ("reason", "vu")]),
        ("/regles/D1/retour", vec![("publication", "1"), ("texte", "precedent"), ("reason", "vu")]),
    ] {
        let refused = browser.submit(path, &form).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        let words = refused.words();
        let said = "Publier des règles demande une session ouverte avec un second facteur.";
        assert!(words.contains("Second facteur nécessaire") && words.contains(said), "{words}");
    }
    let listed = server.get(&paul, "/api/v1/publications").await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
    let draft = server.get(&paul, "/api/v1/drafts/2").await.body;
    assert_eq!(draft["state"], "in_review", "{draft}");
    server.close().await;
}
