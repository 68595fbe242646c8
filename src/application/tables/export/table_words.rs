//! What people call the columns and the words of exported tables.

use std::borrow::Cow;

use crate::application::queries::edition_comparison::{ComparedField, EditionMove};
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::Dictionary;

/// French headers of the columns that are not fields of the dictionary.
const HEADERS: &[(&str, &str)] = &[
    ("alert", "Alerte"),
    ("rule", "Règle"),
    ("subject", "Objet"),
    ("state", "État"),
    ("level", "Niveau"),
    ("since", "Depuis le"),
    ("stale", "Sur données anciennes"),
    ("hidden_by", "Masquée par"),
    ("explanation", "Explication"),
    ("mission", "Mission"),
    ("kind", "Nature"),
    ("automatic", "D’office"),
    ("opened_on", "Ouverte le"),
    ("due_on", "Échéance"),
    ("late", "En retard"),
    ("reasons", "Motifs"),
    ("rule_title", "Titre de la règle"),
    ("rule_titles", "Règles à l’origine"),
    ("outcome", "Résultat"),
    ("move", "Mouvement"),
    ("changed", "Ce qui change"),
    ("cost_before", "Coût avant"),
    ("cost_after", "Coût après"),
    ("cost_change", "Évolution du coût"),
    ("end_before", "Fin prévue avant"),
    ("end_after", "Fin prévue après"),
    ("end_shift_days", "Décalage de la fin (jours)"),
    ("phase_before", "Phase avant"),
    ("phase_after", "Phase après"),
    ("ministry_before", "Ministère avant"),
    ("ministry_after", "Ministère après"),
    ("name_before", "Nom avant"),
    ("name_after", "Nom après"),
    ("missing", "Données manquantes"),
    ("fault", "Règle en défaut"),
];

/// States of alerts and missions, and what a verdict came to.
const WORDS: &[(&str, &str)] = &[
    ("pending", "en attente"),
    ("open", "ouverte"),
    ("resolved", "close"),
    ("proposed", "proposée"),
    ("declined", "écartée"),
    ("withdrawn", "retirée"),
    ("closed", "close"),
    ("level", "évaluée"),
    ("unknown", "non évaluable"),
    ("failed", "règle en défaut"),
];

/// The French header of a column that is not a field of the dictionary.
pub(super) fn header(name: &str) -> Option<&'static str> {
    HEADERS.iter().find(|(own, _)| *own == name).map(|(_, header)| *header)
}

/// The words of programs as people read them.
pub(super) fn in_french<'t>(column: &str, text: &'t str, dictionary: &Dictionary) -> Cow<'t, str> {
    let label = match column {
        "level" => text.parse::<Level>().map(Level::label).ok(),
        "kind" => text.parse::<MissionKind>().map(MissionKind::label).ok(),
        "move" => text.parse::<EditionMove>().map(EditionMove::label).ok(),
        "phase" | "phase_previous" | "phase_before" | "phase_after" => {
            text.parse::<Phase>().map(Phase::label).ok()
        }
        "state" | "outcome" => {
            WORDS.iter().find(|(word, _)| *word == text).map(|(_, label)| *label)
        }
        "missing" => {
            let label = |name: &str| {
                dictionary.field(name).map_or(name.to_owned(), |field| field.label.to_lowercase())
            };
            let labels: Vec<String> = text.split(", ").map(label).collect();
            return labels.join(", ").into();
        }
        "changed" => {
            let label = |word: &str| {
                word.parse::<ComparedField>()
                    .map_or(word.to_owned(), |field| field.label().to_owned())
            };
            let labels: Vec<String> = text.split(", ").map(label).collect();
            return labels.join(", ").into();
        }
        _ => None,
    };
    label.map_or(Cow::Borrowed(text), |label| label.to_owned().into())
}
