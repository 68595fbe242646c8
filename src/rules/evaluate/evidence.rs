//! The evidence of a verdict in French: comparisons as they were evaluated, and readings with their
//! labels.

use rhai::{Array, Dynamic, Position};

use super::script_run::{Read, Recording};
use crate::domain::rules::verdict::{Comparison, Evidence, Reading, ReadingSource};
use crate::frame::dictionary::Unit;
use crate::rules::catalogue::fault::TextPosition;
use crate::rules::catalogue::fields::Readable;
use crate::rules::language::syntax::{Analysis, NamedExpression, Operand, lowered};
use crate::rules::language::value::Scalar;
use crate::rules::language::wording;

/// Evidence of a comparison, for example `Écart budgétaire (42,0 %) > seuil critique (30,0 %)`.
pub(in crate::rules) fn comparison(
    analysis: &Analysis,
    position: Position,
    sign: &str,
    values: [&Dynamic; 2],
    held: bool,
) -> Comparison {
    let [left, right] = values;
    let operands: Vec<&Operand> = analysis.operands_at(position).iter().collect();
    let unit = shared_unit(&operands);
    let left = side(operands.first().copied(), left, unit);
    let right = lowered(&side(operands.get(1).copied(), right, unit));
    at(position, format!("{left} {sign} {right}"), held)
}

/// Evidence of `between`, for example `Âge des chiffres (200 jours) entre 100 jours et 300 jours`.
pub(in crate::rules) fn range(
    analysis: &Analysis,
    position: Position,
    values: [&Dynamic; 3],
    held: bool,
) -> Comparison {
    let operands: Vec<&Operand> = analysis.operands_at(position).iter().collect();
    let unit = shared_unit(&operands);
    let [value, low, high] = values;
    let text = format!(
        "{} entre {} et {}",
        side(operands.first().copied(), value, unit),
        lowered(&side(operands.get(1).copied(), low, unit)),
        lowered(&side(operands.get(2).copied(), high, unit)),
    );
    at(position, text, held)
}

/// Evidence of `has`, for example `Coût initial : renseigné`.
pub(in crate::rules) fn presence(
    analysis: &Analysis,
    position: Position,
    held: bool,
) -> Comparison {
    let name = match analysis.operands_at(position).first() {
        Some(operand) => label(operand).unwrap_or_else(|| operand.source.clone()),
        None => String::new(),
    };
    at(position, format!("{name} : renseigné"), held)
}

/// Turns a recorded evaluation into evidence, with each field or threshold once.
pub(in crate::rules) fn gather(
    recording: Recording,
    analysis: &Analysis,
    readable: Readable<'_>,
) -> Evidence {
    let mut readings: Vec<Reading> = Vec::new();
    for read in recording.readings {
        let seen = |reading: &Reading| reading.name == read.name && reading.source == read.source;
        if !readings.iter().any(seen) {
            readings.push(reading(read, readable));
        }
    }
    Evidence { readings, trail: at_home(recording.trail, analysis) }
}

/// The comparisons at their places in the author's text. A rule of signs weighs each sign, then reads it: once is enough.
fn at_home(trail: Vec<Comparison>, analysis: &Analysis) -> Vec<Comparison> {
    if analysis.places.is_own() {
        return trail;
    }
    let mut seen = Vec::new();
    for comparison in trail {
        let comparison = at_its_place(comparison, analysis);
        if !seen.contains(&comparison) {
            seen.push(comparison);
        }
    }
    seen
}

/// The comparison at its place in the author's text.
pub(in crate::rules) fn at_its_place(comparison: Comparison, analysis: &Analysis) -> Comparison {
    let found = TextPosition { line: Some(comparison.line), column: Some(comparison.column) };
    let place = analysis.places.of(found);
    let (line, column) = (place.line.unwrap_or_default(), place.column.unwrap_or_default());
    Comparison { line, column, ..comparison }
}

fn reading(read: Read, readable: Readable<'_>) -> Reading {
    let (label, unit) = label_and_unit(read.source, &read.name, readable);
    let unit = (unit != Unit::None).then(|| unit.as_str().to_owned());
    Reading { name: read.name, source: read.source, label, unit, value: read.value }
}

/// How people call a field or a threshold, and its unit; its name, without a unit, when it is not known.
pub(in crate::rules) fn label_and_unit(
    source: ReadingSource,
    name: &str,
    readable: Readable<'_>,
) -> (String, Unit) {
    let known = match source {
        ReadingSource::Field => {
            readable.dictionary.field(name).map(|field| (field.label.to_owned(), field.unit))
        }
        ReadingSource::Threshold => {
            readable.thresholds.get(name).map(|threshold| (threshold.label.clone(), threshold.unit))
        }
    };
    known.unwrap_or_else(|| (name.to_owned(), Unit::None))
}

/// The unit of a number written next to a field or a threshold: that of the field or threshold.
fn shared_unit(operands: &[&Operand]) -> Unit {
    let units = operands.iter().map(|operand| unit_of(operand));
    units.into_iter().find(|unit| *unit != Unit::None).unwrap_or(Unit::None)
}

pub(in crate::rules) fn unit_of(operand: &Operand) -> Unit {
    match &operand.named {
        NamedExpression::Field { unit, .. } | NamedExpression::Threshold { unit, .. } => *unit,
        NamedExpression::Editions { .. } => Unit::Count,
        NamedExpression::Literal | NamedExpression::Expression => Unit::None,
    }
}

fn label(operand: &Operand) -> Option<String> {
    match &operand.named {
        NamedExpression::Field { label, .. } => Some((*label).to_owned()),
        NamedExpression::Threshold { label, .. } | NamedExpression::Editions { label } => {
            Some(label.clone())
        }
        NamedExpression::Literal | NamedExpression::Expression => None,
    }
}

fn side(operand: Option<&Operand>, value: &Dynamic, shared: Unit) -> String {
    let own = operand.map_or(Unit::None, unit_of);
    let shown = show(value, if own == Unit::None { shared } else { own });
    match operand {
        None => shown,
        Some(operand) if operand.named == NamedExpression::Literal => shown,
        Some(operand) => match label(operand) {
            Some(label) => format!("{label} ({shown})"),
            None => format!("`{}` ({shown})", operand.source),
        },
    }
}

fn show(value: &Dynamic, unit: Unit) -> String {
    if let Some(list) = value.read_lock::<Array>() {
        let items: Vec<_> = list.iter().map(|item| show(item, unit)).collect();
        return format!("[{}]", items.join(", "));
    }
    match Scalar::of(value).value() {
        Some(value) => wording::value(&value, unit),
        None => "rien".to_owned(),
    }
}

fn at(position: Position, text: String, held: bool) -> Comparison {
    let line = position.line().unwrap_or_default();
    Comparison { line, column: position.position().unwrap_or_default(), text, held }
}
