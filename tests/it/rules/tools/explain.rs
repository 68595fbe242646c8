//! `vigie rules explain`: the way from what was read to the answer, whatever the answer.

use crate::support::TestApp;

const AS_OF: [&str; 2] = ["--as-of", "2020-11-30"];

/// The trail as CSV, without its header, thin spaces made plain.
#[track_caller]
fn trail(app: &TestApp, rule: &str, subject: &str) -> String {
    let [flag, day] = AS_OF;
    let command = ["rules", "explain", rule, subject, flag, day, "--format", "csv"];
    let text = app.ok(&command).replace('\u{202f}', " ");
    text.split_once('\n').unwrap().1.to_owned()
}

#[track_caller]
fn explained(app: &TestApp, rule: &str, subject: &str) -> String {
    let [flag, day] = AS_OF;
    app.ok(&["rules", "explain", rule, subject, flag, day]).replace('\u{202f}', " ")
}

#[test]
fn a_level_is_explained_comparison_by_comparison() {
    let app = TestApp::with_fixtures();
    assert_eq!(
        trail(&app, "T2", "mj"),
        format!(
            "18,{when},\"Taux global de glissement (30,9 %) > cible du taux global de glissement (25 %)\",true\n\
             18,{when},Projets à l’écart connu (7) ≥ nombre de projets mesurés à partir duquel une moyenne a un \
             sens (3),true\n\
             18,{when},\"Taux global de glissement (30,9 %) > seuil élevé du taux de glissement d’un ministère \
             (30 %)\",true\n",
            when = "\"when = \"\"p.global_drift > t.drift_target && p.drift_known_count >= t.ministry_projects_min && \
                    p.global_drift > t.ministry_drift_high\"\"\""
        )
    );
    let shown = explained(&app, "T2", "ministry/MJ");
    assert!(
        shown.starts_with(
            "Taux de glissement d’un ministère au regard de la cible (T2) : Ministère de la Justice, \
             au 30 novembre 2020\n"
        ),
        "{shown}"
    );
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        !shown.contains("p.global_drift")
            && flat.contains("Le taux global de glissement, 30,9 %, dépasse"),
        "{shown}"
    );
    let quoted = app.ok(&["rules", "explain", "T2", "MJ", AS_OF[0], AS_OF[1], "--code"]);
    assert!(quoted.contains("p.global_drift"), "{quoted}");
    let conclusion = "Conclusion (ligne 18) : Élevé. Le taux de glissement du ministère est de 30,9 % sur 7 \
                      projets mesurés, pour une cible de 25 %.";
    assert!(shown.contains(conclusion), "{shown}");
    assert!(shown.contains("┆ ministry_drift_high   ┆ Seuil élevé du taux"), "{shown}");
}

#[test]
fn a_clear_verdict_is_explained_with_the_values_that_no_sign_holds_on() {
    let app = TestApp::with_fixtures();
    let shown = trail(&app, "P2", "PORTALIS");
    let last = shown.lines().last().unwrap();
    assert!(
        last.starts_with("31,")
            && last.contains("Avis article 3 (favorable_with_reservations) ∈ ["),
        "{last}"
    );
    assert!(explained(&app, "P2", "portalis").contains("Conclusion (ligne 31) : Rien à signaler."));
    assert!(explained(&app, "D4", "portfolio").contains("Écart budgétaire moyen"));
    // As lists call it.
    assert_eq!(explained(&app, "D4", "Panorama"), explained(&app, "D4", "portfolio"));
}

#[test]
fn an_unknown_answer_ends_on_the_field_that_was_missing() {
    let app = TestApp::with_fixtures();
    assert_eq!(
        trail(&app, "D1", "SIERH"),
        "19,\"when = \"\"p.budget_drift > t.budget_drift_critical\"\"\",\
         \"Écart budgétaire : non publié, à dessein\",withheld\n"
    );
    let shown = trail(&app, "P2", "nigelle");
    let last = shown.lines().last().unwrap();
    assert!(
        last.starts_with("16,") && last.ends_with(",Avis article 3 : inconnu,missing"),
        "{last}"
    );
    let conclusion = "Conclusion : non évaluable. Donnée manquante : avis article 3.";
    assert!(explained(&app, "P2", "nigelle").contains(conclusion));
}

#[test]
fn what_cannot_be_explained_says_what_can() {
    let app = TestApp::with_fixtures();
    let refused = |rule: &str, subject: &str| {
        let answer = app.run(&["rules", "explain", rule, subject, AS_OF[0], AS_OF[1]]);
        assert_eq!(answer.code, Some(1));
        answer.stderr
    };
    assert_eq!(
        refused("D66", "portalis"),
        "vigie: aucune règle `D66` en vigueur\u{a0}; nom le plus proche\u{a0}: `D6`\n"
    );
    assert_eq!(
        refused("D1", "portails"),
        "vigie: aucun projet ne s’appelle `portails`\u{a0}; nom le plus proche\u{a0}: `PORTALIS`\n"
    );
    assert_eq!(
        refused("T1", "MJ"),
        "vigie: la règle T1 juge le portefeuille entier, et `MJ` n’en est pas\u{a0}; voir `vigie rules explain T1 portfolio`\n"
    );
    assert_eq!(
        refused("D6", "portalis"),
        "vigie: la règle D6 juge les projets qui ont quitté le panorama, et `project/portalis` n’en est pas\u{a0}; voir `vigie projects --departed`\n"
    );
}
