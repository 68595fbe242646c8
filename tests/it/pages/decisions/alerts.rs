//! The queue of alerts, one alert, and the acts on one or many.

use super::visitors::{DecisionPages, assert_says, values};

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_shows_what_awaits_somebody_and_says_what_it_leaves_out() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let queue = pages.read(&ada, "/alertes").await;
    let alerts = values(&queue, "alert");
    assert!(alerts.len() >= 20, "{}", alerts.len());
    let form = [("act", "acknowledge"), ("alert", &*alerts[0]), ("alert", &*alerts[1])];
    assert_eq!(pages.done(&ada, "/alertes/actes", &form).await, "/alertes");

    let after = pages.read(&ada, "/alertes").await;
    let left = values(&after, "alert");
    assert!(!left.contains(&alerts[0]) && !left.contains(&alerts[1]));
    assert_says(&after, &["2\u{a0}déjà acquittées", "href=\"/alertes?acquittee=oui\""]);
    let seen = pages.read(&ada, "/alertes?acquittee=oui").await;
    assert_says(&seen, &["2\u{a0}alertes", "Acquittée par Ada Martin"]);

    for (path, said) in [
        ("/alertes?groupe=regle", "Par règle"),
        ("/alertes?niveau=critique&ministere=MJ", "Niveau minimal : critique"),
        ("/alertes?qui=moi", "Aucune alerte ne répond à ces filtres"),
        ("/alertes?selection=toutes", " checked"),
        ("/alertes?famille=causes-racines&etat=ouverte", "Famille : causes-racines"),
    ] {
        assert_says(&pages.read(&ada, path).await, &[said]);
    }
    assert_eq!(pages.get(&ada, "/alertes?groupe=couleur").await.status, 400);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_alerts_those_that_somebody_else_acknowledged_meanwhile_are_told_one_by_one() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let paul = pages.analyst("Paul Durand").await;
    let read = values(&pages.read(&ada, "/alertes?limite=30").await, "alert");
    assert_eq!(read.len(), 30);
    let first = [("act", "acknowledge"), ("alert", &*read[3]), ("alert", &*read[7])];
    pages.done(&paul, "/alertes/actes", &first).await;

    let mut all = vec![("act", "acknowledge"), ("back", "/alertes?limite=30")];
    all.extend(read.iter().map(|alert| ("alert", alert.as_str())));
    let answer = pages.send(&ada, "/alertes/actes", &all).await;
    assert_eq!(answer.status, 409);
    let said = "28\u{a0}alertes acquittées, 2\u{a0}ne le sont pas";
    assert_says(&answer.html, &[said, "acquittée par Paul Durand"]);
    let again = values(&answer.html, "alert");
    assert_eq!(again.len(), 2);

    // Read again, they may be acknowledged by both; and nothing of what Paul did is lost.
    let mut both = vec![("act", "acknowledge"), ("confirmed", "yes")];
    both.extend(again.iter().map(|alert| ("alert", alert.as_str())));
    pages.done(&ada, "/alertes/actes", &both).await;
    let id = read[3].split('.').next().unwrap();
    let alert = pages.read(&ada, &format!("/alertes/{id}")).await;
    assert_says(&alert, &["Par Paul Durand", "Par Ada Martin"]);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_asks_for_its_words_keeps_what_was_typed_and_is_done() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let alerts = values(&pages.read(&ada, "/alertes?niveau=eleve&regle=D1").await, "alert");
    let alert = alerts[0].as_str();
    for act in ["assign", "comment", "silence", "contest"] {
        let form = pages.send(&ada, "/alertes/actes", &[("act", act), ("alert", alert)]).await;
        assert_eq!(form.status, 200, "{act}");
        assert_eq!(values(&form.html, "alert"), [alert], "{act}");
    }
    let confirmed = |act| vec![("act", act), ("alert", alert), ("confirmed", "yes")];
    let with =
        |act, fields: &[(&'static str, &'static str)]| [confirmed(act), fields.to_vec()].concat();

    let undated = pages
        .send(&ada, "/alertes/actes", &with("silence", &[("reason", "Gel des crédits")]))
        .await;
    assert_eq!(undated.status, 422);
    assert_says(&undated.html, &["Gel des crédits</textarea>", "href=\"#act-until\""]);
    let far = [("reason", "Gel des crédits"), ("until", "2022-01-01")];
    let too_far = pages.send(&ada, "/alertes/actes", &with("silence", &far)).await;
    assert_eq!(too_far.status, 422);
    assert_says(&too_far.html, &["1er janvier 2022", "value=\"2022-01-01\""]);
    let unsigned =
        pages.send(&ada, "/alertes/actes", &with("contest", &[("fields", "cost_current")])).await;
    assert_eq!(unsigned.status, 422);
    assert_says(&unsigned.html, &["value=\"cost_current\" checked", "2 erreurs à corriger"]);

    let noted = [("reason", "Vu avec le ministère")];
    pages.done(&ada, "/alertes/actes", &with("comment", &noted)).await;
    let contested =
        [("fields", "cost_current"), ("author", "Équipe"), ("reason", "Compté deux fois")];
    pages.done(&ada, "/alertes/actes", &with("contest", &contested)).await;
    pages.done(&ada, "/alertes/actes", &with("assign", &[("to", "Ada Martin")])).await;
    // Assigned since it was read.
    let soon = [("reason", "Gel des crédits"), ("until", "31/12/2020")];
    let stale = pages.send(&ada, "/alertes/actes", &with("silence", &soon)).await;
    assert_eq!(stale.status, 409);
    assert_says(&stale.html, &["confiée à Ada Martin", "Gel des crédits</textarea>"]);
    let reassigned = values(&stale.html, "alert").pop().unwrap();
    let again = [&[("act", "silence"), ("alert", &*reassigned), ("confirmed", "yes")][..], &soon];
    pages.done(&ada, "/alertes/actes", &again.concat()).await;

    let id = reassigned.split('.').next().unwrap();
    let page = pages.read(&ada, &format!("/alertes/{id}")).await;
    assert_says(
        &page,
        &[
            "Vu avec le ministère",
            "Coût actualisé\u{a0}: Compté deux fois",
            "Confiée : Ada Martin",
            "Jusqu’au 31 décembre 2020\u{a0}: Gel des crédits",
            "en silence",
            "Données lues par la règle",
            "Que faire",
        ],
    );
    assert_says(&pages.read(&ada, "/alertes?qui=moi&silence=oui").await, &["Confiée à moi"]);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_without_an_alert_or_of_another_kind_does_nothing() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let none = pages.send(&ada, "/alertes/actes", &[("act", "acknowledge")]).await;
    assert_eq!(none.status, 422);
    assert_says(&none.html, &["Aucune alerte n’est choisie"]);
    let odd = pages.send(&ada, "/alertes/actes", &[("act", "erase"), ("alert", "0")]).await;
    assert_eq!(odd.status, 400);
    let unknown = [("act", "acknowledge"), ("alert", "0000"), ("colour", "red")];
    assert_eq!(pages.send(&ada, "/alertes/actes", &unknown).await.status, 400);
    // Back to a page of this service alone.
    let alert = values(&pages.read(&ada, "/alertes").await, "alert").swap_remove(0);
    let form = [("act", "acknowledge"), ("alert", &*alert), ("back", "https://evil.example/")];
    assert_eq!(pages.done(&ada, "/alertes/actes", &form).await, "/alertes");
    pages.stop().await;
}
