//! How one question is answered: what is expected, in words, and what the cell takes.

use rust_xlsxwriter::{DataValidation, Formula, XlsxError};

use crate::domain::plausible;
use crate::domain::portfolio::follow_up::NoAnswer;
use crate::domain::value::Value;
use crate::frame::dictionary::{Field, FieldKind, Unit};
use crate::support::french;

/// That the last answer, shown beside, still holds. The profile of the workbook knows the word.
pub(in crate::application::questionnaire) const UNCHANGED: &str = "Inchangé";
/// `NoAnswer` as cells say it.
pub(in crate::application::questionnaire) const UNKNOWN: &str = "Ne sait pas";
pub(in crate::application::questionnaire) const WITHHELD: &str = "Non communiqué";

/// What any question may be answered.
pub(in crate::application::questionnaire) const WORDS: [&str; 3] = [UNCHANGED, UNKNOWN, WITHHELD];

pub(in crate::application::questionnaire) const YES: &str = "Oui";
pub(in crate::application::questionnaire) const NO: &str = "Non";

/// Characters of the format's message about a cell.
const LONGEST_MESSAGE: usize = 255;

/// How a question is answered.
#[derive(Debug)]
pub(in crate::application::questionnaire) struct AnswerFormat {
    /// In French, complete sentences.
    pub expected: String,
    /// Of the cells of values, in the words of the format.
    pub number_format: &'static str,
    pub allowed: Allowed,
}

#[derive(Debug)]
pub(in crate::application::questionnaire) enum Allowed {
    /// One of these.
    Choices(Vec<&'static str>),
    /// A figure, a whole one or not, within bounds.
    Figure {
        whole: bool,
        least: Option<f64>,
        most: f64,
    },
    Date,
    Text,
}

impl AnswerFormat {
    pub(in crate::application::questionnaire) fn of(field: &Field) -> Self {
        match field.kind {
            FieldKind::Bool => Self::among(vec![YES, NO], "Oui ou Non.".to_owned()),
            FieldKind::Int | FieldKind::Text if !field.choices.is_empty() => {
                let expected = format!("Au choix\u{a0}: {}.", field.choices.join(", "));
                Self::among(field.choices.clone(), expected)
            }
            FieldKind::Text => Self {
                expected: "Un texte.".to_owned(),
                number_format: "General",
                allowed: Allowed::Text,
            },
            FieldKind::Date => Self {
                expected: "Une date, telle que 31/01/2021.".to_owned(),
                number_format: "dd/mm/yyyy",
                allowed: Allowed::Date,
            },
            FieldKind::Int | FieldKind::Float => Self::figure(field),
        }
    }

    fn among(choices: Vec<&'static str>, expected: String) -> Self {
        Self { expected, number_format: "General", allowed: Allowed::Choices(choices) }
    }

    fn figure(field: &Field) -> Self {
        let whole = field.kind == FieldKind::Int;
        let least = field.least();
        let most = field.max.unwrap_or(match field.unit {
            Unit::Ratio if field.is_share() => 1.0,
            Unit::Meur | Unit::MeurPerYear => plausible::MOST_MEUR,
            Unit::Months => plausible::MOST_MONTHS,
            Unit::None | Unit::Ratio | Unit::Points | Unit::Days | Unit::Count | Unit::Fte => {
                plausible::MOST
            }
        });
        let number_format = match field.unit {
            Unit::Ratio | Unit::Points => "0.0%",
            _ if whole => "#,##0",
            Unit::None
            | Unit::Meur
            | Unit::MeurPerYear
            | Unit::Months
            | Unit::Days
            | Unit::Count
            | Unit::Fte => "General",
        };
        let expected = expected_figure(field, (whole, least));
        Self { expected, number_format, allowed: Allowed::Figure { whole, least, most } }
    }

    /// What the cell says when it refuses an answer.
    pub(in crate::application::questionnaire) fn refusal(&self) -> String {
        let [unchanged, unknown, withheld] = WORDS;
        let words = format!("Ou\u{a0}: {unchanged}, {unknown}, {withheld}.");
        let room = LONGEST_MESSAGE.saturating_sub(words.chars().count() + 2);
        let expected: String = if self.expected.chars().count() <= room {
            self.expected.clone()
        } else {
            "Au choix, dans la liste de la cellule.".to_owned()
        };
        format!("{expected} {words}")
    }

    /// The validation of cells, of which the first is `cell`. `list` is the place of the choices, where there are any.
    pub(in crate::application::questionnaire) fn validation(
        &self,
        cell: &str,
        list: Option<&str>,
    ) -> Result<DataValidation, XlsxError> {
        let validation = match (&self.allowed, list) {
            (Allowed::Choices(_), Some(list)) => {
                DataValidation::new().allow_list_formula(Formula::new(list))
            }
            (Allowed::Choices(_) | Allowed::Text, _) => DataValidation::new().allow_any_value(),
            (Allowed::Figure { whole, least, most }, _) => {
                let mut bounds = vec![format!("{cell}<={most}")];
                bounds.extend(least.map(|least| format!("{cell}>={least}")));
                bounds.extend(whole.then(|| format!("{cell}=INT({cell})")));
                DataValidation::new().allow_custom(or_words(cell, &bounds.join(",")))
            }
            (Allowed::Date, _) => {
                let bounds = format!("{cell}>=DATE(1970,1,1),{cell}<=DATE(2100,12,31)");
                DataValidation::new().allow_custom(or_words(cell, &bounds))
            }
        };
        validation
            .set_input_message(self.refusal())?
            .set_error_title("Réponse non reconnue")?
            .set_error_message(self.refusal())
    }
}

/// A number within bounds, or one of the words for any question. Comparing a text with a number would be an error of the
/// whole formula.
fn or_words(cell: &str, bounds: &str) -> Formula {
    let words = WORDS.map(|word| format!("{cell}=\"{word}\"")).join(",");
    Formula::new(format!("=IF(ISNUMBER({cell}),AND({bounds}),OR({words}))"))
}

fn expected_figure(field: &Field, (whole, least): (bool, Option<f64>)) -> String {
    if field.is_share() {
        return "Un pourcentage, de 0\u{a0}% à 100\u{a0}%.".to_owned();
    }
    let kind = if whole { "Un nombre entier" } else { "Un nombre" };
    let unit = match field.unit {
        Unit::None | Unit::Count => "",
        Unit::Ratio => ", en pourcentage",
        Unit::Points => ", en points de pourcentage",
        Unit::Meur => ", en millions d’euros toutes taxes comprises",
        Unit::MeurPerYear => ", en millions d’euros toutes taxes comprises par an",
        Unit::Months => ", en mois",
        Unit::Days => ", en jours",
        Unit::Fte => ", en équivalents temps plein",
    };
    let shown = |bound: f64| french::decimal_at_most(bound, 2);
    let bounds = match (least, field.max) {
        (Some(least), Some(most)) => format!(", de {} à {}", shown(least), shown(most)),
        (None, Some(most)) => format!(", d’au plus {}", shown(most)),
        // Nobody thinks of a million millions: below zero is what people ask about.
        (Some(least), None) if least < 0.0 => ", négatif s’il le faut".to_owned(),
        (Some(least), None) => format!(", d’au moins {}", shown(least)),
        (None, None) => String::new(),
    };
    format!("{kind}{unit}{bounds}.")
}

pub(in crate::application::questionnaire) fn no_answer(why: NoAnswer) -> &'static str {
    match why {
        NoAnswer::Unknown => UNKNOWN,
        NoAnswer::Withheld => WITHHELD,
    }
}

/// A whole number that the dictionary gives a meaning, in words.
pub(in crate::application::questionnaire) fn step(
    field: &Field,
    value: &Value,
) -> Option<&'static str> {
    let Value::Int(number) = value else { return None };
    field.steps().find(|(step, _)| step == number).map(|(_, meaning)| meaning)
}
