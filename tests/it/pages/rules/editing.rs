//! Signs by form: what is changed of them, and what stays as it was written.

use super::office::{RulesOffice, fields_of, unescaped};

/// The text of D1 in a draft, as the page of the whole text shows it.
async fn text(office: &RulesOffice, token: &str) -> String {
    let page = office.read(token, "/brouillons/1?fichier=drift/D1.rhai&vue=texte").await;
    fields_of(&page)["texte"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_is_added_by_fields_and_operators_and_nothing_else_changes() {
    let office = RulesOffice::open().await;
    let ada = office.author("Ada").await;
    let draft = office.send(&ada, "/regles/D1/brouillon", &[]).await;
    let before = text(&office, &ada).await;
    let mut form = fields_of(&office.read(&ada, &draft).await);
    assert_eq!(form["s2-l1-champ"], "Écart budgétaire");
    assert_eq!(form["s2-l1-valeur"], "Seuil élevé de l’écart budgétaire");

    // A button changes the form and saves nothing.
    form.insert("s1-phrase".to_owned(), "Très haut : {pct(p.budget_drift)}.".to_owned());
    let longer = office.send_form(&ada, &draft, "ajouter-signe", &form).await;
    assert_eq!(longer.status, 200, "{}", longer.html);
    assert!(
        longer.html.contains("ne sont pas encore enregistrées")
            && longer.html.contains("<strong>[Écart budgétaire]</strong>"),
        "{}",
        longer.html
    );
    assert_eq!(text(&office, &ada).await, before);
    let mut fields = fields_of(&longer.html);
    assert_eq!(fields["s1-phrase"], "Très haut : {pct(p.budget_drift)}.");
    for (field, value) in [
        ("niveau", "moderate"),
        ("l1-champ", "écart calendaire"),
        ("l1-operateur", "above"),
        ("l1-valeur", "12,5 %"),
    ] {
        fields.insert(format!("s4-{field}"), value.to_owned());
    }
    let saved = office.send_form(&ada, &draft, "enregistrer", &fields).await;
    assert_eq!(saved.status, 303, "{}", unescaped(&saved.html));
    let after = text(&office, &ada).await;
    let sign = "\n[[sign]]\nlevel = \"moderate\"\nwhen = \"p.calendar_drift > 0.125\"\n---*/";
    assert!(
        after.contains(sign) && after.contains("says = \"Très haut : {pct(p.budget_drift)}.\""),
        "{after}"
    );
    let undone =
        after.replace(sign, "---*/").replace("says = \"Très haut : {pct(p.budget_drift)}.\"\n", "");
    assert_eq!(undone, before);
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_are_moved_and_removed_and_a_name_that_is_none_is_said_at_its_field() {
    let office = RulesOffice::open().await;
    let ada = office.author("Ada").await;
    let draft = office.send(&ada, "/regles/D1/brouillon", &[]).await;
    let form = fields_of(&office.read(&ada, &draft).await);
    let moved = fields_of(&office.send_form(&ada, &draft, "monter-3", &form).await.html);
    assert_eq!((moved["s2-niveau"].as_str(), moved["s3-niveau"].as_str()), ("watch", "high"));
    let mut shorter = fields_of(&office.send_form(&ada, &draft, "retirer-1", &moved).await.html);
    assert_eq!((shorter["signes"].as_str(), shorter["s1-niveau"].as_str()), ("2", "watch"));
    shorter.insert("s2-l1-champ".to_owned(), "Rien de tel".to_owned());
    let refused = office.send_form(&ada, &draft, "enregistrer", &shorter).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.html.contains("href=\"#s2-l1-champ\"")
            && refused.html.contains("value=\"Rien de tel\""),
        "{}",
        refused.html
    );
    office.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_said_at_its_line_and_led_to_its_field() {
    let office = RulesOffice::open().await;
    let ada = office.author("Ada").await;
    let draft = office.send(&ada, "/regles/D1/brouillon", &[]).await;
    let written = text(&office, &ada).await;
    let line = written.lines().position(|line| line.contains("t.budget_drift_high")).unwrap() + 1;
    let place = format!("drift/D1.rhai, ligne {line}, colonne");
    let form = fields_of(&office.read(&ada, &draft).await);
    let mut as_text = fields_of(&office.send_form(&ada, &draft, "en-texte-2", &form).await.html);
    assert_eq!(as_text["s2-condition"], "p.budget_drift > t.budget_drift_high");
    as_text.insert("s2-condition".to_owned(), "p.budget_drfit > t.budget_drift_high".to_owned());
    let tried = office.send_form(&ada, "/brouillons/1/essai", "", &as_text).await;
    assert_eq!(tried.status, 200, "{}", tried.html);
    for words in
        [place.as_str(), "href=\"#s2-condition\"", "budget_drift", "une fois les fautes corrigées"]
    {
        assert!(tried.html.contains(words), "{words}: {}", tried.html);
    }
    office.stop().await;
}
