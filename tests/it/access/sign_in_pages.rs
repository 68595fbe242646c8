//! Sign-in through Vigie's own pages: who is let in, who is told what to do, and what the trail keeps.

use std::sync::Arc;

use insta::assert_snapshot;
use reqwest::Url;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::manual_clock::ManualClock;
use crate::support::servers::provider::{Browser, HOME, OpenIdProvider};
use crate::support::visitor::Shown;
use vigie::auth::{Flavour, Organisation, SignInSettings};
use vigie::domain::accounts::access::Role;
use vigie::domain::ids::MinistryCode;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::{Clock as _, SystemClock};

struct Vigie {
    app: TestApp,
    running: Running,
    clock: Arc<ManualClock>,
}

impl Vigie {
    async fn open(settings: SignInSettings) -> Self {
        Self::over(TestApp::new(), settings).await
    }

    async fn over(app: TestApp, sign_in: SignInSettings) -> Self {
        let config = Config {
            public_url: HOME.to_owned(),
            sign_in: SignInSettings { contact: "risques@dinum.example".to_owned(), ..sign_in },
            ..app.settings()
        };
        let clock = ManualClock::at(&SystemClock.now().to_rfc3339());
        let service: Arc<ManualClock> = Arc::clone(&clock);
        let running = server::start(&config, service).await.unwrap();
        Self { app, running, clock }
    }

    fn url(&self, address: &str) -> Url {
        let path = address.strip_prefix(HOME).unwrap_or(address);
        format!("http://{}{path}", self.running.address()).parse().unwrap()
    }

    async fn get(&self, browser: &mut Browser, address: &str) -> Shown {
        Shown::of(browser.get(&self.url(address)).await).await
    }

    /// As a browser asks for a page.
    async fn read(&self, browser: &mut Browser, address: &str) -> Shown {
        Shown::of(browser.read(&self.url(address)).await).await
    }

    async fn post(&self, browser: &mut Browser, address: &str, origin: &str) -> Shown {
        Shown::of(browser.post(&self.url(address), origin).await).await
    }

    /// To the provider, and to the door on the way back.
    async fn go(&self, browser: &mut Browser, start: &str) -> String {
        let away = self.get(browser, start).await;
        assert_eq!(away.status, 303, "{}", away.text);
        Browser::new().walk_home(&away.to.parse().unwrap()).await.unwrap().to_string()
    }

    async fn sign_in(&self, browser: &mut Browser) -> Shown {
        let back = self.go(browser, "/sign-in").await;
        self.get(browser, &back).await
    }

    /// What the trail says of sign-ins and accounts.
    async fn trail(self) -> String {
        self.running.stop().await.unwrap();
        let entries = self.app.json(&["audit", "list"]);
        let lines = entries.as_array().unwrap().iter().map(|entry| {
            let of = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} {}", of("actor"), of("action"), of("subject"), of("reason"))
        });
        lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_reads_what_they_went_for_and_signs_out() {
    let Some(provider) = OpenIdProvider::start(Flavour::Generic) else { return };
    provider.tell(&json!({ "person": ada(&["pwd", "mfa"]) })).await;
    let roles = vec![Role::Reader, Role::Approver];
    let vigie = Vigie::open(SignInSettings { roles, ..provider.settings("") }).await;
    let mut browser = Browser::new();
    let back = vigie.go(&mut browser, "/sign-in?go_to=/api/v1/session").await;
    let home = vigie.get(&mut browser, &back).await;
    assert_eq!((home.status, home.to.as_str()), (303, "/api/v1/session"));
    assert_snapshot!(hidden(&home.cookies), @r"
    vigie_session=(87 characters); HttpOnly; SameSite=Lax; Path=/; Max-Age=43200
    vigie_sign_in=; HttpOnly; SameSite=Lax; Path=/sign-in; Max-Age=0
    ");
    assert_snapshot!(vigie.get(&mut browser, &home.to).await.text, @r#"{"account":1,"name":"ada@culture.example","roles":["reader","approver"],"permissions":["read","publish_rules"],"scope":{"ministries":[]},"local_tokens":[]}"#);
    let old = vigie.get(&mut browser, "/account").await;
    assert_eq!((old.status, old.to.as_str()), (303, "/compte"));
    let account = vigie.get(&mut browser, "/compte").await;
    assert_snapshot!(dated(&account.words()));

    let other = vigie.post(&mut browser, "/sign-out", "https://evil.example").await;
    assert_eq!(other.status, 403);
    let detail = "a change made with a session cookie must come from a page of Vigie";
    assert!(other.text.contains(detail), "{}", other.text);
    let own = format!("http://{}", vigie.running.address());
    let out = vigie.post(&mut browser, "/sign-out", &own).await;
    assert_eq!(out.status, 200);
    assert!(out.text.contains("Votre session de Vigie est close"), "{}", out.text);
    assert!(out.to.starts_with(&format!("{}/session/end?", provider.issuer)), "{}", out.to);
    assert!(out.to.contains("id_token_hint=ey"), "{}", out.to);
    assert_eq!(vigie.get(&mut browser, "/api/v1/session").await.status, 401);
    let page = vigie.read(&mut browser, "/notices/n1").await;
    assert_eq!((page.status, page.to.as_str()), (303, "/connexion?retour=/notices/n1"));
    let ways = vigie.get(&mut browser, &page.to).await;
    assert_eq!(ways.status, 200);
    assert!(ways.text.contains("href=\"/sign-in?go_to=/notices/n1\""), "{}", ways.text);
    assert!(vigie.get(&mut browser, "/signed-out").await.text.contains("Vous êtes déconnecté"));
    assert_snapshot!(vigie.trail().await, @r"
    vigie administrator_invited account
    ada@culture.example account_made account/1 signed in
    ada@culture.example signed_in account/1
    vigie request_refused route/POST /sign-out a change made with a session cookie must come from a page of Vigie; programs use a token
    ada@culture.example signed_out account/1
    vigie request_refused route/GET /api/v1/session no credentials were sent; expected a session (sign in at /connexion) or `Authorization: Bearer` with a token issued by `vigie tokens issue`
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_not_published_by_whoever_signed_in_with_one_factor() {
    let Some(provider) = OpenIdProvider::start(Flavour::Generic) else { return };
    provider.tell(&json!({ "person": ada(&["pwd"]) })).await;
    let roles = vec![Role::Approver];
    let vigie = Vigie::open(SignInSettings { roles, ..provider.settings("") }).await;
    let mut browser = Browser::new();
    vigie.sign_in(&mut browser).await;
    let session = async |with: &mut Browser| {
        let text = vigie.get(with, "/api/v1/session").await.text;
        serde_json::from_str::<Value>(&text).unwrap()["permissions"].to_string()
    };
    assert_snapshot!(session(&mut browser).await, @r#"["read"]"#);
    provider.tell(&json!({ "person": ada(&["pwd", "mfa"]) })).await;
    let mut again = Browser::new();
    vigie.sign_in(&mut again).await;
    assert_snapshot!(session(&mut again).await, @r#"["read","publish_rules"]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sees_the_ministry_of_their_establishment_once_somebody_gave_them_a_role() {
    let Some(provider) = OpenIdProvider::start(Flavour::Proconnect) else { return };
    let ministries =
        vec![Organisation { siret: "110 010 014".to_owned(), ministry: MinistryCode::new("MJ") }];
    let vigie = Vigie::open(SignInSettings { ministries, ..provider.settings("ES256") }).await;
    let mut browser = Browser::new();
    provider.tell(&json!({ "person": agent("12001103400010") })).await;
    let elsewhere = vigie.sign_in(&mut browser).await;
    provider.tell(&json!({ "person": agent("11001001400022") })).await;
    let new = vigie.sign_in(&mut browser).await;
    vigie.app.ok(&[
        "accounts",
        "change",
        "ada@justice.example",
        "--role",
        "reader",
        "--reason",
        "demande",
    ]);
    let known = vigie.sign_in(&mut browser).await;
    assert_eq!((known.status, known.to.as_str()), (303, "/"));
    let page = vigie.get(&mut browser, "/compte").await;
    provider.tell(&json!({ "person": agent("") })).await;
    let unsaid = vigie.sign_in(&mut Browser::new()).await;
    vigie.app.ok(&["accounts", "close", "ada@justice.example", "--reason", "départ"]);
    provider.tell(&json!({ "person": agent("11001001400022") })).await;
    let closed = vigie.sign_in(&mut Browser::new()).await;
    let pages = [elsewhere, new, page, unsaid, closed].map(|shown| dated(&shown.words()));
    assert_snapshot!(pages.join("\n\n"));
    assert_snapshot!(vigie.trail().await, @r"
    vigie administrator_invited account
    ada@justice.example account_made account/1 signed in
    ada@justice.example sign_in_refused sign-in the setting `sign_in.ministries` does not contain the siret 12001103400010
    ada@justice.example account_changed account/1 signed in
    ada@justice.example sign_in_refused sign-in the account has no role
    claire.martin@example.org (nom non prouvé) account_changed account/1 demande
    ada@justice.example account_changed account/1 signed in
    ada@justice.example signed_in account/1
    ada@justice.example account_changed account/1 signed in
    ada@justice.example sign_in_refused sign-in the provider sent no siret
    claire.martin@example.org (nom non prouvé) account_closed account/1 départ
    ada@justice.example sign_in_refused sign-in the account is closed
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_serves_once_in_its_own_browser_and_within_ten_minutes() {
    let Some(provider) = OpenIdProvider::start(Flavour::Generic) else { return };
    provider.tell(&json!({ "person": ada(&["pwd"]) })).await;
    let roles = vec![Role::Reader];
    let vigie = Vigie::open(SignInSettings { roles, ..provider.settings("") }).await;
    let mut browser = Browser::new();
    let back = vigie.go(&mut browser, "/sign-in").await;
    // Another's attempt uses nothing up.
    let stolen = vigie.get(&mut Browser::new(), &back).await;
    assert_snapshot!(stolen.words());
    let forged = vigie.get(&mut browser, "/sign-in/return?code=a&state=b").await;
    assert_eq!(forged.words(), stolen.words());

    let mut other = Browser::new();
    let held = vigie.go(&mut other, "/sign-in").await;
    assert_eq!(vigie.get(&mut other, &held).await.to, "/");
    let replayed = vigie.get(&mut other, &held).await;
    // Whoever has signed in meanwhile is told the same, under the menu.
    let told = stolen.words();
    assert!(replayed.words().ends_with(told.split_once('\n').unwrap().1), "{}", replayed.words());

    let mut late = Browser::new();
    let waited = vigie.go(&mut late, "/sign-in").await;
    let later = SystemClock.now() + chrono::TimeDelta::minutes(11);
    vigie.clock.set(&later.to_rfc3339());
    assert_eq!(vigie.get(&mut late, &waited).await.words(), stolen.words());
    vigie.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_is_told_what_to_do() {
    let Some(provider) = OpenIdProvider::start(Flavour::Proconnect) else { return };
    let person = agent("11001001400022");
    let settings = SignInSettings { roles: vec![Role::Reader], ..provider.settings("RS256") };
    let vigie = Vigie::open(settings.clone()).await;
    let mut told = Vec::new();
    for fault in ["declined", "tampered", "nonce"] {
        provider.tell(&json!({ "person": person, "fault": fault })).await;
        told.push(format!("({fault})\n{}", vigie.sign_in(&mut Browser::new()).await.words()));
    }
    provider.tell(&json!({ "person": person })).await;
    let mut browser = Browser::new();
    let back = vigie.go(&mut browser, "/sign-in").await;
    provider.tell(&json!({ "advance": 31 })).await;
    told.push(format!("(expired code)\n{}", vigie.get(&mut browser, &back).await.words()));
    let evil = vigie.get(&mut browser, "/sign-in?go_to=//evil.example").await;
    told.push(format!("(elsewhere)\n{}", evil.words()));
    vigie.running.stop().await.unwrap();

    drop(provider);
    let alone = Vigie::open(settings).await;
    let down = alone.get(&mut Browser::new(), "/sign-in").await;
    told.push(format!("(provider down)\n{}", down.words()));
    alone.running.stop().await.unwrap();
    let without = Vigie::open(SignInSettings::default()).await;
    let off = without.get(&mut Browser::new(), "/sign-in").await;
    told.push(format!("(no provider)\n{}", off.words()));
    assert_snapshot!(told.join("\n\n"));
    assert_snapshot!(without.trail().await, @"
    vigie administrator_invited account
    vigie sign_in_refused sign-in no identity provider is configured: the setting `sign_in.issuer` is empty
    ");
}

/// Cookies, what is drawn at random left out.
fn hidden(cookies: &[String]) -> String {
    let lines = cookies.iter().map(|cookie| {
        let (name, rest) = cookie.split_once('=').unwrap();
        let (value, terms) = rest.split_once(';').unwrap();
        let value = if value.len() == 87 { "(87 characters)" } else { value };
        format!("{name}={value};{terms}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Without the instants of today.
fn dated(words: &str) -> String {
    let is_instant = |line: &&str| line.contains(" à ") && line.contains(" h ");
    let lines = words.lines().map(|line| if is_instant(&line) { "(instant)" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn ada(amr: &[&str]) -> Value {
    json!({ "sub": "7c1f", "name": "Ada <Lovelace>", "email": "ada@culture.example", "amr": amr })
}

fn agent(siret: &str) -> Value {
    json!({
        "sub": "704e024229015d2b", "given_name": "Ada", "usual_name": "Byron", "uid": "a.byron",
        "email": "ada@justice.example", "siret": siret, "amr": ["pwd"],
    })
}
