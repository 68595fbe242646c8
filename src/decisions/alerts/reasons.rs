//! The French wording of reasons.

use super::context::FieldLabel;
use crate::domain::level::Level;
use crate::domain::rules::rule::RuleTerms;
use crate::domain::rules::verdict::{Absence, MissingField};

pub(super) fn moved(from: Level, to: Level) -> String {
    format!("De « {} » à « {} ».", from.label(), to.label())
}

pub(super) fn waiting(seen: u32, required: u32) -> String {
    format!("Constaté {seen} fois sur les {required} qui ouvrent l’alerte.")
}

pub(super) fn clearing(seen: u32, required: u32) -> String {
    let evaluations = if seen > 1 { "évaluations" } else { "évaluation" };
    format!("Sous le seuil, {seen} {evaluations} sur les {required} qui closent l’alerte.")
}

pub(super) fn resolved(level: Level) -> String {
    if level == Level::Clear {
        return "Alerte levée\u{a0}: plus rien à signaler.".to_owned();
    }
    format!("Alerte levée\u{a0}: le niveau est « {} ».", level.label())
}

/// Each missing field by its label.
pub(super) fn unknown(missing: &[MissingField], label: &FieldLabel<'_>) -> String {
    let words = missing.iter().map(|missing| {
        let name = label(&missing.field).map_or_else(|| missing.field.clone(), lowered);
        match missing.why {
            Absence::Missing => name,
            Absence::Withheld => format!("{name} (non publié à dessein)"),
            Absence::Unknown => format!("{name} (le projet ne sait pas)"),
        }
    });
    format!("Non évaluable. {}.", lacking(&words.collect::<Vec<_>>()))
}

/// The level would be lower, but for want of figures that it stood on.
pub(super) fn kept(lost: &[&str]) -> String {
    let labels: Vec<String> = lost.iter().map(|label| lowered(label)).collect();
    format!("Niveau maintenu. {}.", lacking(&labels))
}

fn lacking(labels: &[String]) -> String {
    let head = if labels.len() > 1 { "Données manquantes" } else { "Donnée manquante" };
    format!("{head}\u{a0}: {}", labels.join(", "))
}

/// A label within a sentence: without its capital, unless it begins with an acronym.
fn lowered(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => label.to_owned(),
    }
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
