//! `vigie rules check`: what compiles and is surely not meant.

use super::{SCRIPT_OF_D1, with_own_script};
use crate::support::{TestApp, rule_file};

/// The remarks on the catalogue that ships once a rule's `assess` reads as given, one a line.
#[track_caller]
fn remarks(assess: &str) -> String {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let path = rule_file(&rules, "drift/D1.rhai");
    let shipped = std::fs::read_to_string(&path).unwrap();
    let (_, explain) = SCRIPT_OF_D1.split_once("fn explain").unwrap();
    let script = format!("fn assess(p, t) {{\n{assess}\n}}\n\nfn explain{explain}");
    std::fs::write(&path, with_own_script(&shipped, &script)).unwrap();
    let found = app.json(&["rules", "check"]);
    let lines = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["file"] == "drift/D1_derive_budgetaire.rhai");
    let lines = lines.map(|one| {
        format!(
            "{} {}:{} {}",
            one["kind"].as_str().unwrap(),
            one["line"],
            one["column"],
            one["message"].as_str().unwrap()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_catalogue_that_ships_has_no_fault_and_no_remark() {
    let app = TestApp::new();
    let found = app.json(&["rules", "check", "--lint-fatal"]);
    assert_eq!(found["findings"], serde_json::json!([]));
}

#[test]
fn each_rule_says_which_way_it_runs_and_nearly_all_that_ship_are_translated() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let routes = |place: &TestApp| {
        let found = place.json(&["rules", "check"]);
        found["routes"].as_array().unwrap().clone()
    };
    let shipped = routes(&app);
    let translated = shipped.iter().filter(|one| one["route"] == "translated").count();
    assert_eq!(shipped.len(), 50);
    assert!(translated * 100 >= shipped.len() * 95, "{translated} of {}", shipped.len());

    let path = rule_file(&rules, "portfolio/T5.rhai");
    let text = std::fs::read_to_string(&path).unwrap();
    let looped = "fn assess(p, t) {\n    for one in [1, 2] { }\n    \
                  if p.failing_vendors_count > t.failing_vendors_max { HIGH } else { CLEAR }\n}\n\n\
                  fn explain(p, t) { \"Des prestataires défaillants.\" }\n";
    std::fs::write(&path, with_own_script(&text, looped)).unwrap();
    let found = routes(&app);
    assert_eq!(
        *found.iter().find(|one| one["rule"] == "T5").unwrap(),
        serde_json::json!({
            "rule": "T5",
            "file": "portfolio/T5_meme_prestataire_defaillant_sur_plusieurs_projets.rhai",
            "route": "interpreted",
            "because": "line 17: it has a loop",
        })
    );
    let csv = app.ok(&["rules", "check", "--format", "csv"]);
    assert!(csv.contains("\ninterpreted,portfolio/T5_meme_prestataire_defaillant_sur_plusieurs_projets.rhai,,,line 17: it has a loop,\n"), "{csv}");
    assert!(csv.contains("\ntranslated,portfolio/T4_projets_d_un_ministere_dont_la_derive_ne_peut_pas_etre_jugee.rhai,,,,\n"), "{csv}");
    let shown = app.ok(&["rules", "check"]).replace(['\u{a0}', '\u{202f}'], " ");
    assert!(shown.contains("\nRègles traduites en expressions : 49 sur 50\n"), "{shown}");
    assert!(shown.contains("interprétée ┆ ligne 17 : elle a une boucle"), "{shown}");
}

#[test]
fn code_after_a_return_is_reported_as_never_reached() {
    assert_eq!(
        remarks(
            "    if p.budget_drift > t.budget_drift_high { return HIGH; CLEAR }\n    return WATCH;\n    \
             CLEAR"
        ),
        "lint 17:60 never reached: a `return` comes before it\n\
         lint 19:5 never reached: a `return` comes before it"
    );
}

#[test]
fn a_condition_that_reads_nothing_or_repeats_an_earlier_one_is_reported() {
    assert_eq!(
        remarks("    if 1 > 1 { return HIGH; }\n    if true { WATCH } else { CLEAR }"),
        "lint 17:5 the condition reads nothing: it is always the same\n\
         lint 18:5 the condition reads nothing: it is always the same"
    );
    assert_eq!(
        remarks(
            "    if p.budget_drift > t.budget_drift_high { return HIGH; }\n    \
             if p.budget_drift > t.budget_drift_high { return WATCH; }\n    CLEAR"
        ),
        "lint 18:5 never true: line 17 asks the same, and returns when it holds"
    );
}

#[test]
fn a_higher_threshold_after_a_lower_one_is_never_met() {
    assert_eq!(
        remarks(
            "    if p.budget_drift > t.budget_drift_watch { return WATCH; }\n    \
             if p.budget_drift > t.budget_drift_critical { return CRITICAL; }\n    CLEAR"
        ),
        "lint 18:5 never true: line 17 returns already from `t.budget_drift_watch` on, which is \
         not beyond"
    );
}

#[test]
fn idle_thresholds_and_rules_that_say_too_little_are_remarked_and_can_be_fatal() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let thresholds = rules.join("thresholds.toml");
    let mut text = std::fs::read_to_string(&thresholds).unwrap();
    let line = text.lines().count() + 1;
    text.push_str(
        "[unread]\nlabel = \"Seuil que rien ne lit\"\nunit = \"ratio\"\nvalue = 0.5\n\
         source = { tag = \"expert\", text = \"Pour essai\" }\n",
    );
    std::fs::write(&thresholds, text).unwrap();
    let path = rule_file(&rules, "portfolio/T2.rhai");
    let rule = std::fs::read_to_string(&path).unwrap();
    let sources = rule.lines().find(|one| one.starts_with("sources")).unwrap();
    std::fs::write(&path, rule.replace(sources, "sources = []")).unwrap();

    let answer = app.run(&["rules", "check", "--format", "csv"]);
    assert_eq!(answer.code, Some(0));
    let (found, routes) = answer.stdout.split_once("translated,").unwrap();
    assert!(!routes.contains("lint,"), "{routes}");
    assert_eq!(
        found,
        format!(
            "kind,file,line,column,message,hint\n\
             lint,portfolio/T2_taux_de_glissement_d_un_ministere_au_regard_de_la_cible.rhai,1,1,the rule has no `sources`,\
             \"say where the rule comes from: a text, a figure, an expert\"\n\
             lint,thresholds.toml,{line},1,no rule reads the threshold `unread`,\n\
             lint,thresholds.toml,{line},1,the threshold `unread` has no bounds,`min` and `max` say \
             between which values a slip of the keyboard is refused\n"
        )
    );
    let fatal = app.run(&["rules", "check", "--lint-fatal"]);
    assert_eq!(fatal.code, Some(3));
    std::fs::write(&path, rule.replace("p.global_drift", "p.gobal_drift")).unwrap();
    assert_eq!(app.run(&["rules", "check", "--lint-fatal"]).code, Some(1));
}

#[test]
fn a_number_in_a_rule_is_remarked_but_nothing_and_one() {
    assert_eq!(
        remarks(
            "    if p.cost_current > 0 && p.editions_seen > 1 && p.budget_drift > 0.25 { HIGH } else { CLEAR }"
        ),
        "lint 17:70 the number 0.25 is in the rule: name it in a threshold"
    );
    assert_eq!(
        remarks("    if p.editions_seen > 3 { HIGH } else { CLEAR }"),
        "lint 17:26 the number 3 is in the rule: name it in a threshold"
    );
}

#[test]
fn a_phase_that_is_none_is_remarked_with_those_there_are() {
    let found = remarks("    if p.phase == \"Réalisation\" { HIGH } else { CLEAR }");
    assert_eq!(
        found,
        "lint 17:16 `p.phase == \"Réalisation\"` is never true: no phase is called Réalisation"
    );
    assert_eq!(remarks("    if p.phase in [\"build\", \"trial\"] { HIGH } else { CLEAR }"), "");
}
