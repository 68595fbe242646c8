//! Words that several tables share.

use std::collections::BTreeMap;

use serde::Deserialize;

use vigie::client::{ApiClient, RemoteFault};
use vigie::domain::rules::verdict::{Absence, MissingField};

/// What people call each field.
pub(in crate::cli) struct FieldLabels(BTreeMap<String, String>);

#[derive(Deserialize)]
struct LabelledField {
    name: String,
    label: String,
}

impl FieldLabels {
    /// Those of the dictionary in force where the API answers.
    pub(in crate::cli) async fn read(api: &ApiClient) -> Result<Self, RemoteFault> {
        let fields: Vec<LabelledField> = api.all(api.at(&["dictionary"])).await?;
        Ok(Self(fields.into_iter().map(|field| (field.name, field.label)).collect()))
    }
}

/// What a rule lacked, by the labels of the fields: `Donnée manquante : retard de la revue`.
pub(in crate::cli) fn missing_in_words(missing: &[MissingField], labels: &FieldLabels) -> String {
    let label = |one: &MissingField| {
        let label = labels.0.get(&one.field).unwrap_or(&one.field);
        match one.why {
            Absence::Missing => lower_first(label),
            Absence::Withheld => format!("{} (non publié)", lower_first(label)),
            Absence::Unknown => format!("{} (le projet ne sait pas)", lower_first(label)),
        }
    };
    let said: Vec<String> = missing.iter().map(label).collect();
    let plural = if said.len() > 1 { "Données manquantes" } else { "Donnée manquante" };
    format!("{plural} : {}", said.join(", "))
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
