//! Reading the rules: who sees what, and in which words.

use super::office::RulesOffice;
use vigie::domain::accounts::access::Role;

/// Bytes of a page, at most.
const MOST_BYTES: usize = 60 * 1024;

const PAGES: [&str; 9] = [
    "/regles",
    "/regles?famille=causes-racines&statut=stable",
    "/regles/D1",
    "/regles/RC11",
    "/regles/T1",
    "/regles/D1/explication?sujet=si-samu",
    "/regles/D1/comparaison",
    "/seuils",
    "/brouillons",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_rules_is_read_by_a_reader_in_one_piece() {
    let office = RulesOffice::open().await;
    let reader = office.app.token("Lina", &[Role::Reader], &[]).await;
    for path in PAGES {
        let html = office.read(&reader, path).await;
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        assert!(html.len() <= MOST_BYTES, "{path}: {} bytes", html.len());
        assert!(!html.contains("style=") && !html.contains("<script>"), "{path}");
        assert!(
            !html.contains("method=\"post\" action=\"/regles"),
            "a reader changes nothing: {path}"
        );
    }
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_says_in_words_when_it_fires_with_the_value_of_its_thresholds() {
    let office = RulesOffice::open().await;
    let reader = office.app.token("Lina", &[Role::Reader], &[]).await;
    let html = office.read(&reader, "/regles/D1").await;
    for words in [
        "« Écart budgétaire » est supérieur à « Seuil élevé de l’écart budgétaire » (20\u{202f}%)",
        "Un coût passé de 100 à 142 M€ est une dérive critique",
        "cas d’essai, qui réussissent tous",
        "IT Dashboard (États-Unis)",
        "texte livré",
        "Cycle 1, au 30 novembre 2020",
    ] {
        assert!(html.contains(words), "{words}\n{html}");
    }
    let list = office.read(&reader, "/regles?famille=causes-racines").await;
    assert!(
        list.contains("Direction de projet vacante") && !list.contains("Dérive budgétaire"),
        "{list}"
    );
    let unknown = office.get(&reader, "/regles?famille=inconnue").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(office.get(&reader, "/regles/X9").await.status, 404);
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_explained_step_by_step_on_the_subject_that_was_chosen() {
    let office = RulesOffice::open().await;
    let reader = office.app.token("Lina", &[Role::Reader], &[]).await;
    let html = office.read(&reader, "/regles/D1/explication?sujet=si-samu").await;
    assert!(
        html.contains("Dérive budgétaire : SI SAMU") && html.contains("Écart budgétaire"),
        "{html}"
    );
    let of_another = office.app.token("Rachid", &[Role::Reader], &["MJ"]).await;
    let hidden = office.get(&of_another, "/regles/D1/explication?sujet=si-samu").await;
    assert_eq!(hidden.status, 404, "{}", hidden.html);
    let page = office.read(&of_another, "/regles/D1").await;
    assert!(!page.contains("SI SAMU") && !page.contains("si-samu"), "{page}");
    office.stop().await;
}
