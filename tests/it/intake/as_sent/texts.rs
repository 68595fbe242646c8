//! Texts of files: quotes, encodings, controls, the line by which Excel is told the separator, formulas.

use super::{HEADERS, csv, imported, panorama, refused, row, tables};
use crate::support::TestApp;

fn lines(rows: &[&str]) -> Vec<u8> {
    format!("{}\n{}\n", HEADERS.join(";"), rows.join("\n")).into_bytes()
}

const REST: &str = "Ministère de la Justice;Non;Texte;mars 18;5;Cadrage;10;Justice";

#[test]
fn a_stray_quote_is_refused_where_it_opens() {
    for (end, expected) in [
        (
            "\"Appel d’offres",
            "un guillemet ouvert à la ligne 2, puis du texte après le guillemet qui le ferme",
        ),
        ("disque 5\" rapide", "un guillemet au milieu d’une cellule de la ligne 2"),
    ] {
        let rows = [
            format!("A;{REST};{end}"),
            format!("B;{REST};P1"),
            format!("C;{REST};\"Fin, à venir\""),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let said = refused("2021-03.csv", &lines(&rows), &[]);
        assert!(said.contains(expected), "{said}");
    }
    let open = format!("A;{REST};\"jamais fermé");
    let said = refused("2021-03.csv", &lines(&[&open]), &[]);
    assert!(said.contains("un guillemet ouvert à la ligne 2 et jamais fermé"), "{said}");
    let sound = format!("\"A \"\"bis\"\"\";{REST};\"P1\"");
    assert_eq!(imported("2021-03.csv", &lines(&[&sound]), &[])["rows_kept"], 1);
}

#[test]
fn spoilt_texts_are_refused_with_their_place() {
    for (project, expected) in [
        ("Gen\u{fffd}t", "une lettre perdue"),
        ("Mimosa Ã\u{89}toilÃ©", "encodé deux fois"),
        ("l’Ã‰tat", "encodé deux fois"),
        ("Mimo\u{85}sa", "U+0085"),
    ] {
        for (name, bytes) in tables(&panorama(&[row("SAIN", "1"), row(project, "10")])) {
            let said = refused(name, &bytes, &[]);
            assert!(
                said.contains("ligne 3, colonne `Projet`") && said.contains(expected),
                "{name}: {said}"
            );
        }
    }
    let sound = "QUALITÉ\u{a0}: l’été « À 5 € »";
    for (name, bytes) in tables(&panorama(&[row(sound, "10")])) {
        assert_eq!(imported(name, &bytes, &[])["rows_kept"], 1);
    }
}

#[test]
fn controls_are_refused() {
    let text = csv(&panorama(&[row("Bel\u{b}Orme\u{7}", "10")]));
    let said = refused("2021-03.csv", &text, &[]);
    assert!(said.contains("un texte sans caractère de commande (U+000B)"), "{said}");
}

#[test]
fn two_encodings_in_a_file_are_refused_at_the_first_odd_row() {
    let utf_8 = lines(&[&format!("GENÊT;{REST};P1")]);
    let latin: Vec<u8> = format!("FORÊT;{REST};P1\n")
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    let said = refused("2021-03.csv", &[utf_8, latin].concat(), &[]);
    assert!(said.contains("du Windows-1252 à la ligne 3, et de l’UTF-8 à la ligne 1"), "{said}");
}

#[test]
fn the_line_that_says_the_separator_is_obeyed() {
    for end in ["\n", "\r\n"] {
        let rows = lines(&[&format!("A, B et C;{REST};P1")]);
        let text = format!("sep=;\n{}", String::from_utf8(rows).unwrap()).replace('\n', end);
        let file = imported("2021-03.csv", text.as_bytes(), &[]);
        assert_eq!(file["rows_kept"], 1);
        let wrong = text.replace(";10;", ";dix;");
        // The line counts, as in a spreadsheet program.
        assert!(refused("2021-03.csv", wrong.as_bytes(), &[]).contains("ligne 3, colonne"));
    }
}

#[test]
fn exports_are_raw_for_programs_and_without_formulas_for_excel() {
    let app = TestApp::new();
    let mut odd = row("=HYPERLINK(1)", "12,5");
    (odd[8], odd[9]) = ("@SUM(A1)", "-2+3");
    std::fs::write(app.path("2021-03.csv"), csv(&panorama(&[odd]))).unwrap();
    app.ok(&["import", "2021-03.csv"]);
    let raw = app.ok(&["export", "projects", "--as-of", "2021-03-31"]);
    assert!(raw.starts_with("project_id,") && raw.contains(",=HYPERLINK(1),"), "{raw}");
    let told = app.ok(&["export", "projects", "--as-of", "2021-03-31", "--for", "excel"]);
    let rows: Vec<&str> = told.strip_prefix('\u{feff}').unwrap().split("\r\n").collect();
    assert!(rows[0].contains(';') && !rows[0].contains("project_id"), "{told}");
    for cell in [";'=HYPERLINK(1);", ";'@SUM(A1);", ";'-2+3;", ";12,5;", ";01/03/2018;"] {
        assert!(rows[1].contains(cell), "{cell}: {told}");
    }
    let answer = app.run(&["export", "projects", "--for", "excel", "--out", "p.xlsx"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stderr);
}
