//! Files of rules are named for what they are about, and known by the id of their rule.

use std::collections::BTreeMap;
use std::path::Path;

use super::overlay::{app, by, done, refused, rewritten};
use crate::support::{TestApp, root, rule_file};

/// The files under a folder with their texts, by relative path.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                left.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read_to_string(&entry).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_shipped_files_are_named_for_the_titles_of_their_rules_as_an_export_names_them() {
    let app = TestApp::new();
    let folder = app.path("regles");
    let out = folder.to_str().unwrap();
    let told = app.ok(&["rules", "export", out, "--shipped"]);
    let shipped = files(&root().join("rules"));
    assert_eq!(told, "");
    let exported = files(&folder);
    let names = |of: &BTreeMap<String, String>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&exported), names(&shipped));
    assert!(exported == shipped, "an exported text is not the shipped one");
    assert!(exported.contains_key("causes/RC06_cout_complet_lacunaire.rhai"));

    let again = app.run(&["rules", "export", out]);
    assert!(refused(&again).contains("attendu un dossier vide ou à créer"), "{}", again.stderr);
}

#[test]
fn an_export_of_a_draft_names_the_rule_for_its_title_there() {
    let app = app();
    let file =
        rewritten(&app, "drift/D1.rhai", ["Dérive budgétaire\"", "Écart n° 1, budgétaire\""]);
    done(&by(&app, "Ada", &["rules", "draft", &file, "--comment", "un autre titre"]));
    let folder = app.path("essai");
    app.ok(&["rules", "export", folder.to_str().unwrap(), "--draft", "1"]);
    assert!(folder.join("drift/D1_ecart_n_1_budgetaire.rhai").is_file());
    assert!(!folder.join("drift/D1_derive_budgetaire.rhai").exists());
}

#[test]
fn a_rule_goes_by_its_id_under_any_name_of_its_file() {
    let app = app();
    let file = rewritten(&app, "drift/D1.rhai", ["Dérive budgétaire\"", "Dérive du budget\""]);
    let named = format!("drift/D1_derive_budgetaire.rhai={file}");
    done(&by(&app, "Ada", &["rules", "draft", &named, "--comment", "un autre titre"]));
    let files = || app.json(&["rules", "drafts", "1"])["files"].clone();
    assert_eq!(files(), serde_json::json!(["drift/D1.rhai"]));
    // The same file, not another one.
    let other = format!("drift/D1_ecart.rhai={file}");
    let over = ["--over", "1", "--revision", "1", "--comment", "le même"];
    let draft = ["rules", "draft", other.as_str()];
    done(&by(&app, "Ada", &[&draft[..], &over].concat()));
    assert_eq!(files(), serde_json::json!(["drift/D1.rhai"]));
    done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "à relire"]));
    done(&by(&app, "Paul", &["rules", "publish", "1", "--reason", "vu"]));

    let versions = |name: &str| app.json(&["rules", "versions", name]).to_string();
    let known = versions("drift/D1.rhai");
    assert!(known.contains("\"path\":\"drift/D1.rhai\""), "{known}");
    for name in
        ["D1.rhai", "drift/D1_derive_budgetaire.rhai", "D1_derive_budgetaire.rhai", "D1_x.rhai"]
    {
        assert_eq!(versions(name), known, "{name}");
    }
    assert_eq!(versions("D1_derive_budgetaire"), versions("D1"));
    let back = ["rules", "rollback", "drift/D1_derive_budgetaire.rhai", "--reason", "retour"];
    done(&by(&app, "Paul", &back));
    assert_eq!(app.json(&["rules", "overrides"]), serde_json::json!([]));
}

#[test]
fn renaming_a_file_changes_no_rule() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let named = rule_file(&rules, "drift/D1.rhai");
    std::fs::rename(&named, rules.join("drift/D1.rhai")).unwrap();
    let cases = rules.join("cases/D1.toml");
    std::fs::rename(&cases, rules.join("cases/D1_derive_budgetaire.toml")).unwrap();
    let again = app.ok(&["cycle", "--as-of", "2020-11-30"]);
    assert!(again.contains("rien n’a changé depuis"), "{again}");
    let tested = app.run(&["rules", "test", "--run", "D1/*"]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.stdout, tested.stderr);
    assert!(!tested.stdout.contains("0 cas"), "{}", tested.stdout);
}

#[test]
fn two_files_of_one_rule_are_refused_and_both_are_named() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let text = std::fs::read_to_string(rule_file(&rules, "causes/RC06.rhai")).unwrap();
    std::fs::write(rules.join("causes/RC06.rhai"), &text).unwrap();
    let answer = app.run(&["rules", "check"]);
    let told = refused(&answer);
    let both = "causes/RC06.rhai + causes/RC06_cout_complet_lacunaire.rhai";
    assert!(told.contains(both) && told.contains("deux fichiers d’une même règle"), "{told}");
}

#[test]
fn faults_name_the_file_as_it_is_on_disk() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let mine = rules.join("drift/D1_mon_essai.rhai");
    std::fs::rename(rule_file(&rules, "drift/D1.rhai"), &mine).unwrap();
    let text = std::fs::read_to_string(&mine).unwrap();
    std::fs::write(&mine, text.replace("p.budget_drift > t", "p.budget_drfit > t")).unwrap();
    let answer = app.run(&["rules", "check"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.stderr.contains("drift/D1_mon_essai.rhai:"), "{}", answer.stderr);
    assert!(answer.stdout.contains("drift/D1_mon_essai.rhai"), "{}", answer.stdout);
}
