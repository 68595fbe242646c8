//! Conditions and sentences of rules as people who do not read code read them: labels in place of names, thresholds with
//! their value.

use chrono::NaiveDate;
use serde::Serialize;

use super::condition::{ConditionTest, ConditionWords};

/// What functions of the language are called in a sentence.
const FUNCTIONS: [(&str, &str); 10] = [
    ("has", "renseigné"),
    ("surely", "sûrement"),
    ("days_between", "jours entre"),
    ("months_between", "mois entre"),
    ("change", "évolution"),
    ("previous", "valeur précédente"),
    ("editions_above", "éditions au-dessus"),
    ("abs", "valeur absolue"),
    ("min", "le plus petit de"),
    ("max", "le plus grand de"),
];

const SIGNS: [(&str, &str); 9] = [
    ("&&", "et"),
    ("||", "ou"),
    (">=", "≥"),
    ("<=", "≤"),
    ("==", "="),
    ("!=", "≠"),
    ("??", "à défaut"),
    ("!", "non"),
    ("*", "×"),
];

/// A piece of a sentence of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentencePart {
    pub text: String,
    /// Whether a value of the subject stands there.
    pub is_value: bool,
}

impl ConditionWords<'_> {
    /// A condition in French, with the values of thresholds at a date.
    pub fn condition_in_words(&self, code: &str, as_of: NaiveDate) -> String {
        let Some(tests) = self.tests(code) else { return self.labelled(code, as_of) };
        let mut words = Vec::new();
        for (place, test) in tests.iter().enumerate() {
            if place > 0 {
                words.push(test.link.label().to_owned());
            }
            words.push(self.test_in_words(test, as_of));
        }
        words.join(" ")
    }

    /// A sentence of a rule, with the label of what each of its values reads.
    pub fn sentence_in_parts(&self, says: &str) -> Vec<SentencePart> {
        let mut parts: Vec<SentencePart> = Vec::new();
        let mut rest = says;
        while let Some(open) = rest.find('{') {
            let (text, value) = rest.split_at(open);
            let length = closing(value).unwrap_or(value.len());
            parts.push(SentencePart { text: text.to_owned(), is_value: false });
            let code = value.get(1..length.saturating_sub(1)).unwrap_or_default();
            parts.push(SentencePart { text: self.fields_read(code), is_value: true });
            rest = value.get(length..).unwrap_or_default();
        }
        parts.push(SentencePart { text: rest.to_owned(), is_value: false });
        parts.retain(|part| !part.text.is_empty());
        parts
    }

    fn test_in_words(&self, test: &ConditionTest, as_of: NaiveDate) -> String {
        let (field, operator) = (&test.field, test.operator.label());
        if !test.operator.has_value() {
            return format!("« {field} » {operator}");
        }
        let value = match self.threshold_called(&test.value) {
            Some(threshold) => {
                let shown = threshold.shown_at(as_of);
                let shown = shown.unwrap_or_else(|| "pas encore en vigueur".to_owned());
                format!("« {} » ({shown})", threshold.label)
            }
            None if self.reading(&test.value).is_some() => format!("« {} »", test.value),
            None => test.value.clone(),
        };
        format!("« {field} » {operator} {value}")
    }

    /// The labels of what a value of a sentence reads, or what it is.
    fn fields_read(&self, code: &str) -> String {
        let mut labels: Vec<String> = Vec::new();
        for piece in pieces(code) {
            let label = piece.strip_prefix("p.").and_then(|name| self.dictionary.label(name));
            let label = label.map(str::to_owned).or_else(|| {
                let threshold = self.thresholds.get(piece.strip_prefix("t.")?)?;
                Some(threshold.label.clone())
            });
            labels.extend(label.filter(|label| !labels.contains(label)));
        }
        match code.trim().split_once('(') {
            _ if !labels.is_empty() => labels.join(", "),
            // A function of the rule, which its author named for what it adds.
            Some((function, _)) if is_name(function) => function.replace('_', " "),
            Some(_) | None => "complément".to_owned(),
        }
    }

    /// The code itself, with labels in place of names.
    fn labelled(&self, code: &str, as_of: NaiveDate) -> String {
        let named = |piece: &str| {
            if let Some(name) = piece.strip_prefix("p.") {
                let is_date = name == "as_of";
                let label = self.dictionary.label(name)?;
                return Some(if is_date {
                    "la date d’évaluation".to_owned()
                } else {
                    format!("« {label} »")
                });
            }
            if let Some(name) = piece.strip_prefix("t.") {
                let threshold = self.thresholds.get(name)?;
                let shown = threshold.shown_at(as_of).unwrap_or_default();
                return Some(format!("« {} » ({shown})", threshold.label));
            }
            let word = FUNCTIONS.iter().chain(&SIGNS).find(|(known, _)| *known == piece);
            word.map(|(_, word)| (*word).to_owned())
        };
        let mut words = String::new();
        for piece in pieces(&code.replace("(p, t)", "").replace("(p)", "")) {
            words.push_str(&named(piece).unwrap_or_else(|| piece.to_owned()));
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Whether a piece of code is the name of a function.
fn is_name(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
}

/// The names, signs and texts of a piece of code, in order, blanks included.
fn pieces(code: &str) -> Vec<&str> {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if is_name(first) {
            rest.find(|letter| !is_name(letter)).unwrap_or(rest.len())
        } else if first == '"' {
            rest.get(1..).and_then(|text| text.find('"')).map_or(rest.len(), |end| end + 2)
        } else {
            let sign = SIGNS.iter().map(|(sign, _)| *sign).find(|sign| rest.starts_with(sign));
            sign.map_or(first.len_utf8(), str::len)
        };
        let (piece, after) = rest.split_at(length);
        found.push(piece);
        rest = after;
    }
    found
}

/// The length of a value with its braces, of which the first letter is one.
fn closing(value: &str) -> Option<usize> {
    let mut depth = 0_usize;
    value.char_indices().find_map(|(at, letter)| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::portfolio::subject::SubjectKind;
    use crate::frame::dictionary::built_in;
    use crate::rules::catalogue::thresholds::Thresholds;

    fn words() -> ConditionWords<'static> {
        static NONE: std::sync::LazyLock<Thresholds> =
            std::sync::LazyLock::new(Thresholds::default);
        ConditionWords { dictionary: built_in(), thresholds: &NONE, scope: SubjectKind::Project }
    }

    #[test]
    fn conditions_are_said_in_words() {
        let as_of = NaiveDate::from_ymd_opt(2020, 11, 1).unwrap();
        let said = |code| words().condition_in_words(code, as_of);
        assert_eq!(
            said("p.budget_drift > 0.2 && has(p.phase)"),
            "« Écart budgétaire » est supérieur à 20\u{202f}% et « Phase » est renseigné"
        );
        assert_eq!(
            said("hausse(p, t) && !(p.budget_drift >= 2)"),
            "hausse et non(« Écart budgétaire » ≥ 2)"
        );
    }

    #[test]
    fn sentences_show_where_their_values_stand() {
        let parts = words().sentence_in_parts(
            "Écart de {pct(p.budget_drift)}{faute_de_reference(p)} : {if true { \"a\" } else { \"b\" }}.",
        );
        let texts: Vec<(&str, bool)> =
            parts.iter().map(|part| (part.text.as_str(), part.is_value)).collect();
        let expected = [
            ("Écart de ", false),
            ("Écart budgétaire", true),
            ("faute de reference", true),
            (" : ", false),
            ("complément", true),
            (".", false),
        ];
        assert_eq!(texts, expected);
    }
}
