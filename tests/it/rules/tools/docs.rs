//! The documents on rules say what the code does: functions, fields, examples, tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{TestApp, root, shipped_dictionary};
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::domain::rules::verdict::{Judgement, Verdict};
use vigie::domain::value::Value;
use vigie::frame::dictionary;
use vigie::frame::dictionary::built_in;
use vigie::rules::{FUNCTIONS, ScriptLimits, Specimen, compile_catalogue};

const DOCUMENTS: [&str; 2] = ["RULES.md", "RULE-LANGUAGE.md"];

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

fn thresholds() -> String {
    std::fs::read_to_string(root().join("rules/thresholds.toml")).unwrap()
}

fn whole(functions: &str) -> String {
    format!(
        "/*---\nid = \"X1\"\ntitle = \"Essai\"\nfamily = \"drift\"\nscope = \"project\"\n\
         status = \"test\"\nguidance = \"Aucune.\"\n---*/\n{functions}\n"
    )
}

/// Judges the project of the documents by a rule, on the thresholds that ship.
#[track_caller]
fn judge(rule: &str) -> Judgement {
    let id = rule.split("id = \"").nth(1).unwrap().split('"').next().unwrap();
    let texts = BTreeMap::from([
        ("thresholds.toml".to_owned(), thresholds()),
        (format!("{id}.rhai"), rule.to_owned()),
    ]);
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}\n{rule}", faults.join("\n"));
    let as_of = "2021-07-01".parse().unwrap();
    let mut project = Specimen::new(SubjectKind::Project, as_of);
    project.set("budget_drift", Value::Float(0.284));
    project.set("cost_current", Value::Float(1860.0));
    project.set("end_shift_days", Value::Int(120));
    project.set("phase", Value::Text("build".to_owned()));
    project.set("forecast_end_on", Value::Date("2022-03-15".parse().unwrap()));
    project.set("cost_previous", Value::Float(1740.0));
    project.set("cost_change_meur", Value::Float(120.0));
    project.set("budget_drift_history", Value::Text("0.1 - 0.22 0.284".to_owned()));
    project.set("edition_history", Value::Text("2019-05 2019-11 2020-11 2021-05".to_owned()));
    project.set("cost_year_ago", Value::Float(1700.0));
    project.set("director_changes", Value::Text("2019-03-01 2020-06-15".to_owned()));
    project.set("director_changed_on", Value::Date("2020-06-15".parse().unwrap()));
    let judged = catalogue.judge_by(&RuleId::new(id), &project.frames(built_in()).unwrap(), as_of);
    judged.into_iter().next().unwrap()
}

/// The rows of the tables whose first header is this word, bars within cells restored.
fn rows(text: &str, first: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut within = false;
    for line in text.lines() {
        if !line.starts_with('|') {
            within = false;
        } else if line.starts_with(&format!("| {first} |")) {
            within = true;
        } else if within && !line.starts_with("|---") {
            let bars = line.replace("\\|", "\u{0}");
            let cells = bars.trim_matches('|').split('|');
            found.push(cells.map(|cell| cell.trim().replace('\u{0}', "|")).collect());
        }
    }
    found
}

fn code(cell: &str) -> &str {
    cell.trim_matches('`').trim()
}

#[test]
fn the_functions_of_the_reference_are_those_of_the_language_with_what_their_examples_give() {
    let rows = rows(&document("RULE-LANGUAGE.md"), "function");
    let documented: Vec<&str> = rows.iter().map(|row| code(&row[0])).collect();
    let known: Vec<String> = FUNCTIONS
        .iter()
        .map(|function| format!("{}({})", function.name, function.parameters.join(", ")))
        .collect();
    assert_eq!(documented, known);
    for row in &rows {
        let example = code(&row[1]);
        let explain = format!("let shown = {example};\n    `${{shown}}`");
        let rule = whole(&format!("fn assess(p, t) {{ WATCH }}\nfn explain(p, t) {{ {explain} }}"));
        let shown = judge(&rule).explanation.unwrap().replace('\u{202f}', " ");
        assert_eq!(shown, row[2], "{example}");
    }
}

#[test]
fn the_pasts_of_the_reference_are_those_of_the_dictionary() {
    let rows = rows(&document("RULE-LANGUAGE.md"), "field");
    let name = |field: Option<&str>| field.map_or(String::new(), |field| format!("`{field}`"));
    let known: Vec<Vec<String>> = dictionary::PASTS
        .iter()
        .map(|past| {
            vec![
                name(Some(past.field)),
                name(past.previous),
                name(past.change),
                name(past.editions),
                name(past.a_year_ago),
                name(past.changes),
                name(past.last_change),
            ]
        })
        .collect();
    assert_eq!(rows, known);
}

#[test]
fn each_condition_gives_what_the_documents_say() {
    let mut tried = 0;
    for name in DOCUMENTS {
        for row in rows(&document(name), "condition") {
            let condition = code(&row[0]);
            let rule = whole(&format!(
                "fn assess(p, t) {{ if {condition} {{ HIGH }} else {{ CLEAR }} }}\n\
                 fn explain(p, t) {{ \"Parce que.\" }}"
            ));
            let found = match judge(&rule).verdict {
                Verdict::Level { level } => (level.as_str() == "high").to_string(),
                Verdict::Unknown { missing } => format!("unknown `{}`", missing[0].field),
                Verdict::Failed { .. } => "failed".to_owned(),
            };
            let said = row[1].replace("non évaluable", "unknown");
            let said = said.replace("vrai", "true").replace("faux", "false");
            assert_eq!(found, said, "{name}: {condition}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn every_example_compiles() {
    let mut tried = 0;
    for name in DOCUMENTS {
        let text = document(name);
        for block in text.split("```rhai\n").skip(1) {
            let block = block.split("```").next().unwrap();
            if block.starts_with("/*---") {
                judge(block);
            } else {
                judge(&whole(&format!(
                    "fn assess(p, t) {{\n{block}\n}}\nfn explain(p, t) {{ \"Parce que.\" }}"
                )));
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 5);
}

#[test]
fn every_field_and_threshold_named_exists() {
    let known: BTreeSet<&str> = shipped_dictionary().fields().map(|field| field.name).collect();
    let thresholds = thresholds();
    // What messages and grammar show in place of a name, and what they show as misspelt.
    let placeholders = ["field", "champ", "budget_drfit", "name", "budget_high"];
    for name in DOCUMENTS {
        let text = document(name);
        for (at, _) in text.match_indices("p.").chain(text.match_indices("t.")) {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            let word: String = text[at + 2..]
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect();
            let is_read = !before.is_alphanumeric() && before != '_' && !word.is_empty();
            if !is_read || placeholders.contains(&word.as_str()) {
                continue;
            }
            let is_known = match &text[at..=at] {
                "p" => known.contains(word.as_str()),
                _ => thresholds.contains(&format!("[{word}]")),
            };
            assert!(is_known, "{name}: {}{word}", &text[at..at + 2]);
        }
    }
}

#[test]
fn the_rules_of_the_guide_pass_their_own_cases() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let text = document("RULES.md");
    let block = |language: &str, holds: &str| {
        let fence = format!("```{language}\n");
        let blocks = text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap());
        blocks.into_iter().find(|block| block.contains(holds)).unwrap().to_owned()
    };
    for (id, cases, count) in [("X1", "cost_change = 0.10", 4), ("X2", "budget_drift_year_ago", 3)]
    {
        let rule = block("rhai", &format!("id = \"{id}\""));
        std::fs::write(rules.join(format!("drift/{id}_exemple.rhai")), rule).unwrap();
        std::fs::write(rules.join(format!("cases/{id}.toml")), block("toml", cases)).unwrap();
        let run = format!("{id}/*");
        let shown = app.ok(&["rules", "test", "--run", &run, "--threshold", "100"]);
        assert!(shown.starts_with(&format!("{count} cas, 0 en échec\n")), "{shown}");
    }
    assert_eq!(app.json(&["rules", "check"])["findings"], serde_json::json!([]));
}

#[test]
fn the_catalogue_is_written_as_one_page() {
    let app = TestApp::new();
    app.ok(&["rules", "docs", "--as-of", "2021-07-01", "--out", "catalogue.md"]);
    let page = std::fs::read_to_string(app.path("catalogue.md")).unwrap();
    let page = page.replace('\u{202f}', " ");
    assert_eq!(page, app.ok(&["rules", "docs", "--as-of", "2021-07-01"]).replace('\u{202f}', " "));
    let start = page.find("### T2").unwrap();
    let entry = page[start..].split("\n##").next().unwrap();
    assert_eq!(
        entry.trim_end(),
        "### T2 · Taux de glissement d’un ministère au regard de la cible\n\n\
         - **Juge** : chaque ministère\n\
         - **Statut** : stable : ses verdicts ouvrent et ferment des alertes\n\
         - **Niveaux** : Rien à signaler, À surveiller, Modéré, Élevé\n\
         - **Alerte** : ouverte dès la première évaluation qui constate, close à la 2e de suite qui \
         ne constate plus\n\
         - **Lit** : Projets mesurés contre des références déclarées (`baseline_declared_count`), \
         Projets à l’écart connu (`drift_known_count`), Taux global de glissement \
         (`global_drift`), Taux global de glissement sur références déclarées \
         (`global_drift_declared`)\n\
         - **Seuils** : Cible du taux global de glissement : 25 % ; Seuil élevé du taux de \
         glissement d’un ministère : 30 % ; Nombre de projets mesurés à partir duquel une \
         moyenne a un sens : 3\n\
         - **Sources** : Fiche 04 COSINUM, §2 et §5\n\
         - **Références** : [Panorama des grands projets numériques de \
         l’État](https://disic.github.io/panorama/)\n\
         - **Auteurs** : créée le 24 novembre 2026 ; modifiée le 29 novembre 2026\n\n\
         Que faire : À porter à la connaissance du secrétaire général, avec les projets qui font \
         l’écart.\n\n\
         | Niveau | Signe | Sauf si |\n|---|---|---|\n\
         | Élevé | `p.global_drift > t.drift_target && p.drift_known_count >= t.ministry_projects_min \
         && p.global_drift > t.ministry_drift_high` |  |\n\
         | Modéré | `p.global_drift > t.drift_target && p.drift_known_count >= t.ministry_projects_min` |  |\n\
         | À surveiller | `p.global_drift > t.drift_target` |  |"
    );
    let hiding: Vec<&str> = page.lines().filter(|line| line.starts_with("- **Cach")).collect();
    insta::assert_snapshot!(hiding.join("\n"), @r"
    - **Cache** : Dérive calendaire (D2), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive complémentaire depuis l’édition précédente (D3), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive complémentaire depuis l’édition précédente (D3), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Périmètre trop vaste, projet non découpé (RC02), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Périmètre trop vaste, projet non découpé (RC02), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Calendrier irréaliste, sans jalons intermédiaires, recalé à répétition (RC23), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique
    - **Cachée par** : Dérive calendaire (D2), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique
    - **Cache** : Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive complémentaire depuis l’édition précédente (D3), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive complémentaire depuis l’édition précédente (D3), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Périmètre trop vaste, projet non découpé (RC02), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Périmètre trop vaste, projet non découpé (RC02), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Calendrier irréaliste, sans jalons intermédiaires, recalé à répétition (RC23), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique
    - **Cachée par** : Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique
    - **Cachée par** : Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Dérive calendaire (D2), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive calendaire (D2), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Dérive complémentaire d’un projet listé (P1), sur le même sujet, jusqu’au niveau élevé, dès le niveau élevé
    - **Cachée par** : Taux global de glissement au regard de la cible (T1), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé
    - **Cachée par** : Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé ; Dérive calendaire (D2), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive calendaire (D2), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé
    - **Cachée par** : Dérive budgétaire (D1), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique ; Dérive calendaire (D2), sur le même sujet, jusqu’au niveau élevé, dès le niveau critique
    - **Cache** : Dérive complémentaire depuis l’édition précédente (D3), sur le même sujet, jusqu’au niveau élevé, dès le niveau élevé
    - **Cache** : Dérive moyenne du portefeuille (D4), sur le même sujet, jusqu’au niveau modéré, dès le niveau élevé
    ");
    let row = page.lines().find(|line| line.starts_with("| `drift_target`")).unwrap();
    assert!(row.contains("| 25 %, 20 % à partir du 1er janvier 2022 | 0 % à 100 % |"), "{row}");
}
