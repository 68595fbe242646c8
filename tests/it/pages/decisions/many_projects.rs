//! A portfolio of more projects than a list to choose from holds: one types a name.

use std::fmt::Write as _;

use super::visitors::{DecisionPages, assert_says};
use crate::support::TestApp;

const PROJECTS: usize = 250;

/// Most bytes of the HTML of a page.
const HTML: usize = 60 * 1024;

fn portfolio() -> TestApp {
    let app = TestApp::new();
    let mut file = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,\
                    functional_zone,programme,withheld_reason\n"
        .to_owned();
    for number in 0..PROJECTS {
        writeln!(file, "Projet {number},Ministère de la Justice,build,2018-01,60,12,false,,,")
            .unwrap();
    }
    let path = app.path("2020-11.panorama.csv");
    std::fs::write(&path, file).unwrap();
    app.ok(&["import", path.to_str().unwrap()]);
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn among_many_projects_one_types_a_name_and_pages_stay_small() {
    let app = tokio::task::spawn_blocking(portfolio).await.unwrap();
    let pages = DecisionPages::of(app).await;
    let ada = pages.analyst("Ada Martin").await;
    for path in [
        "/missions",
        "/revues",
        "/silences",
        "/regles/D1",
        "/regles/D1/explication?sujet=Projet+7",
        "/projets/projet-7/comparaison",
        "/missions?projet=Projet+7",
        "/revues?projet=projet+7",
    ] {
        let html = pages.read(&ada, path).await;
        assert!(html.len() <= HTML, "{path}: {} bytes", html.len());
        assert!(!html.contains("Projet 100"), "{path} lists every project");
    }
    let explained = pages.read(&ada, "/regles/D1/explication?sujet=Projet+7").await;
    assert_says(&explained, &["name=\"sujet\" value=\"Projet 7\"", ": Projet 7"]);

    let typed = [("project", "Projt 7"), ("until", "2020-12-31"), ("reason", "Arbitrage en cours")];
    let misspelt = pages.send(&ada, "/silences", &typed).await;
    assert_eq!(misspelt.status, 422);
    assert_says(&misspelt.html, &["href=\"#silence-project\"", "value=\"Projt 7\"", "Projet 7"]);
    let typed = [("project", "projet 7"), typed[1], typed[2]];
    assert_eq!(pages.done(&ada, "/silences", &typed).await, "/silences");
    assert_says(&pages.read(&ada, "/silences").await, &["projet Projet 7", "Par Ada Martin"]);
    pages.stop().await;
}
