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
