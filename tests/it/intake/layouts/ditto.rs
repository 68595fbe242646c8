//! Answers written by people: words that repeat the cell before, French values, rows with nothing but their keys.

use super::{app_with, refused};
use crate::support::TestApp;

const PANORAMA: &str = r#"
id = "essai"
title = "Essai"
dataset = "panorama"
[fields.project]
headers = ["Projet"]
[fields.ministry]
constant = "MJ"
[fields.phase]
constant = "build"
[fields.start_on]
constant = 2018-03-01
[fields.duration_months]
constant = 24
[fields.cost_meur]
constant = 10
"#;

const IN_COLUMNS: &str = r#"
id = "en-colonnes"
title = "Réponses en colonnes"
dataset = "questionnaire"
transposed = true
ditto = ["Inchangé", "Idem"]
[[set_aside]]
column = "Projet"
is = ["Avant"]
reason = "rappel"
[[set_aside]]
only = ["Projet", "Le"]
reason = "aucune réponse"
[fields.project]
headers = ["Projet"]
[fields.reported_on]
headers = ["Le"]
parse = "french_date"
[facts]
all_from = ["questionnaire"]
written = "french"
"#;

const IN_ROWS: &str = r#"
id = "en-lignes"
title = "Réponses en lignes"
dataset = "questionnaire"
ditto = ["Idem"]
[fields.project]
headers = ["Projet"]
[fields.reported_on]
constant = 2021-05-31
[keep.committees_count]
headers = ["Comités"]
"#;

/// With two projects, and the profile of their answers.
fn app(profile: &str) -> TestApp {
    let app = app_with(PANORAMA);
    std::fs::write(app.path("2021-06.csv"), "Projet\nMIMOSA\nGENÊT\n").unwrap();
    app.ok(&["import", "2021-06.csv"]);
    std::fs::write(app.path("profils/essai.toml"), profile).unwrap();
    app
}

fn known(app: &TestApp, project: &str, field: &str) -> String {
    let view = app.json(&["project", project, "--as-of", "2021-06-30"]);
    view["project"][field].to_string()
}

#[test]
fn a_word_repeats_the_cell_to_its_left_in_a_transposed_file() {
    let app = app(IN_COLUMNS);
    let text = "Projet;Avant;MIMOSA;Avant;GENÊT\n\
                Le;;02/06/2021;;\n\
                sponsor_named;Oui;inchange;Non;\n\
                go_live_on;2022-01-31;Idem;;\n\
                director_fte;0,5;0,75;;\n\
                committees_count;3;INCHANGÉ;4;\n";
    std::fs::write(app.path("2021-06.reponses.csv"), text).unwrap();
    let report = app.json(&["import", "2021-06.reponses.csv"]);
    let aside = report["files"][0]["set_aside"].to_string();
    assert!(aside.contains("colonnes B, D : rappel"), "{aside}");
    assert!(aside.contains("colonne E : aucune réponse"), "{aside}");
    for (field, value) in [
        ("sponsor_named", "true"),
        ("go_live_on", "\"2022-01-31\""),
        ("director_fte", "0.75"),
        ("committees_count", "3"),
        ("questionnaire_on", "\"2021-06-02\""),
    ] {
        assert_eq!(known(&app, "mimosa", field), value, "{field}");
    }
    assert_eq!(known(&app, "genet", "committees_count"), "null");
}

#[test]
fn a_word_repeats_the_cell_above_and_what_that_one_repeats() {
    let app = app(IN_ROWS);
    let text = "Projet,Comités\nMIMOSA,3\nGENÊT,Idem\n";
    std::fs::write(app.path("2021-06.reponses.csv"), text).unwrap();
    app.ok(&["import", "2021-06.reponses.csv"]);
    assert_eq!(known(&app, "genet", "committees_count"), "3");
}

#[track_caller]
fn said(profile: &str, text: &str) -> String {
    let app = app(profile);
    std::fs::write(app.path("2021-06.reponses.csv"), text).unwrap();
    let answer = app.run(&["import", "2021-06.reponses.csv"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    answer.stderr
}

#[test]
fn a_word_with_nothing_to_its_left_is_a_fault_at_its_place() {
    let text = "Projet;Avant;MIMOSA\nLe;;02/06/2021\ncommittees_count;;Inchangé\n";
    let fault = said(IN_COLUMNS, text);
    let expected = "ligne 3, colonne `C` : trouvé `Inchangé`, attendu une valeur dans la cellule à gauche, colonne B";
    assert!(fault.contains(expected), "{fault}");
    assert!(fault.contains(": 1\u{a0}erreur"), "{fault}");
}

#[test]
fn a_word_with_nothing_above_is_a_fault_at_its_place() {
    let fault = said(IN_ROWS, "Projet,Comités\nMIMOSA,Idem\nGENÊT,2\n");
    let expected = "ligne 2, colonne `Comités` : trouvé `Idem`, attendu une valeur dans la cellule au-dessus, ligne 1";
    assert!(fault.contains(expected), "{fault}");
}

#[test]
fn answers_without_their_date_are_a_fault_at_its_place() {
    let text = "Projet;Avant;MIMOSA\nLe;;\ncommittees_count;;2\n";
    let fault = said(IN_COLUMNS, text);
    assert!(fault.contains("ligne 2, colonne `C` : trouvé rien, attendu une date"), "{fault}");
}

#[test]
fn a_profile_says_how_facts_are_written_in_one_of_its_words() {
    let profile = IN_COLUMNS.replace("written = \"french\"", "written = \"français\"");
    let fault = refused(&profile, "2021-06.reponses.csv", "Projet;MIMOSA\n");
    assert!(fault.contains("trouvé `français`, attendu `vigie` ou `french`"), "{fault}");
}

#[test]
fn a_date_as_people_write_it_is_none_of_vigies_own() {
    let vigie = IN_COLUMNS.replace("written = \"french\"", "written = \"vigie\"");
    let text = "Projet;Avant;MIMOSA\nLe;;02/06/2021\ngo_live_on;;01/02/2022\n";
    let fault = said(&vigie, text);
    assert!(fault.contains("trouvé `01/02/2022`, attendu une date"), "{fault}");
}
