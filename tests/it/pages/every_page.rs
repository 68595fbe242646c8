//! Every page with something on it, as a machine sees it: accessible in each theme and width, and whole.

use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use super::browser::{Stage, Way, has_browser, pictures, whole_matrix};
use crate::support::doors;
use crate::support::ministry_data::MinistryData;
use vigie::domain::accounts::access::Role;
use vigie::web;

/// Who sees everything, and acts on all of it.
const CHIEF: &str = "Claire Martin";

/// Who sees one ministry, and only reads.
const READER: &str = "Paul Durand";

/// Pages that the table of routes does not lead to: an address, who reads it (nobody, when empty), and the status.
const BESIDE: &[(&str, &str, u16)] = &[
    ("/rien", CHIEF, 404),
    ("/projets/rien", CHIEF, 404),
    ("/projets?recherche=rien", CHIEF, 200),
    ("/alertes?ministere=MI", CHIEF, 200),
    ("/", READER, 200),
    ("/projets", READER, 200),
    ("/account", CHIEF, 200),
    ("/account", "", 200),
    ("/signed-out", "", 200),
];

/// The browser tests find what they look for.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_page_is_found() {
    let Some(stage) = Stage::shared().await else { return };
    stage.play("harness", Way::Pointer, &json!({})).await;
}

/// In a light theme on a wide screen, and in a dark one on a narrow; `TEST_BROWSER=all` for every theme and width, and text
/// twice as large.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page() {
    if !has_browser() {
        return;
    }
    let data = MinistryData::new().await;
    let service = doors::serve(data.database_url()).await;
    let base = format!("http://{}", service.address());
    let stage = Stage::at(&base, data.database_url())
        .with(CHIEF, &Role::ALL, &[])
        .await
        .with(READER, &[Role::Reader], &["MJ"])
        .await;
    let mut pages: Vec<Value> = Vec::new();
    for path in addresses(&data).await {
        if is_page(&stage, &path).await {
            pages.push(json!({ "path": path, "as": CHIEF }));
        }
    }
    assert!(pages.len() > 3, "{pages:?}");
    pages.extend(BESIDE.iter().map(|(path, person, status)| {
        let person = (!person.is_empty()).then_some(*person);
        json!({ "path": path, "as": person, "status": status })
    }));
    let looks = if whole_matrix() {
        json!([
            { "width": 1280 },
            { "width": 320 },
            { "width": 1280, "dark": true },
            { "width": 320, "dark": true },
            { "width": 1280, "textSize": 200 },
        ])
    } else {
        json!([{ "width": 1280 }, { "width": 320, "dark": true }])
    };
    let given =
        json!({ "pages": pages, "looks": looks, "pictures": whole_matrix().then(pictures) });
    stage.play("axe", Way::Pointer, &given).await;
    service.stop().await.unwrap();
}

/// What each `GET` of the table of pages leads to, with something of a ministry in place of each parameter.
async fn addresses(data: &MinistryData) -> Vec<String> {
    let mut addresses = Vec::new();
    let is_address = |path: &str| !path.starts_with("/assets/");
    for route in web::routes().iter().filter(|one| one.method == "GET" && is_address(&one.path)) {
        let mut path = route.path.clone();
        for parameter in doors::parameters(&route.path) {
            let id = doors::samples(data, "MJ", parameter).await.own;
            path = path.replace(&format!("{{{parameter}}}"), &id);
        }
        addresses.push(path + doors::asked(&route.path));
    }
    addresses
}

/// A file that a page leads to is none; whatever is refused is, so that the browser says why.
async fn is_page(stage: &Stage, path: &str) -> bool {
    let cookie = format!("vigie_session={}", stage.session(CHIEF));
    let request = Client::new().get(stage.url(path)).header(COOKIE, cookie);
    let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
    let is_html = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"));
    is_html || !answer.status().is_success()
}
