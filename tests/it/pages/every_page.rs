//! Every page as a machine sees it: accessible in each theme and width, by keyboard, and whole.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::browser::{Stage, Way, has_browser, pictures, whole_matrix};
use super::refusals::Refusing;
use super::site::{Site, View};
use crate::support::root;
use vigie::domain::accounts::access::Role;

/// What people open first.
const MAIN: [&str; 14] = [
    "/",
    "/projets",
    "/projets/si-samu",
    "/editions",
    "/editions/comparaison?de=2020-06&a=2020-11",
    "/imports",
    "/imports/nouveau",
    "/alertes",
    "/missions",
    "/revues",
    "/regles",
    "/regles/D1",
    "/messages",
    "/ministeres/MJ",
];

/// The browser tests find what they look for.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_page_is_found() {
    let Some(stage) = Stage::shared().await else { return };
    stage.play("harness", Way::Pointer, &json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page() {
    if !has_browser() {
        return;
    }
    let site = Site::open().await;
    look_at(&site.stage, &site.views).await;
    site.close().await;
}

/// The same with the DSFR's own files, which are not in the repository: `DSFR_DIST` says where they are.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_with_the_dsfr() {
    let dist = std::env::var_os("DSFR_DIST").map(PathBuf::from);
    let Some(dist) = dist else {
        println!(
            "NOT RUN: no `DSFR_DIST`, the folder of the DSFR, whose terms its operators accept"
        );
        return;
    };
    if !has_browser() {
        return;
    }
    let site = Site::with_dsfr(dist).await;
    let looks = json!([{ "width": 1280 }, { "width": 320, "dark": true }]);
    let pages: Vec<Value> = site.views.iter().map(View::given).collect();
    let pictures = pictures().join("dsfr");
    let given = json!({ "pages": pages, "looks": looks, "pictures": pictures });
    site.stage.play("axe", Way::Pointer, &given).await;
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_pages_that_have_nothing_to_show_or_refuse() {
    if !has_browser() {
        return;
    }
    for Refusing { server, stage, views } in
        [Refusing::nothing_yet().await, Refusing::too_many().await, Refusing::failing().await]
    {
        look_at(&stage, &views).await;
        server.close().await;
    }
}

/// In each theme, on a wide and on a narrow screen; with `TEST_BROWSER=all`, with text twice as large too, and pictures.
async fn look_at(stage: &Stage, views: &[View]) {
    let mut looks = vec![
        json!({ "width": 1280 }),
        json!({ "width": 320 }),
        json!({ "width": 1280, "dark": true }),
        json!({ "width": 320, "dark": true }),
    ];
    if whole_matrix() {
        looks.push(json!({ "width": 1280, "textSize": 200 }));
    }
    let pages: Vec<Value> = views.iter().map(View::given).collect();
    let given = json!({
        "pages": pages,
        "looks": looks,
        "classes": root().join("tests/it/pages/dsfr_classes.txt"),
        "pictures": whole_matrix().then(pictures),
    });
    stage.play("axe", Way::Pointer, &given).await;
}

/// How soon the main pages show something: printed, since it is the machine's own.
#[tokio::test(flavor = "multi_thread")]
async fn the_main_pages_are_painted() {
    let Some(stage) = Stage::shared().await else { return };
    let stage = stage.with("Claire", &[Role::Reader, Role::Analyst], &[]).await;
    stage.play("first_paint", Way::Pointer, &json!({ "pages": MAIN })).await;
}
