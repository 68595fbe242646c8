//! The guidance of a rule for the person who receives its alert: as one text, or as the answers to four questions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page that says more of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub title: String,
    pub url: String,
}

/// The answers, in French.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guidance<'g> {
    pub(super) whole: Option<&'g str>,
    pub(super) description: Option<&'g str>,
    pub(super) check: Option<&'g str>,
    pub(super) contacts: Option<&'g str>,
    pub(super) false_positives: Option<&'g str>,
}

impl Guidance<'_> {
    /// The text of the rule's guidance: what is given whole, then the answers in order, a line each.
    pub(super) fn composed(self) -> String {
        let answers = [
            ("", self.whole),
            ("Définition : ", self.description),
            ("À vérifier : ", self.check),
            ("Interlocuteurs : ", self.contacts),
            ("Fausse alerte si ", self.false_positives),
        ];
        let lines = answers.into_iter().filter_map(|(head, answer)| {
            let answer = answer.map(str::trim).filter(|answer| !answer.is_empty())?;
            Some(format!("{head}{}\n", answer.split_whitespace().collect::<Vec<_>>().join(" ")))
        });
        let text: String = lines.collect();
        match self.whole {
            // As its author laid it out.
            Some(whole) if text.lines().count() < 2 => whole.to_owned(),
            _ => text,
        }
    }
}

impl Reference {
    /// What is wrong with the address, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        let is_address = self.url.starts_with("https://") || self.url.starts_with("http://");
        let sound = is_address && !self.url.contains(char::is_whitespace);
        (!sound)
            .then(|| format!("`references`: `{}` is no address, expected `https://…`", self.url))
    }
}
