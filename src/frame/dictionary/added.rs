//! A fact that a catalogue adds to the dictionary, or what it says otherwise of a field of the program.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::field::{Field, FieldKind, FieldOrigin, Gathering, RecordKind, Supplier, Unit};
use super::in_force::Dictionary;
use super::interned::{interned, leaked};
use super::parse::check_alone;
use super::taken::is_taken;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::worsening::Worsening;

/// In characters.
const LONGEST_NAME: usize = 40;
const LONGEST_LABEL: usize = 120;
const LONGEST_MEANING: usize = 1_000;
const LONGEST_CHOICE: usize = 80;

const MOST_CHOICES: usize = 30;

/// What is wrong with the text of a field, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Bytes of the text; `None` when the fault is of the whole.
    pub span: Option<Range<usize>>,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the entry of a field, `[name]`")]
struct Entry {
    kind: Option<FieldKind>,
    unit: Option<Unit>,
    label: Option<String>,
    meaning: Option<String>,
    supplier: Option<Supplier>,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    choices: Vec<String>,
    worsening: Option<Worsening>,
    of: Option<RecordKind>,
    gathered: Option<Gathering>,
}

/// Lays the field `name`, described by the one entry of `text`, over a dictionary.
///
/// # Errors
///
/// The text is no entry, or describes no fact: what was found, and what was expected.
pub fn add(dictionary: &mut Dictionary, name: &str, text: &str) -> Result<(), FieldFault> {
    let entries: BTreeMap<String, Spanned<Entry>> = toml::from_str(text)
        .map_err(|error| FieldFault { span: error.span(), reason: error.message().to_owned() })?;
    if let Some((other, entry)) = entries.iter().find(|(other, _)| *other != name) {
        let reason =
            format!("found the field `{other}`, expected `{name}` alone, as the file is named");
        return Err(FieldFault { span: Some(entry.span()), reason });
    }
    let Some(entry) = entries.into_values().next() else {
        let reason = format!("found no field, expected the entry `[{name}]`");
        return Err(FieldFault { span: None, reason });
    };
    let span = Some(entry.span());
    let at = |reason: String| FieldFault {
        span: span.clone(),
        reason: format!("field `{name}`: {reason}"),
    };
    let entry = entry.into_inner();
    check_sizes(name, &entry).map_err(at)?;
    let field = match super::built_in().field(name) {
        Some(known) => entry.reworded(known),
        None => entry.fact(name),
    };
    dictionary.set(field.map_err(at)?);
    Ok(())
}

impl Entry {
    /// All that the expression of a built-in field and earlier files rest on stays: only its words change.
    fn reworded(self, known: &'static Field) -> Result<&'static Field, String> {
        let Self { kind, unit, label, meaning, supplier, .. } = &self;
        let is_fixed = kind.is_some_and(|kind| kind != known.kind)
            || unit.is_some_and(|unit| unit != known.unit)
            || supplier.is_some_and(|supplier| supplier != known.supplier)
            || self.min.or(self.max).is_some()
            || !self.choices.is_empty()
            || self.worsening.is_some()
            || self.of.is_some()
            || self.gathered.is_some();
        if is_fixed {
            return Err("found more than words, expected `label` or `meaning`: the field is part of the program".to_owned());
        }
        let definition = format!("{} {label:?} {meaning:?}", known.name);
        interned(definition, || Field {
            label: label.as_deref().map_or(known.label, leaked),
            meaning: meaning.as_deref().map_or(known.meaning, leaked),
            ..known.clone()
        })
        .ok_or_else(too_many)
    }

    fn fact(self, name: &str) -> Result<&'static Field, String> {
        let definition = format!("{name} {self:?}");
        let Self { kind, unit, label, meaning, supplier, .. } = self;
        let Self { min, max, choices, worsening, of, gathered, .. } = self;
        let kind = kind.ok_or("has no `kind`, expected bool, int, float, text or date")?;
        let label = label.ok_or("has no `label`, expected what people call it, in French")?;
        let meaning = meaning.ok_or("has no `meaning`, expected its definition, in French")?;
        let supplier = supplier.filter(|supplier| supplier.reports()).ok_or(
            "has no `supplier` of facts, expected dinum, article3, questionnaire or audit",
        )?;
        let unit = unit.unwrap_or_default();
        let is_figure = matches!(kind, FieldKind::Int | FieldKind::Float);
        if !is_figure && unit != Unit::None {
            return Err(format!(
                "found the unit `{}`, expected none: it is no number",
                unit.as_str()
            ));
        }
        check_bounds(kind, (min, max), &choices)?;
        check_gathering(kind, of, gathered)?;
        let alone = Field {
            name: "",
            kind,
            unit,
            label: "",
            meaning: "",
            question: None,
            theme: None,
            supplier,
            origin: if of.is_some() { FieldOrigin::List } else { FieldOrigin::Fact },
            scopes: vec![SubjectKind::Project],
            worsening,
            min,
            max,
            choices: vec![],
            of,
            gathered,
            declarable: false,
            withheld_by: None,
        };
        check_alone(&alone, [name, &label, &meaning])?;
        interned(definition, || Field {
            name: leaked(name),
            label: leaked(&label),
            meaning: leaked(&meaning),
            choices: choices.iter().map(|choice| leaked(choice)).collect(),
            ..alone
        })
        .ok_or_else(too_many)
    }
}

fn too_many() -> String {
    "found one definition too many since the service started, expected fewer drafts of fields: restart it".to_owned()
}

fn check_sizes(name: &str, entry: &Entry) -> Result<(), String> {
    if is_taken(name) {
        return Err("has a name that is taken, expected another".to_owned());
    }
    let sizes = [
        ("the name", name, LONGEST_NAME),
        ("`label`", entry.label.as_deref().unwrap_or_default(), LONGEST_LABEL),
        ("`meaning`", entry.meaning.as_deref().unwrap_or_default(), LONGEST_MEANING),
    ];
    let choices = entry.choices.iter().map(|choice| ("a choice", choice.as_str(), LONGEST_CHOICE));
    for (what, text, most) in sizes.into_iter().chain(choices) {
        let letters = text.chars().count();
        if letters > most {
            return Err(format!("{what} has {letters} characters, expected at most {most}"));
        }
    }
    if entry.choices.len() > MOST_CHOICES {
        return Err(format!(
            "has {} choices, expected at most {MOST_CHOICES}",
            entry.choices.len()
        ));
    }
    Ok(())
}

fn check_gathering(
    kind: FieldKind,
    of: Option<RecordKind>,
    gathered: Option<Gathering>,
) -> Result<(), String> {
    let gathering = match (of, gathered) {
        (None, None) => return Ok(()),
        (Some(_), Some(gathering)) => gathering,
        (Some(_), None) => {
            return Err("has no `gathered`, expected how the values of records make one: sum, largest, smallest, any or all".to_owned());
        }
        (None, Some(_)) => {
            return Err("found `gathered` without `of`, expected contract or milestone".to_owned());
        }
    };
    let suits = match gathering {
        Gathering::Sum => matches!(kind, FieldKind::Int | FieldKind::Float),
        Gathering::Largest | Gathering::Smallest => {
            matches!(kind, FieldKind::Int | FieldKind::Float | FieldKind::Date)
        }
        Gathering::Any | Gathering::All => kind == FieldKind::Bool,
    };
    if suits {
        return Ok(());
    }
    Err(format!(
        "found `gathered` `{}`, expected a way to gather values of its kind",
        gathering.as_str()
    ))
}

fn check_bounds(
    kind: FieldKind,
    (min, max): (Option<f64>, Option<f64>),
    choices: &[String],
) -> Result<(), String> {
    let is_figure = matches!(kind, FieldKind::Int | FieldKind::Float);
    if !is_figure && min.or(max).is_some() {
        return Err("found bounds, expected none: it is no number".to_owned());
    }
    if [min, max].into_iter().flatten().any(|bound| !bound.is_finite()) {
        return Err("found a bound that is no number".to_owned());
    }
    if let (Some(low), Some(high)) = (min, max)
        && low > high
    {
        return Err(format!("found `min` {low} above `max` {high}"));
    }
    if let Some(twice) = choices.iter().enumerate().find_map(|(at, one)| {
        (one.trim().is_empty() || choices.iter().take(at).any(|other| other == one)).then_some(one)
    }) {
        return Err(format!("found the choice `{twice}`, expected each once and none empty"));
    }
    match kind {
        _ if choices.is_empty() => Ok(()),
        FieldKind::Text => Ok(()),
        FieldKind::Int => check_steps(min, max, choices.len()),
        FieldKind::Bool | FieldKind::Float | FieldKind::Date => {
            Err("found `choices`, expected them of a text or a whole number".to_owned())
        }
    }
}

/// A whole number means something from its least value to its greatest.
fn check_steps(min: Option<f64>, max: Option<f64>, choices: usize) -> Result<(), String> {
    let (Some(low), Some(high)) = (min, max) else {
        return Err("found `choices` without `min` and `max`, expected both".to_owned());
    };
    let steps = high - low + 1.0;
    let found = f64::from(u32::try_from(choices).unwrap_or(u32::MAX));
    if low.fract() != 0.0 || (found - steps).abs() > 0.5 {
        return Err(format!(
            "found {choices} choices, expected one for each value from {low} to {high}"
        ));
    }
    Ok(())
}
