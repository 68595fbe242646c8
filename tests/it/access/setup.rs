//! The first start: a link, once, makes the administrator; and what the cookie that it gives is worth.

use std::sync::Arc;

use insta::assert_snapshot;
use reqwest::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::support::TestApp;
use crate::support::manual_clock::ManualClock;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;

const NOW: &str = "2020-12-01T09:00:00Z";

async fn start(app: &TestApp, clock: Arc<ManualClock>) -> Running {
    server::start(&app.settings(), clock).await.unwrap()
}

struct Answer {
    status: StatusCode,
    cookie: Option<String>,
    location: Option<String>,
    text: String,
}

/// One that goes nowhere by itself.
fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (cookie, location) = (header(SET_COOKIE), header(LOCATION));
    Answer { status, cookie, location, text: answer.text().await.unwrap() }
}

/// As a page of Vigie posts its form.
async fn submit(link: &str, name: &str) -> Answer {
    let home = link.split("/setup/").next().unwrap();
    answer(client().post(link).header(ORIGIN, home).form(&[("name", name)])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_makes_one_administrator_who_is_signed_in_on_the_dashboard() {
    let app = TestApp::new();
    let service = start(&app, ManualClock::at(NOW)).await;
    let link = service.first_link().unwrap().to_owned();
    let page = answer(client().get(&link)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Premier démarrage"), "{}", page.text);

    // Neither a page of another site nor a name that the trail could not show.
    let foreign = client().post(&link).header(ORIGIN, "https://evil.example");
    let foreign = answer(foreign.form(&[("name", "Eve")])).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let unfit = submit(&link, "vigie").await;
    assert_eq!(unfit.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unfit.text.contains("href=\"#name\""), "{}", unfit.text);
    let home = link.split("/setup/").next().unwrap();
    let short = [("name", "Ada Martin"), ("mail_address", "ada@dinum")];
    let refused = answer(client().post(&link).header(ORIGIN, home).form(&short)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("value=\"ada@dinum\""), "{}", refused.text);
    let typed = [("name", "Ada Martin"), ("mail_address", "Ada@DINUM.example")];
    let made = answer(client().post(&link).header(ORIGIN, home).form(&typed)).await;
    assert_eq!((made.status, made.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));

    let given = made.cookie.unwrap();
    let (cookie, _) = given.split_once(';').unwrap();
    let dashboard = client().get(format!("{home}/")).header(COOKIE, cookie);
    let dashboard = answer(dashboard.header("accept", "text/html")).await;
    assert_eq!(dashboard.status, StatusCode::OK);
    assert!(dashboard.text.contains("Ada Martin"), "{}", dashboard.text);
    let accounts = client().get(format!("{home}/api/v1/accounts")).header(COOKIE, cookie);
    let listed: Value = serde_json::from_str(&answer(accounts).await.text).unwrap();
    assert_snapshot!(listed["data"][0]["name"], @r#""Ada Martin""#);
    assert_snapshot!(listed["data"][0]["roles"], @r#"["reader","analyst","administrator"]"#);
    assert_snapshot!(listed["data"][0]["mail_address"], @r#""Ada@dinum.example""#);

    // The link is used up, and a new start gives none.
    assert_eq!(submit(&link, "Eve").await.status, StatusCode::GONE);
    assert_eq!(answer(client().get(&link)).await.status, StatusCode::GONE);
    service.stop().await.unwrap();
    let again = start(&app, ManualClock::at(NOW)).await;
    assert_eq!(again.first_link(), None);
    again.stop().await.unwrap();
    let told = app.ok(&["audit", "list"]);
    assert!(told.contains("Ada Martin"), "{told}");
    // What programs need of the first account is issued beside the database, or in its page.
    let token = app.ok(&["tokens", "issue", "Ada Martin", "--label", "poste"]);
    assert!(token.starts_with("vigie_"), "{token}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_worth_its_signature_and_changes_only_what_pages_of_vigie_ask_for() {
    let app = TestApp::new();
    let service = start(&app, ManualClock::at(NOW)).await;
    let link = service.first_link().unwrap().to_owned();
    let home = link.split("/setup/").next().unwrap();
    let given = submit(&link, "Ada Martin").await.cookie.unwrap();
    let (cookie, terms) = given.split_once(';').unwrap();
    assert_snapshot!(terms, @" HttpOnly; SameSite=Lax; Path=/; Max-Age=43200");

    let session = async |brought: &str| {
        let request = client().get(format!("{home}/api/v1/session")).header(COOKIE, brought);
        answer(request).await.status
    };
    assert_eq!(session(cookie).await, StatusCode::OK);
    let (secret, signature) = cookie.rsplit_once('.').unwrap();
    let flipped = signature.chars().rev().collect::<String>();
    for forged in
        [secret.to_owned(), format!("{secret}.{flipped}"), format!("{secret}x.{signature}")]
    {
        assert_eq!(session(&forged).await, StatusCode::UNAUTHORIZED, "{forged}");
    }

    let issue = |from: Option<&str>| {
        let request = client().post(format!("{home}/api/v1/tokens")).header(COOKIE, cookie);
        let request = request.json(&serde_json::json!({ "label": "x" }));
        match from {
            Some(site) => request.header(ORIGIN, site),
            None => request,
        }
    };
    assert_eq!(answer(issue(None)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(answer(issue(Some("https://evil.example"))).await.status, StatusCode::FORBIDDEN);
    assert_eq!(answer(issue(Some(home))).await.status, StatusCode::CREATED);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_the_public_host_and_another_scheme_is_not_one_of_vigie() {
    let app = TestApp::new();
    let config = Config { public_url: "http://vigie.example".to_owned(), ..app.settings() };
    let service = server::start(&config, ManualClock::at(NOW)).await.unwrap();
    let first = service.first_link().unwrap().to_owned();
    let path = first.split("/setup/").nth(1).unwrap();
    let link = format!("http://{}/setup/{path}", service.address());
    let submit = |origin: &str| {
        let request = client().post(&link).header(HOST, "vigie.example");
        request.header(ORIGIN, origin).form(&[("name", "Ada Martin")])
    };
    assert_eq!(answer(submit("https://vigie.example")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(answer(submit("http://vigie.example")).await.status, StatusCode::SEE_OTHER);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_holds_for_a_day_and_until_there_is_an_account_however_it_was_made() {
    let app = TestApp::new();
    let clock = ManualClock::at(NOW);
    let service = start(&app, Arc::clone(&clock)).await;
    let link = service.first_link().unwrap().to_owned();
    clock.set("2020-12-02T09:00:00Z");
    assert_eq!(answer(client().get(&link)).await.status, StatusCode::GONE);
    clock.set(NOW);
    assert_eq!(answer(client().get(&link)).await.status, StatusCode::OK);
    app.ok(&["accounts", "add", "Paul", "--role", "administrator", "--by", "Paul"]);
    assert_eq!(submit(&link, "Eve").await.status, StatusCode::GONE);
    service.stop().await.unwrap();
}

#[test]
fn the_command_line_gives_a_new_link_as_long_as_there_is_no_administrator() {
    let app = TestApp::new();
    let link = app.ok(&["accounts", "invite"]);
    assert!(link.contains("/setup/"), "{link}");
    app.ok(&["accounts", "add", "Paul", "--role", "administrator", "--by", "Paul"]);
    let late = app.run(&["accounts", "invite"]);
    assert_snapshot!(late.stderr, @"vigie: un administrateur existe déjà : il ouvre les autres comptes, ou « vigie accounts add » sur cette machine");
}
