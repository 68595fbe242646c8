//! The page that says where the rate is going.

use reqwest::header::{ACCEPT, COOKIE};

use crate::pages::browser::{NOW, session_cookie};
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::store::Store;

/// Reads a page as somebody who sees these ministries, all of them when none is named.
async fn read(server: &TestServer, ministries: &[&str], path: &str) -> (u16, String) {
    let store = Store::open(&server.app.database_url()).await.unwrap();
    let name = format!("Claire {}", ministries.join(" "));
    let session = session_cookie(&store, &name, &[Role::Reader], ministries).await;
    store.close().await;
    let request = reqwest::Client::new().get(server.url(path));
    let request = request.header(COOKIE, format!("vigie_session={session}"));
    let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_chances_in_words_draws_a_fan_and_takes_what_is_ticked() {
    let server = TestServer::open(TestApp::with_fixtures(), NOW).await;
    let (status, page) = read(&server, &[], "/trajectoire").await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(page.matches("<h1").count(), 1);
    for words in [
        "Où va le taux",
        "taux de glissement de 26,5\u{202f}%, indicateur plancher de 21,0\u{202f}%",
        "25\u{202f}% au 31 décembre 2021",
        "20\u{202f}% au 31 décembre 2022",
        "sur\u{a0}20",
        "Un seul couple d’éditions est connu",
        "Aucune projection passée ne peut être vérifiée",
        "vigie-chart__band--inner",
        "8 chances sur 10",
        "name=\"quitte\" value=\"si-samu\"",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(!page.contains("avec l’hypothèse,"), "nothing is supposed");
    let (_, supposed) =
        read(&server, &[], "/trajectoire?ministere=&quitte=si-samu&tient=portalis&glisse=ned")
            .await;
    assert!(supposed.contains("avec l’hypothèse, "), "{supposed}");
    assert_eq!(supposed.matches(" checked").count(), 3, "{supposed}");
    let (dashboard_status, dashboard) = read(&server, &[], "/").await;
    assert_eq!(dashboard_status, 200);
    assert!(dashboard.contains("href=\"/trajectoire\""));
    assert_eq!(read(&server, &[], "/trajectoire?couleur=bleu").await.0, 400);
    assert_eq!(read(&server, &[], "/trajectoire?quitte=rien").await.0, 404);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_reads_its_own_rate_alone() {
    let server = TestServer::open(TestApp::with_fixtures(), NOW).await;
    let (status, page) = read(&server, &["MJ"], "/trajectoire").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Ministère de la Justice") && page.contains("portalis"));
    assert!(!page.contains("si-samu") && !page.contains("Ensemble des projets"));
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_the_chart_are_had_as_a_file() {
    let server = TestServer::open(TestApp::with_fixtures(), NOW).await;
    let (status, file) = read(&server, &[], "/trajectoire?format=csv").await;
    assert_eq!(status, 200, "{file}");
    assert!(file.contains("Ensemble des projets") && file.contains("2022-12"), "{file}");
    server.close().await;
}
