//! Addresses are held at import to the parser that sends.

use super::{csv, imported, refused, tables};
use crate::support::{TestApp, fixtures};

fn contact(email: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["ministry", "role", "name", "email", "since"],
        vec!["MJ", "secretary_general", "Alix Exemple", email, "2020-01-01"],
    ]
}

#[test]
fn what_no_server_takes_is_refused_and_not_repeated() {
    for email in [
        "secrétaire@justice.example",
        "<sg@justice.example>",
        "sg@justice.example,adj@justice.example",
        "sg@justice.example adj@justice.example",
        "sg@justice",
        ";",
    ] {
        for (name, bytes) in tables(&contact(email)) {
            let said = refused(name, &bytes, &[]);
            assert!(said.contains("ligne 2, colonne `email`"), "{email}: {said}");
            assert!(!said.contains("justice.example"), "{said}");
        }
    }
}

#[test]
fn several_addresses_are_several_recipients_and_domains_are_in_ascii() {
    for (email, count) in [
        ("sg@justice.example", 1),
        ("sg@justice.example;adjoint@justice.example", 2),
        ("sg@justice.example ; adjoint@justice.example ;", 2),
        ("sg@préfecture.example", 1),
    ] {
        for (name, bytes) in tables(&contact(email)) {
            assert_eq!(imported(name, &bytes, &[])["rows_kept"], count, "{email}");
        }
    }
}

const HEADER: [&str; 6] = ["ministry", "role", "name", "email", "since", "until"];

/// A secretary-general, and another contact of the same ministry.
fn with<'a>(role: &'a str, since: &'a str, until: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        HEADER.to_vec(),
        vec!["MJ", "Secrétaire général", "Alix Exemple", "sg@justice.example", "2020-01-01", ""],
        vec!["MJ", role, "Zoé Adjointe", "adjointe@justice.example", since, until],
    ]
}

#[test]
fn roles_are_read_by_their_words_and_by_their_french_names() {
    for role in [
        "delegate",
        "délégué",
        "DELEGUE",
        "recipient",
        "destinataire",
        "digital_director",
        "directeur du numérique",
        "relais de sécurisation",
    ] {
        for (name, bytes) in tables(&with(role, "2020-08-03", "2020-08-21")) {
            assert_eq!(imported(name, &bytes, &[])["rows_kept"], 2, "{role}");
        }
    }
}

#[test]
fn what_cannot_be_of_a_contact_is_refused_at_its_place() {
    for (role, since, until, expected) in [
        (
            "délégué",
            "2020-08-21",
            "2020-08-03",
            "ligne 3, colonne `until` : trouvé le 3 août 2020, attendu une date à partir du 21 août 2020",
        ),
        (
            "recipient",
            "2020-08-21",
            "2020-08-03",
            "ligne 3, colonne `until` : trouvé le 3 août 2020, attendu une date à partir du 21 août 2020",
        ),
        (
            "délégué",
            "2020-08-03",
            "",
            "ligne 3, colonne `until` : trouvé rien, attendu le dernier jour de l’absence",
        ),
        (
            "délégué",
            "",
            "2020-08-03",
            "ligne 3, colonne `since` : trouvé rien, attendu le premier jour de l’absence",
        ),
        (
            "délégué",
            "2019-08-03",
            "2019-08-21",
            "ligne 3, colonne `role` : trouvé un délégué qui ne remplace personne, attendu dans le même fichier",
        ),
        (
            "adjoint",
            "2020-08-03",
            "",
            "ligne 3, colonne `role` : trouvé `adjoint`, attendu l’un de `secretary_general`, `delegate`, \
             `recipient`, `digital_director`, `security_relay`, `project_director`",
        ),
    ] {
        for (name, bytes) in tables(&with(role, since, until)) {
            let said = refused(name, &bytes, &[]);
            assert!(said.contains(expected), "{role} {since} {until}: {said}");
            assert!(!said.contains("justice.example"), "{said}");
        }
    }
    let alone = vec![HEADER.to_vec(), with("délégué", "2020-08-03", "2020-08-21").remove(2)];
    for (name, bytes) in tables(&alone) {
        let said = refused(name, &bytes, &[]);
        assert!(said.contains("ligne 2, colonne `role` : trouvé un délégué"), "{said}");
    }
}

/// A secretary-general and another contact, of the projects of a column.
fn of_projects<'a>(role: &'a str, project: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["ministry", "role", "name", "email", "since", "project"],
        vec!["MJ", "secretary_general", "Alix Exemple", "sg@justice.example", "", ""],
        vec!["MJ", role, "Ange Modèle", "projet@justice.example", "2020-01-01", project],
    ]
}

/// The command line that imports a contacts file where the projects of November 2020 are known.
fn with_projects(name: &str, bytes: &[u8]) -> (TestApp, Option<i32>, String) {
    let app = TestApp::new();
    let panorama = fixtures().join("2020-11.panorama.csv");
    app.ok(&["import", panorama.to_str().unwrap()]);
    std::fs::write(app.path(name), bytes).unwrap();
    let answer = app.run(&["import", name, "--edition", "2020-12"]);
    (app, answer.code, answer.stderr)
}

#[test]
fn a_director_is_of_a_known_project_by_any_of_its_names() {
    for project in ["PORTALIS", "portalis", "Procédure pénale numérique"] {
        for (name, bytes) in tables(&of_projects("directeur de projet", project)) {
            let (app, code, said) = with_projects(name, &bytes);
            assert_eq!(code, Some(0), "{said}");
            let lines = app.json(&["recipients", "--ministry", "MJ", "--as-of", "2020-12-01"]);
            let director =
                lines.as_array().unwrap().iter().find(|line| line["role"] == "project_director");
            let director = director.unwrap();
            assert_eq!(director["receives"], "questionnaire");
            let reason = director["reason"].as_str().unwrap();
            let known = if project.starts_with('P') && project.contains(' ') {
                "Procédure Pénale Numérique"
            } else {
                "PORTALIS"
            };
            assert_eq!(reason, format!("reçoit le questionnaire de {known}"));
            assert!(director["project"].is_string(), "{director}");
        }
    }
}

#[test]
fn a_director_without_a_known_project_and_a_project_of_anybody_else_are_refused() {
    for (role, project, expected) in [
        ("project_director", "", "ligne 3, colonne `project` : trouvé rien, attendu du texte"),
        (
            "project_director",
            "PORTALYS",
            "trouvé `PORTALYS`, attendu un projet connu (le plus proche : `PORTALIS`",
        ),
        (
            "recipient",
            "PORTALIS",
            "ligne 3, colonne `project` : trouvé `PORTALIS`, attendu rien : seul le rôle `project_director`",
        ),
    ] {
        for (name, bytes) in tables(&of_projects(role, project)) {
            let (_, code, said) = with_projects(name, &bytes);
            assert_eq!(code, Some(1), "{role} {project}");
            let said = said.replace('\u{a0}', " ");
            assert!(said.contains(expected), "{role} {project}: {said}");
            assert!(!said.contains("justice.example"), "{said}");
        }
    }
}

#[test]
fn the_director_of_another_project_is_another_contact() {
    let table = |project| csv(&of_projects("project_director", project));
    let (app, ..) = with_projects("2020-12.contacts.csv", &table("PORTALIS"));
    std::fs::write(app.path("2020-12.contacts.csv"), table("HARMONIE")).unwrap();
    let report = app.json(&["import", "2020-12.contacts.csv"]);
    let differences = &report["files"][0]["recorded"]["differences"];
    assert!(!differences.as_array().unwrap().is_empty(), "{report}");
}
