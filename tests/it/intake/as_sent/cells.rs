//! Cells that are not what they seem: errors, dates as names, blanks in numbers, letters that show nothing.

use super::{HEADERS, Sheet, books, csv, imported, panorama, refused, row, tables};
use crate::support::TestApp;

#[test]
fn an_error_of_the_spreadsheet_is_a_fault_in_any_column_that_is_read() {
    let mut text = row("GENÊT", "8");
    (text[3], text[8]) = ("#NAME?", "#VALUE!");
    for (name, bytes) in tables(&panorama(&[row("#REF!", "10"), text.clone()])) {
        let said = refused(name, &bytes, &[]);
        for place in [
            "ligne 2, colonne `Projet` : trouvé `#REF!`",
            "ligne 3, colonne `Description et objectifs` : trouvé `#NAME?`",
            "ligne 3, colonne `Zone fonctionnelle principale` : trouvé `#VALUE!`",
        ] {
            assert!(said.contains(place), "{name}: {said}");
        }
        assert!(said.contains("le tableur affiche ici une erreur de calcul"), "{said}");
    }
}

#[test]
fn an_error_in_a_column_that_is_not_read_matters_to_nobody() {
    let mut headers = HEADERS.to_vec();
    headers.push("Commentaire");
    let mut noted = row("GENÊT", "8");
    noted.push("#REF!");
    for (name, bytes) in tables(&[headers, noted]) {
        assert_eq!(imported(name, &bytes, &[])["rows_kept"], 1);
    }
}

#[test]
fn a_date_is_no_name() {
    let books = books(&[Sheet::new("F", panorama(&[row("@44327", "10")]))]);
    let text = csv(&panorama(&[row("11/05/2021", "10"), row("mai-21", "10"), row("11-mai", "3")]));
    for (name, bytes) in books.into_iter().chain([("2021-03.csv", text)]) {
        let said = refused(name, &bytes, &[]);
        assert!(said.contains("attendu un nom, et non une date"), "{name}: {said}");
    }
    for (name, bytes) in tables(&panorama(&[row("2021", "10")])) {
        assert_eq!(imported(name, &bytes, &[])["rows_kept"], 1);
    }
}

#[test]
fn blanks_part_groups_of_three_digits_and_nothing_else() {
    let wrong = ["12 5", "1 2 3", "24,5 31", "12,5\n14", "1 2345"];
    let rows: Vec<_> = wrong.iter().zip(["A", "B", "C", "D", "E"]).collect();
    let rows: Vec<_> = rows.into_iter().map(|(cost, project)| row(project, cost)).collect();
    for (name, bytes) in tables(&panorama(&rows)) {
        let said = refused(name, &bytes, &[]);
        assert!(said.contains("5\u{a0}erreurs"), "{name}: {said}");
    }
    let right = [row("A", "1 234,5"), row("B", "1\u{a0}234"), row("C", "12\u{202f}345,25")];
    for (name, bytes) in tables(&panorama(&right)) {
        assert_eq!(imported(name, &bytes, &[])["rows_kept"], 3);
    }
}

#[test]
fn what_could_be_an_english_thousand_is_remarked() {
    for (name, bytes) in tables(&panorama(&[row("A", "1,234"), row("B", "1,23")])) {
        let remarks = imported(name, &bytes, &[])["remarks"].clone();
        assert_eq!(remarks.as_array().unwrap().len(), 1, "{name}: {remarks}");
        assert_eq!(
            (&remarks[0]["row"], &remarks[0]["column"]),
            (&2.into(), &"Coût complet estimé".into())
        );
        assert!(remarks[0]["remark"].as_str().unwrap().contains("écrire `1\u{202f}234`"));
    }
}

#[test]
fn letters_that_show_nothing_make_no_other_project_and_do_not_show() {
    let app = TestApp::new();
    let earlier = csv(&panorama(&[row("Grand Cèdre", "10"), row("PORTULACA", "8")]));
    std::fs::write(app.path("2020-11.csv"), earlier).unwrap();
    app.ok(&["import", "2020-11.csv"]);
    let odd = panorama(&[row("Grand Cè\u{ad}dre", "12"), row("PORTU\u{200b}LACA\u{feff}", "9")]);
    for (name, bytes) in tables(&odd) {
        std::fs::write(app.path(name), bytes).unwrap();
        let report = app.json(&["import", name, "--dry-run"]);
        for sighting in report["files"][0]["sightings"].as_array().unwrap() {
            assert_eq!(sighting["kind"], "known", "{name}: {sighting}");
            let shown = sighting["name"].as_str().unwrap();
            assert!(["Grand Cèdre", "PORTULACA"].contains(&shown), "{name}: {sighting}");
        }
    }
}

#[test]
fn a_name_of_the_alias_table_is_proposed_as_resembling() {
    let app = TestApp::new();
    let earlier = csv(&panorama(&[row("SI Paie des EPLE", "10")]));
    std::fs::write(app.path("2016-09.csv"), earlier).unwrap();
    app.ok(&["import", "2016-09.csv"]);
    for (name, bytes) in tables(&panorama(&[row("SI Paie des EPLE (OPERA)", "10")])) {
        std::fs::write(app.path(name), bytes).unwrap();
        let report = app.json(&["import", name, "--dry-run"]);
        let sighting = &report["files"][0]["sightings"][0];
        assert!(sighting["kind"]["resembles"].is_object(), "{name}: {sighting}");
    }
}

/// Facts of the questionnaire, one row.
fn answers(cells: [&str; 4]) -> Vec<Vec<&str>> {
    vec![vec!["project", "reported_on", "progress_pct", "planned_progress_pct"], cells.to_vec()]
}

#[test]
fn a_share_is_from_nought_to_one() {
    let app = TestApp::new();
    std::fs::write(app.path("2020-06.csv"), csv(&panorama(&[row("PORTALIS", "10")]))).unwrap();
    app.ok(&["import", "2020-06.csv"]);
    let wrong = answers(["PORTALIS", "2020-10-23", "58", "-0,5"]);
    for (name, bytes) in tables(&wrong) {
        std::fs::write(app.path(name), bytes).unwrap();
        let answer = app.run(&["import", name]);
        assert_eq!(answer.code, Some(1));
        assert!(
            answer.stderr.contains("une part, de 0 à 1 : 0,58, et non 58"),
            "{}",
            answer.stderr
        );
    }
    for (name, bytes) in tables(&answers(["PORTALIS", "2020-10-23", "0,58", "0.7"])) {
        std::fs::write(app.path(name), bytes).unwrap();
        assert_eq!(app.json(&["import", name, "--dry-run"])["files"][0]["rows_kept"], 2);
    }
}
