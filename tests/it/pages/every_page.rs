//! Every page as a machine sees it: accessible in each theme and width, by keyboard, and whole.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::browser::{Stage, Way, has_browser, pictures, whole_matrix};
use super::site::{Site, View};

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
    let site = Site::open().await;
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
    let pages: Vec<Value> = site.views.iter().map(View::given).collect();
    let given =
        json!({ "pages": pages, "looks": looks, "pictures": whole_matrix().then(pictures) });
    site.stage.play("axe", Way::Pointer, &given).await;
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
