//! Reads rows of single facts: one column per field of the data dictionary.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::bounds::plausible;
use super::cell_format::{CellFormat, PERCENT};
use super::parse::Parse;
use super::row::{RowContext, RowReader};
use super::table::FileRow;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::{Answer, Fact, NoAnswer};
use crate::domain::portfolio::import::{Dataset, ImportRemark};
use crate::domain::value::{Value, float};
use crate::frame::dictionary::{Field, FieldKind, Unit};
use crate::intake::error::{FileFault, ticked};
use crate::intake::identity::names::key;
use crate::intake::profiles::layout::FactColumn;

/// An empty cell gives no fact.
pub(in crate::intake) fn facts(
    context: RowContext<'_>,
    rows: &[&FileRow],
    faults: &mut Vec<FileFault>,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut first_rows = BTreeMap::new();
    for row in rows {
        let mut reader = RowReader::new(row, context, faults);
        let project = reader.known_project();
        let reported_on = reader.needed_date("reported_on");
        let answered_by = reader.name("answered_by");
        let answers: Vec<_> = context
            .layout
            .facts
            .iter()
            .filter_map(|fact| {
                let answer = answer(&mut reader, fact)?;
                Some((fact.field().name.to_owned(), answer))
            })
            .collect();
        let (Some(project), Some(reported_on)) = (project, reported_on) else { continue };
        let said_by = (project.clone(), reported_on);
        if let Some(first) = first_rows.get(&said_by) {
            let first = context.place_of(*first);
            let found = format!("le projet `{project}` au {reported_on}, déjà à {first}");
            reader.fault("project", found, "une ligne par projet et par date");
        } else {
            first_rows.insert(said_by, row.number);
        }
        facts.extend(answers.into_iter().map(|(field, answer)| Fact {
            project: project.clone(),
            field,
            answer,
            reported_on,
            answered_by: answered_by.clone(),
        }));
    }
    facts
}

/// The day of the last answers to a questionnaire. A date that cannot be read is a fault when the row is read.
pub(in crate::intake) fn last_answers(
    context: RowContext<'_>,
    rows: &[&FileRow],
) -> Option<NaiveDate> {
    if context.layout.profile.dataset != Dataset::Questionnaire {
        return None;
    }
    let mut faults = Vec::new();
    let days = rows.iter().filter_map(|row| {
        let reader = RowReader::new(row, context, &mut faults);
        reader.cell("reported_on").and_then(|(format, cell)| format.date(cell).ok())
    });
    days.max()
}

/// The facts that a panorama has besides its own fields, each of the day on which it was published.
pub(in crate::intake) fn kept_facts(
    context: RowContext<'_>,
    rows: &[&FileRow],
    edition: EditionId,
    faults: &mut Vec<FileFault>,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    if context.layout.facts.is_empty() {
        return facts;
    }
    for row in rows {
        let mut reader = RowReader::new(row, context, faults);
        let name = reader.text("project");
        let project = name.and_then(|name| context.identities.find_or_name(name));
        // A date that cannot be read is a fault already.
        let published = reader.cell("published_on").and_then(|(format, c)| format.date(c).ok());
        let reported_on = published.unwrap_or_else(|| edition.as_of());
        for fact in &context.layout.facts {
            let Some((answer, project)) = answer(&mut reader, fact).zip(project.clone()) else {
                continue;
            };
            let field = fact.field().name.to_owned();
            facts.push(Fact { project, field, answer, reported_on, answered_by: None });
        }
    }
    facts
}

/// Answers that nobody signed, in a file that has a place for it.
pub(in crate::intake) fn unsigned(context: RowContext<'_>, rows: &[&FileRow]) -> Vec<ImportRemark> {
    let mut faults = Vec::new();
    if !context.layout.columns.contains_key("answered_by") {
        return Vec::new();
    }
    let mut remarks = Vec::new();
    for row in rows {
        let reader = RowReader::new(row, context, &mut faults);
        if let (Some(project), None) = (reader.name("project"), reader.name("answered_by")) {
            remarks.push(ImportRemark {
                row: Some(row.number),
                column: Some(reader.label("answered_by").to_owned()),
                remark: format!(
                    "{project} : personne ne signe ces réponses (« Répondu par » est vide)"
                ),
            });
        }
    }
    remarks
}

/// Cells kept as facts that are not published: what was reported of them before no longer holds.
pub(in crate::intake) fn unpublished(
    context: RowContext<'_>,
    rows: &[&FileRow],
) -> Vec<ImportRemark> {
    let (mut faults, mut remarks) = (Vec::new(), Vec::new());
    for row in rows {
        let reader = RowReader::new(row, context, &mut faults);
        for fact in &context.layout.facts {
            let FactColumn::Kept(name, _) = fact else { continue };
            let Some(text) = reader.withheld(name) else { continue };
            let text = FileFault::quote(text);
            remarks.push(ImportRemark {
                row: Some(row.number),
                column: Some(reader.label(name).to_owned()),
                remark: format!(
                    "{text} n’est pas un chiffre publié : `{name}` est enregistré comme « {} »",
                    NoAnswer::Withheld.label()
                ),
            });
        }
    }
    remarks
}

/// What the row of a record says besides its own fields, by field. A record without a value says nothing of the field.
pub(super) fn facts_of_record(reader: &mut RowReader<'_, '_>) -> BTreeMap<String, Value> {
    let mut said = BTreeMap::new();
    for fact in &reader.context.layout.facts {
        if let Some(Answer::Value(value)) = answer(reader, fact) {
            said.insert(fact.field().name.to_owned(), value);
        }
    }
    said
}

/// What a cell answers: a value, or in words why there is none. An empty one answers nothing.
fn answer(reader: &mut RowReader<'_, '_>, fact: &FactColumn<'_>) -> Option<Answer> {
    let field = fact.field();
    if let FactColumn::Kept(name, _) = fact
        && reader.withheld(name).is_some()
    {
        return Some(Answer::None(NoAnswer::Withheld));
    }
    let (format, cell, label) = match fact {
        FactColumn::Kept(name, _) => {
            let (format, cell) = reader.cell(name)?;
            (Some(format), cell, reader.label(name))
        }
        FactColumn::Named(column, _) => {
            let cell = reader.row.cell(*column);
            if reader.context.layout.profile.is_missing(cell) {
                return None;
            }
            let facts = reader.context.layout.profile.facts.as_ref();
            let format = facts.filter(|facts| facts.french).map(|_| CellFormat::french(field.kind));
            (format, cell, reader.context.header.cell(*column))
        }
    };
    if let Some(why) = NoAnswer::ALL.into_iter().find(|why| key(why.label()) == key(cell)) {
        return Some(Answer::None(why));
    }
    let factor = reader.context.layout.factors.get(field.name).copied();
    typed(field, cell, (format, factor))
        .map(Answer::Value)
        .map_err(|expected| reader.fault_at(label, FileFault::quote(cell), expected))
        .ok()
}

/// As for any figure.
const MOST_COUNTED: i64 = 1_000_000_000_000;

/// `format` is how the profile says that the cell is written, and its header; as Vigie's own files otherwise.
fn typed(
    field: &Field,
    cell: &str,
    (format, factor): (Option<&CellFormat>, Option<f64>),
) -> Result<Value, String> {
    match (field.kind, format) {
        (FieldKind::Bool, None) => Ok(Value::Bool(Parse::YesNo.truth(cell)?)),
        (FieldKind::Bool, Some(format)) => Ok(Value::Bool(format.truth(cell)?)),
        (FieldKind::Date, None) => Ok(Value::Date(Parse::Date.date(cell)?)),
        (FieldKind::Date, Some(format)) => Ok(Value::Date(format.date(cell)?)),
        (FieldKind::Int, _) => {
            let step = field.steps().find(|(_, meaning)| key(meaning) == key(cell));
            let number = match (step, format) {
                (Some((number, _)), _) => Some(number),
                (None, None) => cell.parse().ok(),
                (None, Some(format)) => whole(format.number(cell)?),
            };
            let number: i64 = number.ok_or_else(|| whole_number(field))?;
            if number > MOST_COUNTED {
                return Err("un nombre entier d’au plus 1e12".to_owned());
            }
            plausible(field, float(number))?;
            Ok(Value::Int(number))
        }
        (FieldKind::Float, None) if field.is_share() && cell.ends_with('%') => {
            let percent = Parse::FrenchNumber.number(cell.trim_end_matches('%').trim_end())?;
            Ok(Value::Float(plausible(field, (percent * 1e7).round() / 1e9)?))
        }
        (FieldKind::Float, _) => {
            let number = match format {
                None => Parse::FrenchNumber.number(cell)?,
                Some(format) => format.number(cell)?,
            };
            if factor.is_some() && field.unit == Unit::Ratio && number > 0.0 && number < 1.0 {
                return Err(PERCENT.to_owned());
            }
            let number = factor.map_or(number, |factor| (number * factor * 1e9).round() / 1e9);
            Ok(Value::Float(plausible(field, number)?))
        }
        (FieldKind::Text, _) if field.choices.is_empty() || field.choices.contains(&cell) => {
            Ok(Value::Text(cell.to_owned()))
        }
        (FieldKind::Text, _) => Err(format!("l’un de {}", ticked_words(&field.choices))),
    }
}

fn whole(number: f64) -> Option<i64> {
    let is_whole = (number - number.round()).abs() < 1e-9;
    format!("{number:.0}").parse().ok().filter(|_| is_whole)
}

/// A number, or what it means.
fn whole_number(field: &Field) -> String {
    let meanings: Vec<&str> = field.steps().map(|(_, meaning)| meaning).collect();
    if meanings.is_empty() {
        return "un nombre entier".to_owned();
    }
    format!("un nombre entier, ou l’un de {}", ticked_words(&meanings))
}

fn ticked_words(words: &[&str]) -> String {
    ticked(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
}
