//! Addresses are held at import to the parser that sends.

use super::{imported, refused, tables};

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
             `recipient`, `digital_director`, `security_relay`",
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
