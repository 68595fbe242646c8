//! Reads the text of the fields that are part of the program, and checks it.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::field::{Field, FieldKind, FieldOrigin, Supplier, Unit};
use super::past::Past;
use super::worsening::check_worsening;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::worsening::Worsening;
use crate::support::text_position::line_and_column;

#[derive(Debug)]
pub(super) struct BuiltIn {
    fields: Vec<Field>,
    pasts: Vec<Past>,
    /// Where each field is in `fields`.
    places: HashMap<&'static str, usize>,
}

/// What is wrong with the text, and on which line.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("src/frame/dictionary/fields.toml:{line}: {reason}")]
pub struct DictionaryError {
    line: usize,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text<'a> {
    #[serde(borrow)]
    family: Vec<Family<'a>>,
    #[serde(borrow, default)]
    past: Vec<PastEntry<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family<'a> {
    supplier: Supplier,
    origin: FieldOrigin,
    scopes: Vec<SubjectKind>,
    #[serde(borrow)]
    theme: Option<&'a str>,
    #[serde(borrow)]
    field: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    #[serde(borrow)]
    name: Spanned<&'a str>,
    kind: FieldKind,
    #[serde(default)]
    unit: Unit,
    label: &'a str,
    meaning: &'a str,
    #[serde(borrow)]
    question: Option<&'a str>,
    supplier: Option<Supplier>,
    origin: Option<FieldOrigin>,
    scopes: Option<Vec<SubjectKind>>,
    #[serde(default)]
    declarable: bool,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(borrow, default)]
    choices: Vec<&'a str>,
    #[serde(borrow)]
    withheld_by: Option<&'a str>,
    worsening: Option<Worsening>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PastEntry<'a> {
    #[serde(borrow)]
    field: Spanned<&'a str>,
    #[serde(borrow)]
    previous: Option<&'a str>,
    #[serde(borrow)]
    change: Option<&'a str>,
    #[serde(borrow)]
    editions: Option<&'a str>,
    #[serde(borrow)]
    a_year_ago: Option<&'a str>,
    #[serde(borrow)]
    changes: Option<&'a str>,
    #[serde(borrow)]
    last_change: Option<&'a str>,
}

impl BuiltIn {
    /// # Errors
    ///
    /// Fails at the first line that is not a dictionary's: what was found there and what was expected.
    pub(super) fn parse(text: &'static str) -> Result<Self, DictionaryError> {
        let read: Text<'static> = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            DictionaryError::at(text, start, error.message())
        })?;
        let mut dictionary = Self { fields: vec![], pasts: vec![], places: HashMap::new() };
        let mut starts = Vec::new();
        for family in read.family {
            for entry in &family.field {
                let start = entry.name.span().start;
                let field = entry.field(&family);
                dictionary
                    .add(field)
                    .map_err(|reason| DictionaryError::at(text, start, &reason))?;
                starts.push(start);
            }
        }
        for (field, start) in dictionary.fields.iter().zip(starts) {
            dictionary
                .check_withheld(field)
                .map_err(|reason| DictionaryError::at(text, start, &reason))?;
        }
        for entry in read.past {
            let start = entry.field.span().start;
            let past = entry.past();
            dictionary
                .check_past(&past)
                .map_err(|reason| DictionaryError::at(text, start, &reason))?;
            dictionary.pasts.push(past);
        }
        Ok(dictionary)
    }

    pub(super) fn fields(&'static self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter()
    }

    pub(super) fn pasts(&self) -> &[Past] {
        &self.pasts
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(*self.places.get(name)?)
    }

    fn add(&mut self, field: Field) -> Result<(), String> {
        let texts = [field.name, field.label, field.meaning];
        check_alone(&field, texts).map_err(|reason| format!("field `{}`: {reason}", field.name))?;
        match self.places.entry(field.name) {
            Slot::Occupied(_) => {
                Err(format!("found the field `{}` again, expected it once", field.name))
            }
            Slot::Vacant(slot) => {
                slot.insert(self.fields.len());
                self.fields.push(field);
                Ok(())
            }
        }
    }

    fn check_withheld(&self, field: &Field) -> Result<(), String> {
        let Some(name) = field.withheld_by else { return Ok(()) };
        let is_flag = self.field(name).is_some_and(|flag| flag.kind == FieldKind::Bool);
        if is_flag {
            return Ok(());
        }
        Err(format!("field `{}`: found `withheld_by` `{name}`, expected a bool field", field.name))
    }

    fn check_past(&self, past: &Past) -> Result<(), String> {
        let unknown = |name: &&str| self.field(name).is_none();
        match std::iter::once(past.field).chain(past.fields()).find(unknown) {
            Some(name) => Err(format!("past: found `{name}`, expected the name of a field")),
            None => Ok(()),
        }
    }
}

impl Entry<'static> {
    fn field(&self, family: &Family<'static>) -> Field {
        Field {
            name: self.name.get_ref(),
            kind: self.kind,
            unit: self.unit,
            label: self.label,
            meaning: self.meaning,
            question: self.question,
            theme: family.theme,
            supplier: self.supplier.unwrap_or(family.supplier),
            origin: self.origin.unwrap_or(family.origin),
            scopes: self.scopes.as_ref().unwrap_or(&family.scopes).clone(),
            min: self.min,
            max: self.max,
            choices: self.choices.clone(),
            of: None,
            gathered: None,
            declarable: self.declarable,
            withheld_by: self.withheld_by,
            worsening: self.worsening,
        }
    }
}

impl PastEntry<'static> {
    fn past(&self) -> Past {
        Past {
            field: self.field.get_ref(),
            previous: self.previous,
            change: self.change,
            editions: self.editions,
            a_year_ago: self.a_year_ago,
            changes: self.changes,
            last_change: self.last_change,
        }
    }
}

impl DictionaryError {
    /// On the line of the byte `start`.
    fn at(text: &str, start: usize, reason: &str) -> Self {
        let (line, _) = line_and_column(text, start);
        Self { line, reason: reason.to_owned() }
    }
}

/// Whether a text can be the name of a field.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(format!("found the name `{name}`, expected lower-case letters, digits and `_`"))
}

/// What a field says of itself, with its name, label and meaning.
pub(super) fn check_alone(field: &Field, [name, label, meaning]: [&str; 3]) -> Result<(), String> {
    check_name(name)?;
    for (key, text) in [("label", label), ("meaning", meaning)] {
        if text.trim().is_empty() {
            return Err(format!("found an empty `{key}`, expected a text"));
        }
    }
    if field.scopes.is_empty() {
        return Err("found no `scopes`, expected at least one".to_owned());
    }
    if field.origin == FieldOrigin::Fact && field.scopes != [SubjectKind::Project] {
        return Err("found another scope of a fact, expected `project`".to_owned());
    }
    if field.declarable && field.origin != FieldOrigin::Measure {
        return Err("found `declarable` on another origin, expected `measure`".to_owned());
    }
    field.worsening.map_or(Ok(()), |worsening| check_worsening(field.kind, worsening))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str =
        "[[family]]\nsupplier = \"audit\"\norigin = \"fact\"\nscopes = [\"project\"]\n";

    fn parse(rest: &str) -> Result<BuiltIn, String> {
        let text = format!("{FAMILY}{rest}").leak();
        BuiltIn::parse(text).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check_refused(rest: &str, expected: &str) {
        let error = parse(rest).unwrap_err();
        assert_eq!(error, format!("src/frame/dictionary/fields.toml:{expected}"));
    }

    fn entry(name: &str, more: &str) -> String {
        format!(
            "[[family.field]]\nname = \"{name}\"\nkind = \"bool\"\nlabel = \"L\"\nmeaning = \"M.\"\n{more}"
        )
    }

    #[test]
    fn the_text_that_ships_is_a_dictionary() {
        let dictionary = BuiltIn::parse(crate::frame::dictionary::TEXT).unwrap();
        assert!(dictionary.fields.len() > 200);
        assert!(!dictionary.pasts().is_empty());
    }

    #[test]
    fn a_field_says_for_itself_what_its_family_does_not() {
        let texts = [entry("a", ""), entry("b", "origin = \"list\"\nscopes = [\"portfolio\"]\n")];
        let dictionary = parse(&texts.concat()).unwrap();
        let [a, b] = ["a", "b"].map(|name| dictionary.field(name).unwrap());
        assert_eq!((a.supplier, b.supplier), (Supplier::Audit, Supplier::Audit));
        assert_eq!((a.origin, b.origin), (FieldOrigin::Fact, FieldOrigin::List));
        assert_eq!(
            (&*a.scopes, &*b.scopes),
            (&[SubjectKind::Project][..], &[SubjectKind::Portfolio][..])
        );
        assert_eq!((a.unit, a.declarable, a.withheld_by), (Unit::None, false, None));
    }

    #[test]
    fn an_error_gives_the_line_what_was_found_and_what_was_expected() {
        check_refused(
            "[[family.field]]\nname = \"a\"\nkind = \"number\"\n",
            "7: unknown variant `number`, expected one of `bool`, `int`, `float`, `text`, `date`",
        );
        check_refused(
            "[[family.field]]\nname = \"a\"\nkind = \"bool\"\nlabel = \"L\"\n",
            "5: missing field `meaning`",
        );
        check_refused(
            &entry("a", "colour = \"red\"\n"),
            "10: unknown field `colour`, expected one of `name`, `kind`, `unit`, `label`, `meaning`, \
             `question`, `supplier`, `origin`, `scopes`, `declarable`, `min`, `max`, `choices`, `withheld_by`, `worsening`",
        );
        check_refused(
            &entry("A b", ""),
            "6: field `A b`: found the name `A b`, expected lower-case letters, digits and `_`",
        );
        check_refused(
            &[entry("a", ""), entry("a", "")].concat(),
            "11: found the field `a` again, expected it once",
        );
        check_refused(
            &entry("a", "withheld_by = \"b\"\n"),
            "6: field `a`: found `withheld_by` `b`, expected a bool field",
        );
        check_refused(
            &entry("a", "scopes = []\n"),
            "6: field `a`: found no `scopes`, expected at least one",
        );
        check_refused(
            &entry("a", "scopes = [\"ministry\"]\n"),
            "6: field `a`: found another scope of a fact, expected `project`",
        );
        check_refused(
            &entry("a", "declarable = true\n"),
            "6: field `a`: found `declarable` on another origin, expected `measure`",
        );
        check_refused(
            &[entry("a", ""), "[[past]]\nfield = \"a\"\nchange = \"b\"\n".to_owned()].concat(),
            "11: past: found `b`, expected the name of a field",
        );
    }
}
