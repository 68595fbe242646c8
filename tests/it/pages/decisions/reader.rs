//! Somebody who may only look: no form to act, and no act.

use super::visitors::{DecisionPages, first_link, values};
use vigie::domain::accounts::access::Role;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_everything_and_is_offered_and_allowed_no_act() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let reader = pages.app.token("Rita", &[Role::Reader], &[]).await;
    pages.done(&ada, "/revues/planification", &[("confirmed", "yes")]).await;
    let queue = pages.read(&reader, "/alertes").await;
    assert!(values(&queue, "alert").is_empty() && !queue.contains("queue.js"));
    let alert = first_link(queue.split("vigie-queue__title").nth(1).unwrap(), "/alertes/");
    let missions = pages.read(&reader, "/missions").await;
    let mission = first_link(missions.split("<tbody>").nth(1).unwrap(), "/missions/");
    let reviews = pages.read(&reader, "/revues").await;
    let review = first_link(reviews.split("<tbody>").nth(1).unwrap(), "/revues/");
    let shown = [
        "/alertes",
        &alert,
        "/silences",
        "/contestations",
        "/missions",
        "/missions/classement",
        "/missions/bilan",
        &mission,
        "/revues",
        "/revues/actions",
        &review,
    ];
    for path in shown {
        let html = pages.read(&reader, path).await;
        let forms = html.matches("method=\"post\"").count();
        // Signing out, and the queue, which holds no button.
        let expected = if path == "/alertes" { 2 } else { 1 };
        assert_eq!(forms, expected, "{path}");
        assert!(!html.contains("name=\"act\""), "{path}");
    }
    let acts = [
        "/alertes/actes".to_owned(),
        "/silences".to_owned(),
        "/silences/1/fin".to_owned(),
        "/contestations/1/reponse".to_owned(),
        "/revues/planification".to_owned(),
    ];
    let of_mission = [
        "decision",
        "demarrage",
        "jalons",
        "jalons/franchis",
        "notes",
        "reponses",
        "citations",
        "cloture",
    ];
    let of_review = ["compte-rendu", "report", "annulation", "actions/1"];
    let of_mission = of_mission.map(|act| format!("{mission}/{act}"));
    let of_review = of_review.map(|act| format!("{review}/{act}"));
    for act in acts.into_iter().chain(of_mission).chain(of_review) {
        assert_eq!(pages.send(&reader, &act, &[]).await.status, 403, "{act}");
        assert_eq!(pages.send("", &act, &[]).await.status, 401, "{act}");
    }
    pages.stop().await;
}
