//! `vigie rules diff`: what another catalogue would change, before anything is published.

use std::path::Path;

use serde_json::Value;

use crate::support::{TestApp, root, rule_file};

/// The catalogue that ships, and a copy of it in which one passage reads otherwise.
fn with_change(file: &str, passage: &str, instead: &str) -> TestApp {
    let mut app = TestApp::with_fixtures();
    let path = rule_file(&app.own_rules(), file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(passage).count(), 1, "{passage} in {file}");
    std::fs::write(&path, text.replace(passage, instead)).unwrap();
    app
}

fn command<'c>(before: &'c Path, after: &'c Path) -> [&'c str; 6] {
    let [before, after] = [before, after].map(|path| path.to_str().unwrap());
    ["rules", "diff", before, after, "--as-of", "2020-11-30"]
}

fn shipped() -> std::path::PathBuf {
    root().join("rules")
}

const LOWER: [&str; 2] = [
    "label = \"Seuil élevé de l’écart budgétaire\"\nunit = \"ratio\"\nvalue = 0.20",
    "label = \"Seuil élevé de l’écart budgétaire\"\nunit = \"ratio\"\nvalue = 0.15",
];

#[test]
fn a_lower_threshold_names_the_projects_missions_and_ministries_that_it_touches() {
    let [passage, instead] = LOWER;
    let app = with_change("thresholds.toml", passage, instead);
    let before = app.fingerprint();
    let (old, new) = (shipped(), app.path("rules"));
    let found = app.json(&command(&old, &new));
    assert_eq!(app.fingerprint(), before);
    assert_eq!(
        found["thresholds"],
        serde_json::json!([{
            "name": "budget_drift_high",
            "label": "Seuil élevé de l’écart budgétaire",
            "before": "20\u{202f}%",
            "after": "15\u{202f}%",
        }])
    );
    let of_d1 = |list: &Value| {
        let own = list.as_array().unwrap().iter().filter(|one| one["rule"] == "D1");
        own.map(|one| format!("{} {} {}", one["kind"], one["subject"], one["alert_to"]))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        of_d1(&found["verdicts"]),
        "\"worsened\" \"project/genevrier\" \"high\"\n\
         \"worsened\" \"project/procedure-penale-numerique\" \"high\"\n\
         \"worsened\" \"project/renoncule\" \"high\""
    );
    let subjects = |list: &Value, key: &str| {
        let of = list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned());
        of.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        subjects(&found["missions"], "subject"),
        "project/genevrier, project/procedure-penale-numerique, project/renoncule"
    );
    assert_eq!(subjects(&found["ministries"], "ministry"), "MEF, MJ, MSO");
    let shown = app.ok(&command(&old, &new));
    assert!(shown.contains("Verdicts : 3 aggravés\n"), "{shown}");
    assert!(shown.contains("Ministères informés : 3\n"), "{shown}");
}

#[test]
fn the_other_way_round_the_same_projects_ease() {
    let [passage, instead] = LOWER;
    let app = with_change("thresholds.toml", passage, instead);
    let shown = app.ok(&command(&app.path("rules"), &shipped()));
    assert!(shown.contains("Verdicts : 3 atténués\n"), "{shown}");
    assert!(shown.contains("ne serait plus proposée"), "{shown}");
}

#[test]
fn a_rule_on_trial_is_said_to_open_no_alert_though_its_verdicts_are_the_same() {
    let app = with_change("drift/D1.rhai", "status = \"stable\"", "status = \"test\"");
    let (stable, trial) = (shipped(), app.path("rules"));
    let alerts = |found: &Value| {
        let of_kind = |kind: &str| {
            let all = found["verdicts"].as_array().unwrap();
            all.iter().filter(|one| one["kind"] == kind && one["rule"] == "D1").count()
        };
        let told: u64 = found["ministries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                one["alerts_opened"].as_u64().unwrap() + one["alerts_closed"].as_u64().unwrap()
            })
            .sum();
        (of_kind("alert_closed"), of_kind("alert_opened"), usize::try_from(told).unwrap())
    };
    let off = alerts(&app.json(&command(&stable, &trial)));
    assert!(off.0 > 5 && off.1 == 0 && off.2 == off.0, "{off:?}");
    assert_eq!(alerts(&app.json(&command(&trial, &stable))), (0, off.0, off.2));
    let shown = app.ok(&command(&stable, &trial));
    assert!(shown.contains("réécrite, à l’essai : aucune alerte ne s’ouvre"), "{shown}");
    assert!(shown.contains(&format!("Verdicts : {} n’ouvrent plus d’alerte", off.0)), "{shown}");
}

#[test]
fn a_sentence_that_changes_is_shown_before_and_after() {
    let app = with_change("drift/D1.rhai", "au départ : l’écart", "à l’origine : l’écart");
    let found = app.json(&command(&shipped(), &app.path("rules")));
    let reworded = found["verdicts"].as_array().unwrap();
    assert!(reworded.iter().all(|one| one["kind"] == "reworded"), "{found}");
    let words = |key: &str| reworded[0][key].as_str().unwrap();
    assert!(words("explanation_before").contains("au départ"), "{found}");
    assert!(words("explanation").contains("à l’origine"), "{found}");
    assert_eq!(found["ministries"], serde_json::json!([]), "no alert changes");
}

#[test]
fn the_same_catalogue_changes_nothing() {
    let app = TestApp::with_fixtures();
    let shown = app.ok(&command(&shipped(), &shipped()));
    assert!(shown.contains("Verdicts : aucun changement\n"), "{shown}");
    assert!(shown.contains("Missions : aucun changement\n"), "{shown}");
    assert!(shown.contains("Ministères informés : 0\n"), "{shown}");
}

#[test]
fn a_rule_with_a_fault_is_left_out_and_the_comparison_says_so() {
    let app = with_change("portfolio/T2.rhai", "sur {p.drift_known_count}", "sur {p.drift_known}");
    let new = app.path("rules");
    let answer = app.run(&command(&shipped(), &new));
    assert_eq!(answer.code, Some(1));
    let line = answer.stderr.lines().next().unwrap();
    assert!(line.starts_with("règle écartée\u{a0}: "), "{line}");
    assert!(
        line.contains(
            "portfolio/T2_taux_de_glissement_d_un_ministere_au_regard_de_la_cible.rhai:14:"
        ) && line.contains("`p.drift_known` n’est pas un champ"),
        "{line}"
    );
    assert!(answer.stdout.contains("levé"), "{}", answer.stdout);
}
