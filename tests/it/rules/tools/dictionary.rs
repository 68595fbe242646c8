//! `vigie dictionary`: what a newcomer finds in it.

use serde_json::Value;

use crate::support::TestApp;

fn names(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn words_find_fields_by_name_label_and_meaning_without_accents_and_say_who_reads_them() {
    let app = TestApp::new();
    let found = app.json(&["dictionary", "ECART", "budgetaire"]);
    let called = names(&found);
    assert_eq!(called[0], "budget_drift");
    assert!(called.contains(&"budget_drift_year_ago") && !called.contains(&"calendar_drift"));
    let rules = found[0]["rules"].as_array().unwrap();
    assert!(rules.contains(&"D1".into()), "{rules:?}");
    assert!(!rules.contains(&"P2".into()), "{rules:?}");
    // What only its meaning says comes after what its label says.
    let vacant = app.json(&["fields", "director", "post"]);
    assert_eq!(names(&vacant), ["director_vacant_since", "director_appointed_on"]);
    let shown = app.ok(&["dictionary", "avancement"]);
    for word in ["progress_pct", "ratio", "questionnaire", "0 – 1", "RC23", "Lu par", "Bornes"] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
}

#[test]
fn words_that_no_field_has_are_answered_by_the_closest() {
    let app = TestApp::new();
    let answer = app.run(&["dictionary", "budgétère"]);
    assert_eq!(answer.code, Some(0));
    assert!(answer.stdout.contains("0\u{a0}champ"), "{}", answer.stdout);
    let told = answer.stderr.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(told.contains("le plus proche : « budgétaire »"), "{told}");
}

#[test]
fn without_words_the_dictionary_is_whole() {
    let app = TestApp::new();
    let all = app.json(&["dictionary"]);
    assert!(all.as_array().unwrap().len() > 200);
    assert!(all[0].get("rules").is_none());
}
