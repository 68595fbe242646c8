//! Missions: lists, ranking, and each act on one.

use super::visitors::{DecisionPages, assert_says, first_link, values};

/// The address of a proposed mission of a kind.
async fn proposed(pages: &DecisionPages, token: &str, kind: &str) -> String {
    let listed = pages.read(token, &format!("/missions?etat=proposee&type={kind}")).await;
    let row = listed.split("<tbody>").nth(1).unwrap();
    first_link(row, "/missions/")
}

async fn revision(pages: &DecisionPages, token: &str, mission: &str) -> String {
    values(&pages.read(token, mission).await, "revision").swap_remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn missions_are_listed_by_state_and_by_team_with_the_reason_of_each_place() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let listed = pages.read(&ada, "/missions").await;
    assert_says(&listed, &["À décider", "Mission de sécurisation", "/missions?etat=close"]);
    let ranked = pages.read(&ada, "/missions/classement").await;
    assert_says(&ranked, &["Capacité\u{a0}: ", "à la fois", "niveau « Critique »"]);
    assert_says(&pages.read(&ada, "/missions/bilan").await, &["Dérive budgétaire", "Justesse"]);
    assert_eq!(pages.get(&ada, "/missions?couleur=rouge").await.status, 400);
    assert_eq!(pages.get(&ada, "/missions/000000000000").await.status, 404);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mission_is_decided_conducted_and_closed_from_its_page() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let mission = proposed(&pages, &ada, "mission-de-securisation").await;
    let at = |act: &str| format!("{mission}/{act}");
    let rev = revision(&pages, &ada, &mission).await;

    let typed = [("revision", &*rev), ("verdict", "decline"), ("lead", "Paul"), ("reason", "Non")];
    let refused = pages.send(&ada, &at("decision"), &typed).await;
    assert_eq!(refused.status, 422);
    assert_says(&refused.html, &["value=\"Paul\"", "Non</textarea>", "href=\"#decision-lead\""]);
    assert_eq!(pages.send(&ada, &at("decision"), &[("verdict", "accept")]).await.status, 400);

    let steps: [(&str, &[(&str, &str)]); 6] = [
        ("decision", &[("verdict", "accept"), ("lead", "Paul Durand"), ("reason", "Prioritaire")]),
        ("demarrage", &[("on", "2020-11-30"), ("lead", ""), ("until", "2021-03-31")]),
        ("jalons", &[("label", "Cadrage"), ("due_on", "2020-12-15")]),
        ("jalons/franchis", &[("label", "Cadrage"), ("on", "")]),
        ("notes", &[("text", "Premier entretien tenu")]),
        ("cloture", &[("outcome", "averted"), ("reason", "Plan arrêté"), ("on", "")]),
    ];
    for (act, fields) in steps {
        let read = revision(&pages, &ada, &mission).await;
        let form = [&[("revision", &*read)][..], fields].concat();
        assert_eq!(pages.done(&ada, &at(act), &form).await, mission, "{act}");
    }
    let closed = pages.read(&ada, &mission).await;
    assert_says(
        &closed,
        &["Évitée, le 30 novembre 2020", "Plan arrêté", "Premier entretien tenu", "Franchi le"],
    );
    assert!(!closed.contains("/cloture\""), "a closed mission cannot be closed");
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_on_what_somebody_else_changed_shows_the_change_and_keeps_what_was_typed() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let paul = pages.analyst("Paul Durand").await;
    let mission = proposed(&pages, &ada, "mission-de-securisation").await;
    let read = revision(&pages, &ada, &mission).await;
    let note = [("revision", &*read), ("text", "Le ministère a un plan")];
    pages.done(&paul, &format!("{mission}/notes"), &note).await;

    let decision = format!("{mission}/decision");
    let typed = [("revision", &*read), ("verdict", "accept"), ("lead", ""), ("reason", "Urgent")];
    let stale = pages.send(&ada, &decision, &typed).await;
    assert_eq!(stale.status, 412);
    assert_says(
        &stale.html,
        &[
            "Quelqu’un d’autre a agi entre-temps",
            "Note — Le ministère a un plan (Par Paul Durand)",
            "Urgent</textarea>",
            "value=\"accept\" checked",
        ],
    );
    // Read again, the same form is accepted.
    let now = values(&stale.html, "revision").swap_remove(0);
    let again = [("revision", &*now), ("verdict", "accept"), ("lead", ""), ("reason", "Urgent")];
    pages.done(&ada, &decision, &again).await;
    // Decided meanwhile: the form is gone from the page, what was typed is not.
    let late = pages.send(&paul, &decision, &again).await;
    assert_eq!(late.status, 412);
    assert_says(&late.html, &["Acceptée — Urgent (Par Ada Martin)", "<p>Urgent</p>"]);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_is_heard_before_it_is_named_and_the_director_decides() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let mission = proposed(&pages, &ada, "escalade-prestataire").await;
    let proposed_revision = revision(&pages, &ada, &mission).await;
    let decision = [
        ("revision", &*proposed_revision),
        ("verdict", "accept"),
        ("lead", ""),
        ("reason", "Grave"),
    ];
    pages.done(&ada, &format!("{mission}/decision"), &decision).await;

    let reply = format!("{mission}/reponses");
    let accepted_revision = revision(&pages, &ada, &mission).await;
    let revision_read = ("revision", accepted_revision.as_str());
    let half = [revision_read, ("vendor", "Acme"), ("on", "2020-11-29"), ("text", "")];
    let unwritten = pages.send(&ada, &reply, &half).await;
    assert_eq!(unwritten.status, 422);
    assert_says(&unwritten.html, &["value=\"Acme\"", "href=\"#reply-text\""]);
    let silent = [&half[..], &[("silent", "yes")]].concat();
    pages.done(&ada, &reply, &silent).await;
    let page = pages.read(&ada, &mission).await;
    assert_says(&page, &["Acme</strong>\u{a0}: n’a pas répondu"]);
    assert!(!page.contains("/citations\""), "she is not the director");
    let heard_revision = revision(&pages, &ada, &mission).await;
    let naming = [
        ("revision", &*heard_revision),
        ("vendor", "Acme"),
        ("tone", "failure"),
        ("reason", "Retards"),
    ];
    let forbidden = pages.send(&ada, &format!("{mission}/citations"), &naming).await;
    assert_eq!(forbidden.status, 409);
    assert_says(&forbidden.html, &["Rien n’a été enregistré", "<p>Retards</p>"]);
    pages.stop().await;
}
