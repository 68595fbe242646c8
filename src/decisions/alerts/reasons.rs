//! The French wording of reasons.

use crate::domain::level::Level;
use crate::domain::rules::rule::RuleTerms;
use crate::domain::rules::verdict::{Absence, MissingField};

pub(super) fn moved(from: Level, to: Level) -> String {
    format!("De « {} » à « {} ».", from.label(), to.label())
}

pub(super) fn waiting(seen: u32, required: u32) -> String {
    format!("Constaté {seen} fois sur les {required} de suite qui ouvrent l’alerte.")
}

pub(super) fn clearing(seen: u32, required: u32) -> String {
    let evaluations = if seen > 1 { "évaluations" } else { "évaluation" };
    format!("Sous le seuil, {seen} {evaluations} sur les {required} qui closent l’alerte.")
}

pub(super) fn resolved(level: Level) -> String {
    if level == Level::Clear {
        return "Alerte levée : plus rien à signaler.".to_owned();
    }
    format!("Alerte levée : le niveau est « {} ».", level.label())
}

pub(super) fn unknown(missing: &[MissingField]) -> String {
    let words = missing.iter().map(|missing| match missing.why {
        Absence::Missing => missing.field.clone(),
        Absence::Withheld => format!("{} (non publié à dessein)", missing.field),
    });
    let fields = words.collect::<Vec<_>>().join(", ");
    format!("Non évaluable, faute de données : {fields}.")
}

pub(super) fn retired(terms: &RuleTerms) -> String {
    match &terms.deprecated_reason {
        Some(reason) => format!("Règle retirée : {}", sentence(reason)),
        None => "Règle retirée.".to_owned(),
    }
}

/// Ends the text with a full stop if it has none.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}
