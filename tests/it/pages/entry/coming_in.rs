//! Coming in without an identity provider: by an invitation, and then by links that one asks for. Each serves once, for a
//! while, and changes nothing before its button is pressed.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::servers::mail::{Demands, Mail, SmtpServer};
use crate::support::test_server::TestServer;
use crate::support::visitor::Visitor;
use vigie::domain::accounts::access::Role;
use vigie::notify::{MailSettings, MailTls};
use vigie::server::config::Config;

const NOW: &str = "2026-11-25T09:00:00Z";

const HOME: &str = "https://vigie.example";

/// A service that sends mail, with an administrator.
struct Mailed {
    server: TestServer,
    smtp: SmtpServer,
    chief: String,
}

impl Mailed {
    async fn open() -> Option<Self> {
        let smtp = SmtpServer::start(&Demands::default())?;
        let app = TestApp::new();
        let chief = app.token("Chef", &[Role::Reader, Role::Administrator], &[]).await;
        let mail = MailSettings {
            host: "localhost".to_owned(),
            port: smtp.port,
            tls: MailTls::None,
            from: "Vigie <vigie@dinum.example>".to_owned(),
            contact: "risques@dinum.example".to_owned(),
            ..MailSettings::default()
        };
        let change = |config: &mut Config| {
            HOME.clone_into(&mut config.public_url);
            config.mail = mail;
        };
        let server = TestServer::with(app, NOW, change).await;
        Some(Self { server, smtp, chief })
    }

    /// The first mails, once there are as many.
    async fn mails(&self, count: usize) -> Vec<Mail> {
        loop {
            let mails = self.smtp.mails();
            if mails.len() >= count {
                return mails;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn account(&self, name: &str, address: Option<&str>, roles: &[&str]) -> i64 {
        let body =
            json!({ "name": name, "roles": roles, "scope": "whole", "mail_address": address });
        let made = self.server.post(&self.chief, "/api/v1/accounts", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["number"].as_i64().unwrap()
    }

    async fn invite(&self, account: i64, body: Value) -> Value {
        let path = format!("/api/v1/accounts/{account}/invitation");
        let invited = self.server.post(&self.chief, &path, body).await;
        assert_eq!(invited.status, 201, "{}", invited.body);
        invited.body
    }

    /// What the trail says of links and sessions, oldest first.
    async fn trail(&self) -> String {
        let trail = self.server.get(&self.chief, "/api/v1/audit?limit=1000").await.body;
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let is_about = |entry: &&Value| {
            ["account_invited", "sign_in_link_sent", "signed_in"]
                .contains(&entry["action"].as_str().unwrap())
        };
        let entries = trail["data"].as_array().unwrap().iter().rev().filter(is_about);
        let lines = entries.map(|entry| {
            let of = |key: &str| text(entry, key);
            format!(
                "{} {} {} {} {}",
                of("at"),
                of("actor"),
                of("action"),
                of("subject"),
                of("became")
            )
        });
        lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Waits until the trail says why somebody was refused, which is written beside the requests.
    async fn refused(&self, subject: &str, reason: &str) {
        let path = format!("/api/v1/audit?subject={subject}");
        loop {
            let trail = self.server.get(&self.chief, &path).await;
            assert_eq!(trail.status, 200, "{}", trail.body);
            if trail.body["data"].as_array().unwrap().iter().any(|entry| entry["reason"] == reason)
            {
                return;
            }
        }
    }
}

/// The path of the link that a mail carries.
fn link(mail: &Mail) -> String {
    let (_, rest) = mail.text.split_once(HOME).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_by_mail_opens_one_session_and_replaces_the_former() {
    let Some(vigie) = Mailed::open().await else { return };
    let anne = vigie.account("Anne", Some("anne@justice.example"), &["reader"]).await;
    let sent = vigie.invite(anne, json!({ "reason": "arrivée" })).await;
    assert_eq!(
        sent,
        json!({
            "account": anne, "expires_at": "2026-11-28T09:00:00Z", "mailed": true,
            "path": null, "url": null,
        })
    );
    let first = vigie.mails(1).await.remove(0);
    assert_eq!(first.to, ["anne@justice.example"]);
    let former = link(&first);
    assert!(first.html.contains(former.rsplit('/').next().unwrap()), "{}", first.html);
    let secret = former.rsplit('/').next().unwrap();
    assert_snapshot!(first.text.replace(secret, "(secret)"));

    vigie.server.clock.set("2026-11-25T09:01:00Z");
    vigie.invite(anne, json!({})).await;
    let path = link(&vigie.mails(2).await[1]);
    let mut browser = Visitor::of(&vigie.server);
    assert_eq!(browser.read(&former).await.status, 410, "replaced");
    // Programs that check mail follow links.
    for _ in 0..2 {
        let page = browser.read(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Anne"), "{}", page.text);
    }
    assert_eq!(browser.submit_from_elsewhere(&path).await.status, 403);
    let opened = browser.submit(&path, &[]).await;
    assert_eq!((opened.status, opened.to.as_str()), (303, "/"));
    assert_eq!(browser.api("/api/v1/session").await["name"], "Anne");
    assert_eq!(browser.submit(&path, &[]).await.status, 410, "used");

    vigie.server.clock.set("2026-11-25T09:02:00Z");
    vigie.invite(anne, json!({})).await;
    let late = link(&vigie.mails(3).await[2]);
    vigie.server.clock.set("2026-11-28T09:02:00Z");
    assert_eq!(browser.read(&late).await.status, 410, "after three days");
    vigie.server.clock.set("2026-11-25T09:03:00Z");
    assert_snapshot!(vigie.trail().await, @r#"
    2026-11-25T09:00:00.000000000Z Chef account_invited account/2 {"expires_at":"2026-11-28T09:00:00Z","mailed":true}
    2026-11-25T09:01:00.000000000Z Chef account_invited account/2 {"expires_at":"2026-11-28T09:01:00Z","mailed":true}
    2026-11-25T09:01:00.000000000Z Anne signed_in account/2 {"opened_by":"invitation"}
    2026-11-25T09:02:00.000000000Z Chef account_invited account/2 {"expires_at":"2026-11-28T09:02:00Z","mailed":true}
    "#);

    // What is stored of the mails has no link that serves.
    let notices = vigie.server.get(&vigie.chief, "/api/v1/notices").await.body;
    assert_eq!(notices["data"].as_array().unwrap().len(), 3);
    assert!(notices.to_string().contains("/invitation/lien-envoye-par-courriel"), "{notices}");
    let (server, secrets) = (vigie.server, [former, path, late]);
    let app = server.close().await;
    let stored = app.stored();
    for sent_link in secrets {
        let end = sent_link.rsplit('/').next().unwrap().as_bytes();
        assert!(!stored.windows(end.len()).any(|window| window == end));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_shown_once_where_it_cannot_be_mailed_or_is_asked_to_be() {
    let Some(vigie) = Mailed::open().await else { return };
    let anne = vigie.account("Anne", Some("anne@justice.example"), &["reader"]).await;
    let paul = vigie.account("Paul", None, &[]).await;
    let shown = vigie.invite(anne, json!({ "show": true })).await;
    let path = shown["path"].as_str().unwrap();
    assert_eq!(shown["url"], format!("{HOME}{path}"));
    let mut browser = Visitor::of(&vigie.server);
    assert_eq!(browser.read(path).await.status, 200);

    // A link that was meant for another address.
    let moved = json!({
        "name": "Anne", "roles": ["reader"], "scope": "whole", "mail_address": "autre@justice.example",
    });
    let put = vigie.server.request("PUT".parse().unwrap(), "/api/v1/accounts/2", &vigie.chief);
    let put = put.header("If-Match", "\"1\"").json(&moved).send().await.unwrap();
    assert_eq!(put.status(), 200);
    assert_eq!(browser.submit(path, &[]).await.status, 410);

    let without_address = vigie.invite(paul, json!({})).await;
    let given = without_address["path"].as_str().unwrap();
    let refused = browser.submit(given, &[]).await;
    assert_snapshot!(refused.words());
    let close = vigie.server.request(
        "DELETE".parse().unwrap(),
        "/api/v1/accounts/3?reason=d%C3%A9part",
        &vigie.chief,
    );
    assert_eq!(close.header("If-Match", "\"1\"").send().await.unwrap().status(), 200);
    assert_eq!(browser.read(given).await.status, 410);
    let over = "/api/v1/accounts/3/invitation";
    assert_eq!(vigie.server.post(&vigie.chief, over, json!({})).await.status, 409);
    assert!(vigie.smtp.mails().is_empty());
    vigie.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_link_serves_once_within_a_quarter_of_an_hour_in_the_browser_that_asked() {
    let Some(vigie) = Mailed::open().await else { return };
    vigie.account("Anne", Some("anne@justice.example"), &["reader", "approver"]).await;
    let mut browser = Visitor::of(&vigie.server);
    let asked = browser.read("/alertes?niveau=critique&ministere=MJ").await;
    assert_eq!(asked.status, 303);
    assert_eq!(asked.to, "/connexion?retour=/alertes%3Fniveau%3Dcritique%26ministere%3DMJ");
    let page = browser.read(&asked.to).await;
    assert_snapshot!(page.words());
    let go_to = "/alertes?niveau=critique&ministere=MJ";

    // Nothing tells whether an account has an address.
    let mut stranger = Visitor::of(&vigie.server);
    let unknown = [("adresse", "personne@justice.example")];
    let unknown = stranger.submit("/connexion", &unknown).await;
    let known = [("adresse", "ANNE@justice.example"), ("retour", go_to)];
    let known = browser.submit("/connexion", &known).await;
    assert_eq!((known.status, &known.text), (200, &unknown.text));
    let hidden = |cookies: &[String]| {
        cookies.iter().map(|one| one.split(';').skip(1).collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(hidden(&known.cookies), hidden(&unknown.cookies));
    assert_snapshot!(known.words());
    let mail = vigie.mails(1).await.remove(0);
    assert_eq!(mail.to, ["anne@justice.example"]);
    let path = link(&mail);
    assert_snapshot!(mail.text.replace(path.rsplit('/').next().unwrap(), "(secret)"));

    let elsewhere = stranger.read(&path).await;
    assert_snapshot!(elsewhere.words());
    assert_eq!(stranger.submit(&path, &[]).await.status, 403);
    assert_eq!(browser.read(&path).await.status, 200);
    assert_eq!(browser.submit_from_elsewhere(&path).await.status, 403);
    let opened = browser.submit(&path, &[]).await;
    assert_eq!((opened.status, opened.to.as_str()), (303, go_to));
    let session = browser.api("/api/v1/session").await;
    assert_eq!((&session["name"], &session["permissions"]), (&json!("Anne"), &json!(["read"])));
    assert_eq!(browser.submit(&path, &[]).await.status, 410, "used");

    let mut late = Visitor::of(&vigie.server);
    late.submit("/connexion", &[("adresse", "anne@justice.example")]).await;
    let second = link(&vigie.mails(2).await[1]);
    vigie.server.clock.set("2026-11-25T09:15:00Z");
    assert_eq!(late.read(&second).await.status, 410);
    vigie.server.clock.set(NOW);
    assert_eq!(late.submit(&second, &[]).await.to, "/");
    vigie.refused("sign-in", "no account has the mail address that was given").await;
    assert_snapshot!(vigie.trail().await);
    vigie.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_sent_five_links_an_hour_and_one_that_is_over_does_not_leave() {
    let Some(vigie) = Mailed::open().await else { return };
    vigie.account("Anne", Some("anne@justice.example"), &["reader"]).await;
    let mut browser = Visitor::of(&vigie.server);
    let ask = [("adresse", "anne@justice.example")];
    for count in 1..=5 {
        browser.submit("/connexion", &ask).await;
        vigie.mails(count).await;
        // Two of one moment are one.
        let minute = format!("2026-11-25T09:{count:02}:00Z");
        vigie.server.clock.set(&minute);
    }
    browser.submit("/connexion", &ask).await;
    vigie.refused("account/2", "too many sign-in links were asked for within an hour").await;
    vigie.server.clock.set("2026-11-25T10:01:00Z");
    browser.submit("/connexion", &ask).await;
    assert_eq!(vigie.mails(6).await.len(), 6);
    let unfit = browser.submit("/connexion", &[("adresse", "anne")]).await;
    assert_eq!(unfit.status, 422);
    assert!(unfit.text.contains("href=\"#adresse\""), "{}", unfit.text);
    vigie.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_service_without_mail_and_provider_says_what_to_do() {
    let app = TestApp::new();
    let chief = app.token("Chef", &[Role::Administrator], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let mut browser = Visitor::of(&server);
    assert_snapshot!(browser.read("/connexion").await.words());
    let asked = browser.submit("/connexion", &[("adresse", "anne@justice.example")]).await;
    assert_eq!(asked.status, 404);
    for (page, to) in [
        ("/", "/connexion"),
        ("/projets/si-samu", "/connexion?retour=/projets/si-samu"),
        ("/compte?x=%0Ay", "/connexion?retour=/compte%3Fx%3D%250Ay"),
    ] {
        let sent = browser.read(page).await;
        assert_eq!((sent.status, sent.to.as_str()), (303, to), "{page}");
    }
    assert_eq!(browser.read("/connexion?retour=//evil.example").await.status, 200);
    let invited = server.post(&chief, "/api/v1/accounts/1/invitation", json!({})).await;
    assert_eq!((&invited.body["mailed"], &invited.body["url"]), (&json!(false), &Value::Null));
    let path = invited.body["path"].as_str().unwrap();
    assert_eq!(browser.submit(path, &[]).await.to, "/");
    assert_eq!(browser.read("/connexion?retour=/compte").await.to, "/compte", "already in");
    let over = browser.read("/invitation/no-invitation").await;
    assert_snapshot!(over.words());
    let stopped = server.close().await;

    let shown = stopped.ok(&["accounts", "invite", "Chef"]);
    assert!(shown.starts_with("http://127.0.0.1:") && shown.contains("/invitation/"), "{shown}");
    assert_eq!(stopped.run(&["accounts", "invite", "Personne"]).code, Some(1));
    stopped.ok(&[
        "accounts",
        "change",
        "Chef",
        "--mail",
        "chef@dinum.example",
        "--reason",
        "adresse",
    ]);
    let changed = &stopped.json(&["accounts", "list"])[0];
    assert_eq!(
        (&changed["mail_address"], &changed["roles"]),
        (&json!("chef@dinum.example"), &json!(["administrator"]))
    );
    let twice = ["accounts", "add", "Anne", "--role", "reader", "--mail", "CHEF@dinum.example"];
    assert_snapshot!(stopped.run(&twice).stderr, @"vigie: `Chef` a déjà cette adresse électronique");
    let unfit = ["accounts", "add", "Anne", "--role", "reader", "--mail", "chef"];
    assert_eq!(stopped.run(&unfit).code, Some(2));
    stopped.ok(&["accounts", "change", "Chef", "--no-mail", "--reason", "adresse"]);
    assert_eq!(stopped.json(&["accounts", "list"])[0]["mail_address"], Value::Null);
}
