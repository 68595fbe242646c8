//! Silences over a rule, a project or a ministry, and disputes with their answers.

use super::visitors::{DecisionPages, assert_says, values};

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_is_made_for_a_while_listed_and_ended_with_a_reason() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let typed = [("until", "2020-12-31"), ("reason", "Budget en cours d’arbitrage")];
    let unscoped = pages.send(&ada, "/silences", &typed).await;
    assert_eq!(unscoped.status, 422);
    assert_says(&unscoped.html, &["arbitrage</textarea>", "href=\"#silence-rule\""]);
    let late = [("rule", "D1"), ("until", "2019-12-31"), ("reason", "Trop tard")];
    let too_late = pages.send(&ada, "/silences", &late).await;
    assert_eq!(too_late.status, 422);
    assert_says(&too_late.html, &["Rien n’a été enregistré", "value=\"2019-12-31\""]);

    let scope = [("rule", "D1"), ("ministry", "MJ")];
    let made = [&scope[..], &typed].concat();
    assert_eq!(pages.done(&ada, "/silences", &made).await, "/silences");
    let current = pages.read(&ada, "/silences").await;
    assert_says(&current, &["Dérive budgétaire", "ministère MJ", "Par Ada Martin"]);

    let unexplained = pages.send(&ada, "/silences/1/fin", &[("reason", "")]).await;
    assert_eq!(unexplained.status, 422);
    assert_says(&unexplained.html, &["href=\"#end-1-reason\"", "id=\"end-1-reason\""]);
    pages.done(&ada, "/silences/1/fin", &[("reason", "Arbitrage rendu")]).await;
    let ended = pages.read(&ada, "/silences").await;
    assert_says(&ended, &["Aucun silence n’est en cours", "Arbitrage rendu"]);
    let again = pages.send(&ada, "/silences/1/fin", &[("reason", "Encore")]).await;
    assert_eq!(again.status, 409);
    assert_says(&again.html, &["Encore"]);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_is_answered_once() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let alert = values(&pages.read(&ada, "/alertes?regle=D1").await, "alert").swap_remove(0);
    let contested = [
        ("act", "contest"),
        ("confirmed", "yes"),
        ("alert", &*alert),
        ("fields", "cost_current"),
        ("author", "Équipe"),
        ("reason", "Compté deux fois"),
    ];
    pages.done(&ada, "/alertes/actes", &contested).await;
    let waiting = pages.read(&ada, "/contestations").await;
    assert_says(&waiting, &["Compté deux fois", "Répondre à la contestation n° 1"]);

    let typed = [("reason", "Le chiffre vient du panorama")];
    let refused = pages.send(&ada, "/contestations/1/reponse", &typed).await;
    assert_eq!(refused.status, 422);
    assert_says(&refused.html, &["panorama</textarea>", "href=\"#answer-1-verdict\""]);
    let answer = [&typed[..], &[("verdict", "rejected")]].concat();
    assert_eq!(pages.done(&ada, "/contestations/1/reponse", &answer).await, "/contestations");
    let again = pages.send(&ada, "/contestations/1/reponse", &answer).await;
    assert_eq!(again.status, 409);
    let answered = pages.read(&ada, "/contestations").await;
    assert_says(&answered, &["Aucune contestation n’attend", "Rejetée", "vient du panorama"]);
    pages.stop().await;
}
