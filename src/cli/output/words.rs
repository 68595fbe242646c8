//! Words that several tables share.

use vigie::domain::rules::verdict::{Absence, MissingField};
use vigie::frame::dictionary;

/// What a rule lacked, by the labels of the fields: `Donnée manquante : retard de la revue`.
pub(in crate::cli) fn missing_in_words(missing: &[MissingField]) -> String {
    let label = |one: &MissingField| {
        let label = dictionary::field(&one.field).map_or(one.field.as_str(), |field| field.label);
        match one.why {
            Absence::Missing => lower_first(label),
            Absence::Withheld => format!("{} (non publié)", lower_first(label)),
        }
    };
    let labels: Vec<String> = missing.iter().map(label).collect();
    let plural = if labels.len() > 1 { "Données manquantes" } else { "Donnée manquante" };
    format!("{plural} : {}", labels.join(", "))
}

/// Acronyms keep their capitals.
fn lower_first(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next();
    let is_word = letters.clone().next().is_some_and(char::is_lowercase) || label.starts_with("À ");
    match first.filter(|_| is_word) {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => label.to_owned(),
    }
}
