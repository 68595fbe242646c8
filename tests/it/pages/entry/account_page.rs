//! The page of one's account, and sessions over the API: their owner ends them, and administrators do.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use crate::support::visitor::Visitor;
use vigie::domain::accounts::access::Role;

const NOW: &str = "2026-11-25T09:00:00Z";

/// A browser with a session of the account, by an invitation.
async fn signed_in<'a>(server: &'a TestServer, chief: &str, account: i64) -> Visitor<'a> {
    let path = format!("/api/v1/accounts/{account}/invitation");
    let invited = server.post(chief, &path, json!({})).await;
    let mut browser = Visitor::of(server);
    assert_eq!(browser.submit(invited.body["path"].as_str().unwrap(), &[]).await.to, "/");
    browser
}

fn ids(sessions: &Value) -> Vec<String> {
    let sessions = sessions["data"].as_array().unwrap().iter();
    sessions.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_by_their_owner_and_by_administrators() {
    let app = TestApp::new();
    let chief = app.token("Chef", &[Role::Administrator, Role::Reader], &[]).await;
    let anne = app.token("Anne", &[Role::Reader, Role::Analyst], &["MJ"]).await;
    let server = TestServer::open(app, NOW).await;
    let mut first = signed_in(&server, &chief, 2).await;
    server.clock.set("2026-11-25T09:30:00Z");
    let mut second = signed_in(&server, &chief, 2).await;
    let listed = first.api("/api/v1/sessions").await;
    let (later, earlier) = (&listed["data"][0], &listed["data"][1]);
    assert_eq!(
        *later,
        json!({
            "id": later["id"], "account": 2, "begun_at": "2026-11-25T09:30:00Z",
            "last_seen_at": "2026-11-25T09:30:00Z", "expires_at": "2026-11-25T21:30:00Z",
            "opened_by": "invitation", "multi_factor": false, "current": false,
        })
    );
    assert_eq!((&earlier["current"], &earlier["begun_at"]), (&json!(true), &json!(NOW)));

    let delete = |token: &str, path: &str| {
        let request = server.request("DELETE".parse().unwrap(), path, token);
        async { request.send().await.unwrap().status().as_u16() }
    };
    let both = ids(&listed);
    // Neither another's account, nor a token that lends less than a session does.
    let chiefs = format!("/api/v1/sessions/{}", both[0]);
    assert_eq!(delete(&chief, &chiefs).await, 404);
    let narrow = json!({ "label": "lecture", "roles": ["reader"] });
    let narrow = server.post(&anne, "/api/v1/tokens", narrow).await.body;
    assert_eq!(delete(narrow["secret"].as_str().unwrap(), &chiefs).await, 403);
    assert_eq!(delete(&anne, &chiefs).await, 204);
    assert_eq!(delete(&anne, &chiefs).await, 404);
    assert_eq!(second.read("/compte").await.to, "/connexion?retour=/compte");

    let of_anne = server.get(&chief, "/api/v1/accounts/2/sessions").await.body;
    assert_eq!(ids(&of_anne), [both[1].clone()]);
    assert_eq!(of_anne["data"][0]["current"], false);
    let path = format!("/api/v1/accounts/2/sessions/{}", both[1]);
    assert_eq!(delete(&chief, &path).await, 400, "without a reason");
    assert_eq!(delete(&anne, &format!("{path}?reason=perdu")).await, 403);
    assert_eq!(delete(&chief, &format!("{path}?reason=perdu")).await, 204);
    assert_eq!(first.api("/api/v1/sessions").await["status"], 401);

    server.clock.set("2026-11-25T10:00:00Z");
    drop(signed_in(&server, &chief, 2).await);
    let stopped = server.close().await;
    let left = stopped.json(&["accounts", "sessions", "Anne"]);
    // Beside the database it is another day.
    assert_eq!(left, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_request_of_a_session_is_known_to_some_minutes() {
    let app = TestApp::new();
    let chief = app.token("Chef", &[Role::Administrator, Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let mut browser = signed_in(&server, &chief, 1).await;
    server.clock.set("2026-11-25T09:20:00Z");
    browser.api("/api/v1/session").await;
    // It is written by the time the service has stopped.
    let stopped = server.close().await;
    let again = TestServer::open(stopped, "2026-11-25T09:21:00Z").await;
    let listed = again.get(&chief, "/api/v1/sessions").await.body;
    assert_eq!(listed["data"][0]["last_seen_at"], "2026-11-25T09:20:00Z");
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_who_one_is_and_does_what_the_api_does() {
    let app = TestApp::with_fixtures();
    let chief = app.token("Chef", &[Role::Administrator], &[]).await;
    app.token("Anne", &[Role::Reader, Role::Approver], &["MJ", "MI"]).await;
    let local = app.json(&["tokens", "issue", "Anne", "--label", "poste"]);
    let number = local["token"]["number"].as_i64().unwrap();
    let server = TestServer::open(app, NOW).await;
    let mut other = signed_in(&server, &chief, 2).await;
    server.clock.set("2026-11-25T09:30:00Z");
    let mut browser = signed_in(&server, &chief, 2).await;
    let day = local["token"]["created_at"].as_str().unwrap()[..10].to_owned();
    assert_ne!(day, "");
    let page = browser.read("/compte").await;
    assert_eq!(page.status, 200);
    let (told, _) = page.text.split_once("id=\"jetons\"").unwrap();
    for words in [
        "Un jeton a été émis pour votre compte sur la machine du service",
        "lecteur, approbateur de règles",
        "MI, MJ",
        "lien d’invitation",
        "Publier des règles demande un second facteur",
        "25 novembre 2026 à 10 h 30",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }

    // Another session, a token revoked, a token issued.
    let sessions = browser.api("/api/v1/sessions").await;
    let others = format!("/compte/sessions/{}/fin", ids(&sessions)[1]);
    assert_eq!(browser.submit_from_elsewhere(&others).await.status, 403);
    assert_eq!(browser.submit(&others, &[]).await.to, "/compte");
    assert!(browser.read("/compte").await.text.contains("La session est close."));
    assert_eq!(other.read("/compte").await.status, 303);
    let gone = browser.submit(&others, &[]).await;
    assert_eq!(gone.status, 404);
    let revocation = format!("/compte/jetons/{number}/revocation");
    assert_eq!(browser.submit(&revocation, &[]).await.to, "/compte");
    assert!(browser.read("/compte").await.text.contains("Le jeton est révoqué."));
    let unfit = browser.submit("/compte/jetons", &[("usage", " "), ("jours", "400")]).await;
    assert_eq!(unfit.status, 422);
    for fault in ["href=\"#usage\"", "href=\"#jours\"", "value=\"400\""] {
        assert!(unfit.text.contains(fault), "{fault}\n{}", unfit.text);
    }
    let form = [("usage", "tableau"), ("jours", "30"), ("role", "reader")];
    let issued = browser.submit("/compte/jetons", &form).await;
    assert_eq!(issued.status, 201);
    let token = issued.text.split(['<', '>']).find(|text| text.starts_with("vigie_")).unwrap();
    let session = server.get(token, "/api/v1/session").await.body;
    assert_eq!((&session["name"], &session["roles"]), (&json!("Anne"), &json!(["reader"])));
    assert!(!browser.read("/compte").await.text.contains(token));

    // Ending one's own session is signing out.
    let remaining = browser.api("/api/v1/sessions").await;
    let own = format!("/compte/sessions/{}/fin", ids(&remaining)[0]);
    let out = browser.submit(&own, &[]).await;
    assert_eq!((out.status, out.to.as_str()), (303, "/signed-out"));
    let signed_out = browser.read(&out.to).await;
    assert!(signed_out.text.contains("Vous êtes déconnecté"), "{}", signed_out.text);
    assert_eq!(browser.read("/compte").await.status, 303);
    server.close().await;
}
