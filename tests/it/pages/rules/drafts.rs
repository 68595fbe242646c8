//! Drafts: from the form to publication by another person, and back.

use super::office::{RulesOffice, fields_of};
use vigie::domain::accounts::access::Role;

const HIGH: &str = "/seuils/budget_drift_high/brouillon";

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_is_changed_by_form_published_by_another_person_and_rolled_back() {
    let office = RulesOffice::open().await;
    let (ada, paul) = (office.author("Ada").await, office.approver("Paul").await);
    let draft = office.send(&ada, HIGH, &[]).await;
    assert_eq!(draft, "/brouillons/1");
    assert_eq!(
        office.send(&ada, HIGH, &[]).await,
        "/brouillons/1?fichier=thresholds/budget_drift_high.toml"
    );
    let page = office.read(&ada, &draft).await;
    assert!(page.contains("Aucun verdict, aucune mission ne changerait."), "{page}");
    let mut form = fields_of(&page);
    assert_eq!(form["valeur-1"], "20\u{202f}%");

    // What is no number is said at its field, and what was typed stays.
    form.insert("valeur-1".to_owned(), "beaucoup".to_owned());
    let refused = office.send_form(&ada, &draft, "enregistrer", &form).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.html.contains("href=\"#valeur-1\"") && refused.html.contains("value=\"beaucoup\""),
        "{}",
        refused.html
    );

    form.insert("valeur-1".to_owned(), "15 %".to_owned());
    let tried = office.send_form(&ada, "/brouillons/1/essai", "", &form).await;
    assert!(
        !tried.html.contains("<html") && tried.html.contains("Alerte ouverte, niveau élevé"),
        "{}",
        tried.html
    );
    let saved = office.send_form(&ada, &draft, "enregistrer", &form).await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    let effect = office.read(&ada, &saved.to).await;
    assert!(
        effect.contains("<strong>15\u{202f}%</strong>")
            && effect.contains("Messages qui changeraient"),
        "{effect}"
    );
    office.send(&ada, "/brouillons/1/soumission", &[("revision", "2"), ("reason", "")]).await;

    let review = office.read(&paul, "/brouillons/1/relecture").await;
    assert!(review.contains("<ins>") && review.contains("Publier ces règles"), "{review}");
    let own = office
        .post(&ada, "/brouillons/1/publication", &[("revision", "3"), ("reason", "vu")])
        .await;
    assert_eq!(own.status, 403);
    office.send(&paul, "/brouillons/1/publication", &[("revision", "3"), ("reason", "vu")]).await;
    let thresholds = office.read(&paul, "/seuils").await;
    assert!(
        thresholds.contains("15\u{202f}%") && thresholds.contains("version 1, Paul"),
        "{thresholds}"
    );

    let back = [("publication", "1"), ("texte", "precedent"), ("reason", "trop d’alertes")];
    office.send(&paul, "/seuils/budget_drift_high/retour", &back).await;
    let late = office.post(&paul, "/seuils/budget_drift_high/retour", &back).await;
    assert_eq!(late.status, 412, "{}", late.html);
    let restored = office.read(&paul, "/seuils").await;
    // Other thresholds are of 15 % too.
    let written = |html: &str| html.matches("15\u{202f}%").count();
    assert!(written(&restored) < written(&thresholds), "{restored}");
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_a_draft_is_told_why_they_may_not_publish_it() {
    let office = RulesOffice::open().await;
    let both = office.app.token("Ada", &[Role::RuleAuthor, Role::Approver], &[]).await;
    let draft = office.send(&both, HIGH, &[]).await;
    let mut form = fields_of(&office.read(&both, &draft).await);
    form.insert("valeur-1".to_owned(), "15 %".to_owned());
    assert_eq!(office.send_form(&both, &draft, "enregistrer", &form).await.status, 303);
    office.send(&both, "/brouillons/1/soumission", &[("revision", "2"), ("reason", "")]).await;
    let review = office.read(&both, "/brouillons/1/relecture").await;
    assert!(
        review.contains("a aussi été écrit par Ada") && !review.contains("Publier ces règles"),
        "{review}"
    );
    let author = office.author("Bob").await;
    let of_author = office.read(&author, "/brouillons/1/relecture").await;
    assert!(
        of_author.contains("La publication revient à une personne qui a le rôle d’approbateur"),
        "{of_author}"
    );
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_people_sees_what_the_first_did_beside_what_they_typed() {
    let office = RulesOffice::open().await;
    let (ada, bob) = (office.author("Ada").await, office.author("Bob").await);
    let draft = office.send(&ada, HIGH, &[]).await;
    let seen = fields_of(&office.read(&ada, &draft).await);
    let with = |value: &str| {
        let mut form = seen.clone();
        form.insert("valeur-1".to_owned(), value.to_owned());
        form
    };
    assert_eq!(office.send_form(&bob, &draft, "enregistrer", &with("18 %")).await.status, 303);
    let late = office.send_form(&ada, &draft, "enregistrer", &with("15 %")).await;
    assert_eq!(late.status, 412, "{}", late.html);
    for words in ["Enregistré par Bob", "value = 0.18", "value = 0.15", "Votre saisie"] {
        assert!(late.html.contains(words), "{words}: {}", late.html);
    }
    let kept = fields_of(&late.html);
    assert_eq!((kept["revision"].as_str(), kept["valeur-1"].as_str()), ("2", "15\u{202f}%"));
    assert_eq!(office.send_form(&ada, &draft, "enregistrer", &kept).await.status, 303);
    let page = office.read(&bob, &draft).await;
    assert!(page.contains("<strong>15\u{202f}%</strong>"), "{page}");
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_sees_the_effect_of_a_draft_on_its_own_projects_and_changes_nothing() {
    let office = RulesOffice::open().await;
    let ada = office.author("Ada").await;
    let draft = office.send(&ada, HIGH, &[]).await;
    let mut form = fields_of(&office.read(&ada, &draft).await);
    form.insert("valeur-1".to_owned(), "1 %".to_owned());
    assert_eq!(office.send_form(&ada, &draft, "enregistrer", &form).await.status, 303);
    let whole = office.read(&ada, &draft).await;
    let rachid = office.app.token("Rachid", &[Role::RuleAuthor], &["MJ"]).await;
    let own = office.read(&rachid, &draft).await;
    let projects = |html: &str| html.matches("href=\"/projets/").count();
    assert!(projects(&own) < projects(&whole), "{own}");
    assert!(!own.contains("id=\"edition\"") && !own.contains("SI SAMU"), "{own}");
    for path in [HIGH, "/brouillons/1", "/brouillons/1/essai", "/brouillons/1/soumission"] {
        assert_eq!(
            office.post(&rachid, path, &[("revision", "2"), ("reason", "")]).await.status,
            403,
            "{path}"
        );
    }
    let lina = office.app.token("Lina", &[Role::Reader], &[]).await;
    assert!(!office.read(&lina, &draft).await.contains("id=\"edition\""));
    assert_eq!(office.post(&lina, HIGH, &[]).await.status, 403);
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rule_is_written_from_answers_completed_and_seen_to_fire() {
    let office = RulesOffice::open().await;
    let ada = office.author("Ada").await;
    let answers = |value: &'static str| {
        [
            ("id", "X1"),
            ("titre", "Projet coûteux"),
            ("niveau", "watch"),
            ("genre", "seuil"),
            ("champ", "Coût actualisé"),
            ("compare", "dessus"),
            ("valeur", value),
        ]
    };
    let questions = office.read(&ada, "/regles/nouvelle").await;
    assert!(questions.contains("<datalist id=\"donnees\">"), "{questions}");
    let refused = office.post(&ada, "/regles/nouvelle", &answers("cher")).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.html.contains("value=\"Projet coûteux\"")
            && refused.html.contains("href=\"#valeur\""),
        "{}",
        refused.html
    );
    let draft = office.send(&ada, "/regles/nouvelle", &answers("50 M€")).await;
    let page = office.read(&ada, &draft).await;
    assert!(page.contains("Règle : Projet coûteux") && page.contains("Fautes"), "{page}");
    assert!(page.contains("signalés") && page.contains("SI SAMU"), "the new rule fires: {page}");
    let drafts = office.app.json(&["rules", "drafts"]);
    assert!(drafts[0]["files"].to_string().contains("X1.rhai"), "{drafts}");

    // What the author has to complete is said with its place; once it is written, nobody but another person publishes it.
    let text = office.read(&ada, "/brouillons/1?vue=texte").await;
    let mut form = fields_of(&text);
    let completed: Vec<String> = form["texte"]
        .lines()
        .map(|line| match line.split_once("\"À compléter") {
            Some((key, _)) => format!("{key}\"le coût est élevé.\""),
            None => line.to_owned(),
        })
        .collect();
    form.insert("texte".to_owned(), completed.join("\n") + "\n");
    let saved = office.send_form(&ada, "/brouillons/1", "enregistrer", &form).await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_swept_becomes_a_draft_of_its_threshold() {
    let office = RulesOffice::open().await;
    let ada = office.author("Ada").await;
    let sweep = "/seuils/budget_drift_high/balayage";
    let tried = office.read(&ada, &format!("{sweep}?de=20%20%25&a=30%20%25&valeurs=3")).await;
    assert!(tried.contains("name=\"valeur\" value=\"0.25\""), "{tried}");
    let draft = office.send(&ada, sweep, &[("valeur", "0.25")]).await;
    assert_eq!(draft, "/brouillons/1");
    let page = office.read(&ada, &draft).await;
    assert_eq!(fields_of(&page)["valeur-1"], "25\u{202f}%");
    // A threshold is in one draft at a time.
    assert_eq!(
        office.send(&ada, sweep, &[("valeur", "0.3")]).await,
        "/brouillons/1?fichier=thresholds/budget_drift_high.toml"
    );
}
