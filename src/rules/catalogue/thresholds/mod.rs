//! The thresholds that rules read, each with its unit, its source and its dates.

mod edit;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::value::{FieldValue, Value};
use crate::domain::words::words;
use crate::frame::dictionary::Unit;
use crate::rules::catalogue::fault::{RuleFault, TextPosition, resemblance};
use crate::rules::catalogue::toml_dates;
use crate::rules::language::wording::float;

pub use edit::with_threshold;

pub(in crate::rules) const FILE: &str = "thresholds.toml";

/// The folder of thresholds that have a file of their own.
pub(in crate::rules) const FOLDER: &str = "thresholds/";

/// How the names of thresholds begin that imports read, and no rule.
pub(in crate::rules) const OF_IMPORTS: &str = "import_";

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Thresholds(BTreeMap<String, Threshold>);

impl Thresholds {
    /// Those of a catalogue's texts, without compiling its rules; faulty ones are left out.
    pub fn of_texts(texts: &BTreeMap<String, String>) -> Self {
        read(texts, &mut Vec::new())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Threshold> {
        self.0.values()
    }

    pub fn get(&self, name: &str) -> Option<&Threshold> {
        self.0.get(name)
    }

    /// The values in force at a date. A threshold that is not yet in force is absent.
    pub fn at(&self, as_of: NaiveDate) -> BTreeMap<String, Value> {
        self.iter()
            .filter_map(|threshold| Some((threshold.name.clone(), threshold.at(as_of)?.clone())))
            .collect()
    }

    pub(in crate::rules) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Threshold {
    pub name: String,
    /// Name for people, in French.
    pub label: String,
    pub unit: Unit,
    pub source: ThresholdSource,
    /// Bounds of a plausible value: outside of them it is taken for a typing mistake.
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Sorted by date. A value without a date has always been in force.
    pub values: Vec<DatedValue>,
}

impl Threshold {
    pub fn at(&self, as_of: NaiveDate) -> Option<&Value> {
        let in_force = |dated: &&DatedValue| dated.from.is_none_or(|from| from <= as_of);
        self.values.iter().rfind(in_force).map(|dated| &dated.value)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DatedValue {
    pub from: Option<NaiveDate>,
    pub value: FieldValue,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdSource {
    pub tag: SourceTag,
    pub text: String,
}

words! {
    pub enum SourceTag, "a kind of source" {
        Published = "published" => "publié",
        /// A base rate computed on the public editions.
        Derived = "derived" => "calculé",
        /// An expert's default: no public figure was found.
        Expert = "expert" => "à dire d’expert",
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    label: String,
    unit: String,
    source: ThresholdSource,
    value: Option<Number>,
    values: Option<Vec<Dated>>,
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Int(i64),
    Float(f64),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    from: Option<toml::value::Datetime>,
    value: Number,
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(count) => Self::Int(count),
            Number::Float(figure) => Self::Float(figure),
        }
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(count) => float(count),
            Number::Float(figure) => figure,
        }
    }
}

/// Reads the thresholds of a catalogue: those of `thresholds.toml`, and over them those of `thresholds/`, a file each.
/// Leaves out faulty thresholds and adds every fault to `faults`.
pub(in crate::rules) fn read(
    texts: &BTreeMap<String, String>,
    faults: &mut Vec<RuleFault>,
) -> Thresholds {
    let mut thresholds = BTreeMap::new();
    if let Some(text) = texts.get(FILE) {
        read_file(FILE, text, &mut thresholds, faults);
    } else {
        let message = "the catalogue has no thresholds";
        faults.push(RuleFault::new(FILE, TextPosition::default(), message));
    }
    for (file, text) in texts {
        let Some(name) = name_of(file) else { continue };
        let mut own = BTreeMap::new();
        read_file(file, text, &mut own, faults);
        let others: Vec<&String> = own.keys().filter(|known| *known != name).collect();
        if let Some(other) = others.first() {
            let message =
                format!("the threshold `{other}`, expected `{name}` alone, as the file is named");
            faults.push(RuleFault::new(
                file,
                TextPosition { line: Some(1), column: Some(1) },
                message,
            ));
        } else {
            thresholds.extend(own);
        }
    }
    Thresholds(thresholds)
}

/// The threshold that a file of its own gives.
fn name_of(file: &str) -> Option<&str> {
    file.strip_prefix(FOLDER)?.strip_suffix(".toml")
}

/// The file that gives a threshold.
pub(in crate::rules) fn file_of(name: &str, texts: &BTreeMap<String, String>) -> String {
    let own = format!("{FOLDER}{name}.toml");
    if texts.contains_key(&own) { own } else { FILE.to_owned() }
}

fn read_file(
    file: &str,
    text: &str,
    thresholds: &mut BTreeMap<String, Threshold>,
    faults: &mut Vec<RuleFault>,
) {
    let entries: BTreeMap<String, toml::Spanned<toml::Value>> = match toml::from_str(text) {
        Ok(entries) => entries,
        Err(error) => {
            let place = TextPosition::of_span(text, 0, error.span());
            faults.push(RuleFault::new(file, place, error.message().to_owned()));
            return;
        }
    };
    for (name, entry) in entries {
        let place = TextPosition::of_span(text, 0, Some(entry.span()));
        match threshold(&name, entry.into_inner()) {
            Ok(threshold) => drop(thresholds.insert(name, threshold)),
            Err(reason) => {
                faults.push(RuleFault::new(file, place, format!("threshold `{name}`: {reason}")));
            }
        }
    }
}

fn threshold(name: &str, entry: toml::Value) -> Result<Threshold, String> {
    let entry: Entry =
        entry.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let unit = unit(&entry.unit)?;
    let values = match (entry.value, entry.values) {
        (Some(value), None) => vec![DatedValue { from: None, value: value.into() }],
        (None, Some(values)) => dated(&values)?,
        (Some(_), Some(_)) => return Err("has both `value` and `values`, expected one".to_owned()),
        (None, None) => return Err("has neither `value` nor `values`".to_owned()),
    };
    let threshold = Threshold {
        name: name.to_owned(),
        label: entry.label,
        unit,
        source: entry.source,
        min: entry.min,
        max: entry.max,
        values,
    };
    check_bounds(&threshold)?;
    Ok(threshold)
}

fn dated(values: &[Dated]) -> Result<Vec<DatedValue>, String> {
    let mut read: Vec<DatedValue> = Vec::with_capacity(values.len());
    for (index, dated) in values.iter().enumerate() {
        let from = dated.from.as_ref().map(toml_dates::date).transpose()?;
        if from.is_none() && index > 0 {
            return Err("only the first of the dated values may have no `from`".to_owned());
        }
        if read.last().is_some_and(|last| last.from >= from && index > 0) {
            return Err("dated values are not in the order of their dates".to_owned());
        }
        read.push(DatedValue { from, value: dated.value.into() });
    }
    if read.is_empty() { Err("has no value".to_owned()) } else { Ok(read) }
}

fn check_bounds(threshold: &Threshold) -> Result<(), String> {
    for dated in &threshold.values {
        let figure = match dated.value {
            Value::Int(count) => float(count),
            Value::Float(figure) => figure,
            Value::Bool(_) | Value::Text(_) | Value::Date(_) => continue,
        };
        if !figure.is_finite() {
            return Err("is not a finite number".to_owned());
        }
        if threshold.min.is_some_and(|min| figure < min) {
            return Err(format!("{figure} is below its bound {}", threshold.min.unwrap_or(figure)));
        }
        if threshold.max.is_some_and(|max| figure > max) {
            return Err(format!("{figure} is above its bound {}", threshold.max.unwrap_or(figure)));
        }
    }
    Ok(())
}

fn unit(word: &str) -> Result<Unit, String> {
    word.parse().map_err(|_| {
        let known = Unit::ALL.map(Unit::as_str);
        let hint = resemblance(word, known);
        format!("found the unit `{word}`, expected one of {}{hint}", known.join(", "))
    })
}
