//! Says in words what a rule compared.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::domain::rules::verdict::Comparison;
use crate::frame::dictionary::Dictionary;
use crate::support::french_article::Named;

/// The time between two dates, as rules write it.
static BETWEEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(days|months)_between\(([^(),]+), ([^(),]+)\)").ok());

/// A field, as rules write it.
static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bp\.([a-z0-9_]+)").ok());

/// A comparison of a verdict's evidence in words, expressions of the rule included: « Jours entre échéance et date d’évaluation :
/// 521 jours, au-dessus de… ».
pub fn comparison_in_words(comparison: &Comparison, dictionary: &Dictionary) -> String {
    let text = match comparison.text.strip_prefix('`').and_then(|text| text.split_once('`')) {
        Some((expression, rest)) => {
            format!("{}{rest}", expression_in_words(expression, dictionary))
        }
        None => comparison.text.clone(),
    };
    in_words(&text, comparison.held)
}

/// An expression of a rule by the labels of its fields; as it is, between quotes, where words cannot say it all.
pub(in crate::rules) fn expression_in_words(expression: &str, dictionary: &Dictionary) -> String {
    let (Some(between), Some(field)) = (&*BETWEEN, &*FIELD) else { return expression.to_owned() };
    let words = between.replace_all(expression, |found: &Captures<'_>| {
        let (_, [unit, from, to]) = found.extract();
        format!("{} entre {from} et {to}", if unit == "days" { "jours" } else { "mois" })
    });
    let words: Cow<'_, str> = field.replace_all(&words, |found: &Captures<'_>| {
        let (_, [name]) = found.extract();
        let label = dictionary.label(name).unwrap_or(name);
        let mut letters = label.chars();
        let first = letters.next().map(char::to_lowercase).into_iter().flatten();
        first.chain(letters).collect::<String>()
    });
    let words = words.replace(" - ", " − ").replace(" * ", " × ").replace(" / ", " ÷ ");
    if words.contains(['(', '_', '[']) {
        return format!("« {expression} »");
    }
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).collect()
}

/// A comparison in words: « L’écart budgétaire, 51,9 %, dépasse le seuil critique de 30 % ».
pub(super) fn in_words(text: &str, held: bool) -> String {
    const SIGNS: [(&str, [&str; 2]); 8] = [
        (" ≥ ", ["au moins", "moins que"]),
        (" ≤ ", ["au plus", "plus que"]),
        (" > ", ["au-dessus de", "pas au-dessus de"]),
        (" < ", ["au-dessous de", "pas au-dessous de"]),
        (" ≠ ", ["autre que", "égal à"]),
        (" = ", ["égal à", "autre que"]),
        (" ∈ ", ["parmi", "hors de"]),
        (" entre ", ["entre", "hors de"]),
    ];
    if let Some(name) = text.strip_suffix(" : renseigné") {
        return format!("{name} : {}", if held { "renseigné" } else { "inconnu" });
    }
    let sign = SIGNS.iter().find_map(|(sign, words)| Some((text.split_once(sign)?, sign, words)));
    let Some(((left, right), sign, [so, not_so])) = sign else { return text.to_owned() };
    if let Some(sentence) = sentence(left, sign.trim(), right, held) {
        return sentence;
    }
    let left = labelled(left)
        .map_or_else(|| left.to_owned(), |(label, value)| format!("{label} : {value}"));
    let right = labelled(right)
        .map_or_else(|| right.to_owned(), |(label, value)| format!("« {label} » ({value})"));
    format!("{left}, {} {right}", if held { so } else { not_so })
}

/// Of figures whose labels take an article.
fn sentence(left: &str, sign: &str, right: &str, held: bool) -> Option<String> {
    let (label, value) = labelled(left)?;
    let subject = Named::of(label).filter(|_| !is_date(value))?;
    let verb = verb(sign, held)?;
    let object = match (labelled(right), verb) {
        (None, _) if right.starts_with('`') => return None,
        (None, Verb::BeBelow(_)) => format!("de {right}"),
        (None, Verb::Exceed(_) | Verb::Reach(_)) => right.to_owned(),
        (Some((bound, limit_value)), verb) => {
            let limit = Named::of(bound)?;
            let named = match verb {
                Verb::BeBelow(_) => limit.after_de(),
                Verb::Exceed(_) | Verb::Reach(_) => limit.definite(),
            };
            // « le seuil critique de 30 % », but « le seuil de saisine de l’article 3, 9 M€ ».
            let is_short = bound.to_lowercase().starts_with("seuil") && !bound.contains(" de ");
            format!("{named}{} {limit_value}", if is_short { " de" } else { "," })
        }
    };
    let named = subject.definite();
    let mut letters = named.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let begun: String = first.chain(letters).collect();
    Some(format!("{begun}, {value}, {} {object}", verb.said(subject.is_plural())))
}

/// Whether it is so, or not.
#[derive(Clone, Copy)]
enum Verb {
    Exceed(bool),
    Reach(bool),
    BeBelow(bool),
}

fn verb(sign: &str, held: bool) -> Option<Verb> {
    match sign {
        ">" => Some(Verb::Exceed(held)),
        "≤" => Some(Verb::Exceed(!held)),
        "≥" => Some(Verb::Reach(held)),
        "<" => Some(Verb::BeBelow(held)),
        _ => None,
    }
}

impl Verb {
    fn said(self, is_plural: bool) -> &'static str {
        match (self, is_plural) {
            (Self::Exceed(true), false) => "dépasse",
            (Self::Exceed(true), true) => "dépassent",
            (Self::Exceed(false), false) => "ne dépasse pas",
            (Self::Exceed(false), true) => "ne dépassent pas",
            (Self::Reach(true), false) => "atteint",
            (Self::Reach(true), true) => "atteignent",
            (Self::Reach(false), false) => "n’atteint pas",
            (Self::Reach(false), true) => "n’atteignent pas",
            (Self::BeBelow(true), false) => "est en deçà",
            (Self::BeBelow(true), true) => "sont en deçà",
            (Self::BeBelow(false), false) => "n’est pas en deçà",
            (Self::BeBelow(false), true) => "ne sont pas en deçà",
        }
    }
}

/// The two parts of `label (value)`.
fn labelled(side: &str) -> Option<(&str, &str)> {
    side.strip_suffix(')')?.rsplit_once(" (")
}

/// Whether a value ends in a year: `30 novembre 2020`, `mars 2022`.
fn is_date(value: &str) -> bool {
    value.rsplit_once(' ').is_some_and(|(_, last)| {
        last.len() == 4 && last.chars().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::dictionary;
    use crate::frame::dictionary::FieldKind;

    #[test]
    fn expressions_of_rules_are_said_by_the_labels_of_their_fields() {
        let said = |text: &str| {
            let text = text.to_owned();
            let comparison = Comparison { line: 1, column: 1, text, held: true };
            comparison_in_words(&comparison, dictionary::built_in())
        };
        assert_eq!(
            said(
                "`p.cost_current - p.cost_previous` (17,6 M€) > tolérance d’arrondi du coût (0,15 M€)"
            ),
            "Le coût actualisé − coût précédent, 17,6 M€, dépasse la tolérance d’arrondi du coût, 0,15 M€"
        );
        let until = said("`months_between(p.as_of, p.contract_end_on)` (4 mois) < 6 mois");
        assert!(until.contains("entre date d’évaluation et fin du dernier marché"), "{until}");
        let code = said("`count(p.x[0])` (4) < 6");
        assert!(code.contains("« count(p.x[0]) »"), "{code}");
    }

    #[test]
    fn a_comparison_is_said_in_words() {
        for (text, held, words) in [
            (
                "Écart budgétaire (51,9 %) > seuil critique (30 %)",
                true,
                "L’écart budgétaire, 51,9 %, dépasse le seuil critique de 30 %",
            ),
            (
                "Écart budgétaire (1 %) > seuil critique (30 %)",
                false,
                "L’écart budgétaire, 1 %, ne dépasse pas le seuil critique de 30 %",
            ),
            (
                "Projets à l’écart connu (7) ≥ nombre de projets mesurés (3)",
                true,
                "Les projets à l’écart connu, 7, atteignent le nombre de projets mesurés, 3",
            ),
            (
                "Coût actualisé (8 M€) < seuil de saisine de l’article 3 (9 M€)",
                true,
                "Le coût actualisé, 8 M€, est en deçà du seuil de saisine de l’article 3, 9 M€",
            ),
            ("Éditions (2) ≤ 3", true, "Les éditions, 2, ne dépassent pas 3"),
            (
                "Fin prévue (mars 2022) > date de l’édition (juin 2020)",
                true,
                "Fin prévue : mars 2022, au-dessus de « date de l’édition » (juin 2020)",
            ),
            ("`p.spi * 2` (1,8) < 2", true, "`p.spi * 2` : 1,8, au-dessous de 2"),
            (
                "Phase (Terminé) ∈ [Terminé, Arrêté]",
                true,
                "Phase : Terminé, parmi [Terminé, Arrêté]",
            ),
            ("Coût actualisé : renseigné", false, "Coût actualisé : inconnu"),
            (
                "Âge (200 jours) entre 100 jours et 300 jours",
                false,
                "Âge : 200 jours, hors de 100 jours et 300 jours",
            ),
        ] {
            assert_eq!(in_words(text, held), words);
        }
    }

    #[test]
    fn nearly_all_figures_of_the_dictionary_take_an_article() {
        let is_figure = |kind| matches!(kind, FieldKind::Int | FieldKind::Float);
        let labels: Vec<&str> = dictionary::built_in()
            .fields()
            .filter(|field| is_figure(field.kind))
            .map(|field| field.label)
            .collect();
        let without: Vec<&&str> =
            labels.iter().filter(|label| Named::of(label).is_none()).collect();
        assert!(without.len() * 20 < labels.len(), "{without:?}");
    }
}
