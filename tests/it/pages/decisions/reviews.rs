//! Reviews: the calendar, minutes with their actions, moving, cancelling, and actions that are done.

use super::visitors::{DecisionPages, assert_says, first_link, values};

/// Plans the reviews; returns the addresses of the first two.
async fn planned(pages: &DecisionPages, token: &str) -> [String; 2] {
    let asked = pages.send(token, "/revues/planification", &[]).await;
    assert_eq!(asked.status, 200);
    assert_says(&asked.html, &["La planification ferait", "Rien n’est enregistré"]);
    assert_says(&pages.read(token, "/revues").await, &["Aucune revue"]);
    let confirmed = [("confirmed", "yes")];
    assert_eq!(pages.done(token, "/revues/planification", &confirmed).await, "/revues");
    let listed = pages.read(token, "/revues").await;
    assert_says(&listed, &["/api/v1/ministries/MJ/reviews.ics", "Décembre 2020"]);
    let mut rows = listed.split("<th scope=\"row\">").skip(1);
    [(); 2].map(|()| first_link(rows.next().unwrap(), "/revues/"))
}

async fn revision(pages: &DecisionPages, token: &str, review: &str) -> String {
    values(&pages.read(token, review).await, "revision").swap_remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_held_with_minutes_whose_actions_are_then_done_and_reopened() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let [review, _] = planned(&pages, &ada).await;
    let minutes = format!("{review}/compte-rendu");
    let read = revision(&pages, &ada, &review).await;
    let typed = [
        ("revision", &*read),
        ("held_on", "2020-11-30"),
        ("present", "Ada Martin\r\nPaul Durand"),
        ("findings", "Le calendrier tient"),
        ("decisions", "Poursuivre"),
        ("what-1", "Recaler le marché"),
        ("owner-1", "Paul Durand"),
    ];
    let undated = pages.send(&ada, &minutes, &typed).await;
    assert_eq!(undated.status, 422);
    assert_says(
        &undated.html,
        &["href=\"#minutes-due_on-1\"", "Le calendrier tient</textarea>", "Recaler le marché"],
    );
    let full = [&typed[..], &[("due_on-1", "2020-11-30")]].concat();
    assert_eq!(pages.done(&ada, &minutes, &full).await, review);
    let held = pages.read(&ada, &review).await;
    assert_says(&held, &["Ada Martin, Paul Durand", "Poursuivre", "Recaler le marché"]);

    let actions = pages.read(&ada, "/revues/actions").await;
    assert_says(&actions, &["1\u{a0}action à mener", "Recaler le marché"]);
    let tick = format!("{review}/actions/1");
    let done = [("done", "yes"), ("back", "actions"), ("reason", "Avenant signé")];
    assert_eq!(pages.done(&ada, &tick, &done).await, "/revues/actions");
    let again = pages.send(&ada, &tick, &done).await;
    assert_eq!(again.status, 409);
    assert_says(&again.html, &["<p>Avenant signé</p>"]);
    let unexplained = pages.send(&ada, &tick, &[("done", "no"), ("reason", "")]).await;
    assert_eq!(unexplained.status, 422);
    assert_says(&unexplained.html, &["href=\"#tick-1-reason\"", "id=\"tick-1-reason\""]);
    let reopened = [("done", "no"), ("reason", "Avenant refusé")];
    assert_eq!(pages.done(&ada, &tick, &reopened).await, review);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_moved_to_a_working_day_or_cancelled_and_a_stale_form_is_shown_again() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let paul = pages.analyst("Paul Durand").await;
    let [review, other] = planned(&pages, &ada).await;
    let read = revision(&pages, &ada, &review).await;
    let moved = format!("{review}/report");
    let christmas =
        [("revision", &*read), ("to", "2020-12-25"), ("at", ""), ("reason", "Agenda du SG")];
    let on_holiday = pages.send(&ada, &moved, &christmas).await;
    assert_eq!(on_holiday.status, 409);
    assert_says(&on_holiday.html, &["25 décembre 2020", "Noël", "value=\"2020-12-25\""]);
    let odd = [("revision", &*read), ("to", "bientôt"), ("at", "tôt"), ("reason", "Agenda")];
    let unreadable = pages.send(&ada, &moved, &odd).await;
    assert_eq!(unreadable.status, 422);
    assert_says(&unreadable.html, &["2 erreurs à corriger", "value=\"bientôt\""]);
    let worked =
        [("revision", &*read), ("to", "2020-12-22"), ("at", "14:30"), ("reason", "Agenda du SG")];
    pages.done(&ada, &moved, &worked).await;
    assert_says(&pages.read(&ada, &review).await, &["22 décembre 2020 à 14:30"]);

    let duplicate = [("revision", &*read), ("reason", "Doublon")];
    let stale = pages.send(&paul, &format!("{review}/annulation"), &duplicate).await;
    assert_eq!(stale.status, 412);
    assert_says(&stale.html, &["Déplacée — ", "(Par Ada Martin)", "Doublon</textarea>"]);
    let other_revision = revision(&pages, &ada, &other).await;
    let suspended = [("revision", &*other_revision), ("reason", "Projet suspendu")];
    pages.done(&ada, &format!("{other}/annulation"), &suspended).await;
    assert_says(&pages.read(&ada, "/revues?etat=annulee").await, &["Projet suspendu"]);
    pages.stop().await;
}
