//! The form of the signs of a rule: a level, a condition by fields and operators, a sentence.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::level::Level;
use crate::rules;
use crate::rules::{
    ConditionTest, ConditionWords, EditedSign, SentencePart, Sign, TestFault, TestLink,
    TestOperator,
};
use crate::web::query::Choice;

/// What is wrong with a form, and the field where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::web) struct FieldError {
    pub(in crate::web) anchor: String,
    pub(in crate::web) text: String,
}

/// The signs of a rule as the form has them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SignsForm {
    pub(super) signs: Vec<SignForm>,
    levels: Vec<Choice>,
    operators: Vec<Choice>,
    links: Vec<Choice>,
    fields: Vec<String>,
    thresholds: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct SignForm {
    /// The place in the text of the sign that it comes from.
    former: Option<usize>,
    level: String,
    /// Whether the condition is given line by line; otherwise as code.
    by_lines: bool,
    lines: Vec<ConditionTest>,
    when: String,
    unless: String,
    says: String,
    said: Vec<SentencePart>,
}

/// What the fields of a form hold, by name.
pub(super) type Fields = BTreeMap<String, String>;

impl SignsForm {
    /// The form of the signs of a text; `None` if it has none that can be told apart.
    pub(super) fn of_text(text: &str, words: ConditionWords<'_>) -> Option<Self> {
        let signs = rules::signs_of(text)?.into_iter().enumerate();
        let signs = signs.map(|(place, sign)| SignForm::of(place, sign, words)).collect();
        Some(Self::with(signs, words))
    }

    /// The signs as they were sent.
    pub(super) fn read(fields: &Fields, words: ConditionWords<'_>) -> Self {
        let count = number(fields, "signes").min(rules_bound());
        let signs = (1..=count).map(|sign| SignForm::read(fields, sign, words)).collect();
        Self::with(signs, words)
    }

    fn with(signs: Vec<SignForm>, words: ConditionWords<'_>) -> Self {
        let choice = |(value, label): (&str, &str)| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
        };
        let levels = Level::ALL.into_iter().rev().filter(|level| *level != Level::Clear);
        Self {
            signs,
            levels: levels.map(|level| choice((level.as_str(), level.label()))).collect(),
            operators: TestOperator::ALL.map(|one| choice((one.as_str(), one.label()))).into(),
            links: TestLink::ALL.map(|one| choice((one.as_str(), one.label()))).into(),
            fields: words.field_labels(),
            thresholds: words.threshold_labels(),
        }
    }

    /// Does what a button asks: `monter-2` is the second sign, up. Returns whether it was such a button.
    pub(super) fn apply(&mut self, act: &str, words: ConditionWords<'_>) -> bool {
        let mut parts = act.rsplitn(2, '-');
        let last = parts.next().and_then(|number| number.parse::<usize>().ok());
        let (Some(last), Some(verb)) = (last, parts.next()) else {
            if act == "ajouter-signe" {
                self.signs.push(SignForm::new());
                return true;
            }
            return false;
        };
        let Some(place) = last.checked_sub(1).filter(|place| *place < self.signs.len()) else {
            return false;
        };
        match verb {
            "retirer" => drop(self.signs.remove(place)),
            "monter" if place > 0 => self.signs.swap(place - 1, place),
            "descendre" if place + 1 < self.signs.len() => self.signs.swap(place, place + 1),
            "monter" | "descendre" => {}
            _ => return self.signs.get_mut(place).is_some_and(|sign| sign.apply(verb, words)),
        }
        true
    }

    /// The signs that the form makes.
    ///
    /// # Errors
    /// What cannot be written, with its field.
    pub(super) fn edited(
        &self,
        words: ConditionWords<'_>,
    ) -> Result<Vec<EditedSign>, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut edited = Vec::new();
        for (number, sign) in (1..).zip(&self.signs) {
            match sign.edited(number, words) {
                Ok(sign) => edited.push(sign),
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() { Ok(edited) } else { Err(errors) }
    }

    /// The field of a part of a sign, counted from 0.
    pub(super) fn anchor(&self, place: usize, part: rules::SignPart) -> String {
        let number = place + 1;
        let by_lines = self.signs.get(place).is_some_and(|sign| sign.by_lines);
        match part {
            rules::SignPart::Level => format!("s{number}-niveau"),
            rules::SignPart::When if by_lines => format!("s{number}-l1-champ"),
            rules::SignPart::When => format!("s{number}-condition"),
            rules::SignPart::Unless => format!("s{number}-sauf"),
            rules::SignPart::Says => format!("s{number}-phrase"),
        }
    }
}

/// Most signs and lines that a form may have.
const fn rules_bound() -> usize {
    60
}

impl SignForm {
    fn new() -> Self {
        Self {
            level: Level::Watch.as_str().to_owned(),
            by_lines: true,
            lines: vec![ConditionTest::default()],
            ..Self::default()
        }
    }

    fn of(place: usize, sign: Sign, words: ConditionWords<'_>) -> Self {
        let lines = words.tests(&sign.when);
        let says = sign.says.unwrap_or_default();
        Self {
            former: Some(place),
            level: sign.level.as_str().to_owned(),
            by_lines: lines.is_some(),
            lines: lines.unwrap_or_default(),
            when: sign.when,
            unless: sign.unless.unwrap_or_default(),
            said: words.sentence_in_parts(&says),
            says,
        }
    }

    fn read(fields: &Fields, sign: usize, words: ConditionWords<'_>) -> Self {
        let text = |name: &str| fields.get(&format!("s{sign}-{name}")).cloned().unwrap_or_default();
        let count = number(fields, &format!("s{sign}-lignes")).min(rules_bound());
        let lines = (1..=count).map(|line| {
            let of_line = |name: &str| text(&format!("l{line}-{name}"));
            ConditionTest {
                link: of_line("lien").parse().unwrap_or_default(),
                field: of_line("champ"),
                operator: of_line("operateur").parse().unwrap_or_default(),
                value: of_line("valeur"),
            }
        });
        let says = text("phrase");
        Self {
            former: text("origine").parse().ok(),
            level: text("niveau"),
            by_lines: text("forme") == "lignes",
            lines: lines.collect(),
            when: text("condition"),
            unless: text("sauf"),
            said: words.sentence_in_parts(&says),
            says,
        }
    }

    fn apply(&mut self, verb: &str, words: ConditionWords<'_>) -> bool {
        match verb {
            "ajouter-ligne" => self.lines.push(ConditionTest::default()),
            "en-texte" => {
                if let Ok(code) = words.code(&self.lines) {
                    self.when = code;
                }
                self.by_lines = false;
            }
            "en-lignes" => {
                let lines = words.tests(&self.when);
                self.by_lines = lines.is_some();
                self.lines = lines.unwrap_or_default();
            }
            _ => {
                let line = verb.strip_prefix("retirer-ligne-").and_then(|line| line.parse().ok());
                let line = line.and_then(|line: usize| line.checked_sub(1));
                let Some(line) = line.filter(|line| *line < self.lines.len()) else { return false };
                self.lines.remove(line);
            }
        }
        true
    }

    fn edited(
        &self,
        number: usize,
        words: ConditionWords<'_>,
    ) -> Result<EditedSign, Vec<FieldError>> {
        let error = |field: String, text: &str| FieldError {
            anchor: format!("s{number}-{field}"),
            text: format!("Signe {number}\u{a0}: {text}"),
        };
        let mut errors = Vec::new();
        let level = self.level.parse::<Level>();
        if level.is_err() {
            errors.push(error("niveau".to_owned(), "choisissez un niveau."));
        }
        let when = if self.by_lines {
            self.condition(number, words)
        } else {
            Ok(self.when.trim().to_owned())
        };
        let when = when.unwrap_or_else(|found| {
            errors.extend(found);
            String::new()
        });
        if when.is_empty() && errors.is_empty() {
            let field = if self.by_lines { "l1-champ" } else { "condition" };
            errors.push(error(field.to_owned(), "indiquez une condition."));
        }
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match level {
            Ok(level) if errors.is_empty() => Ok(EditedSign {
                former: self.former,
                sign: Sign { level, when, unless: given(&self.unless), says: given(&self.says) },
            }),
            _ => Err(errors),
        }
    }

    /// The condition that the lines make; lines without a field are left out.
    fn condition(
        &self,
        number: usize,
        words: ConditionWords<'_>,
    ) -> Result<String, Vec<FieldError>> {
        let given = self.lines.iter().enumerate().filter(|(_, line)| !line.field.trim().is_empty());
        let (places, lines): (Vec<usize>, Vec<ConditionTest>) =
            given.map(|(place, line)| (place, line.clone())).unzip();
        words.code(&lines).map_err(|faults| {
            let error = |(place, fault): (usize, TestFault)| {
                let line = places.get(place).copied().unwrap_or(place) + 1;
                let (field, text) = match fault {
                    TestFault::UnknownField => {
                        ("champ", "aucune donnée ne porte ce nom. Choisissez-en une dans la liste.")
                    }
                    TestFault::UnknownValue => (
                        "valeur",
                        "cette valeur n’est ni un nombre dans l’unité de la donnée («\u{a0}20 %\u{a0}»), ni un seuil, ni une donnée.",
                    ),
                };
                FieldError {
                    anchor: format!("s{number}-l{line}-{field}"),
                    text: format!("Signe {number}, ligne {line}\u{a0}: {text}"),
                }
            };
            faults.into_iter().map(error).collect()
        })
    }
}

fn number(fields: &Fields, name: &str) -> usize {
    fields.get(name).and_then(|count| count.parse().ok()).unwrap_or_default()
}
