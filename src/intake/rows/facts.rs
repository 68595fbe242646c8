//! Reads rows of single facts: one column per field of the data dictionary.

use std::collections::BTreeMap;

use super::bounds::plausible;
use super::follow_up::known_project;
use super::parse::Parse;
use super::row::{RowContext, RowReader};
use super::table::FileRow;
use crate::domain::portfolio::follow_up::Fact;
use crate::domain::value::{Value, float};
use crate::frame::dictionary::{Field, FieldKind};
use crate::intake::error::{FileFault, ticked};
use crate::intake::identity::names::key;

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
        let project = known_project(&mut reader);
        let reported_on = reader.needed_date("reported_on");
        let values: Vec<_> = context
            .layout
            .facts
            .iter()
            .filter_map(|(column, field)| {
                let value = value(&mut reader, *column, field)?;
                Some((field.name.to_owned(), value))
            })
            .collect();
        let (Some(project), Some(reported_on)) = (project, reported_on) else { continue };
        let key = (project.clone(), reported_on);
        if let Some(first) = first_rows.get(&key) {
            let found = format!("le projet `{project}` au {reported_on}, déjà à la ligne {first}");
            reader.fault("project", found, "une ligne par projet et par date");
        } else {
            first_rows.insert(key, row.number);
        }
        facts.extend(values.into_iter().map(|(field, value)| Fact {
            project: project.clone(),
            field,
            value,
            reported_on,
        }));
    }
    facts
}

fn value(reader: &mut RowReader<'_, '_>, column: usize, field: &Field) -> Option<Value> {
    let (cell, header) = (reader.row.cell(column), reader.context.header);
    if reader.context.layout.profile.is_missing(cell) {
        return None;
    }
    typed(field, cell)
        .map_err(|expected| {
            reader.fault_at(header.cell(column), FileFault::quote(cell), expected);
        })
        .ok()
}

/// As for any figure.
const MOST_COUNTED: i64 = 1_000_000_000_000;

fn typed(field: &Field, cell: &str) -> Result<Value, String> {
    match field.kind {
        FieldKind::Bool => Ok(Value::Bool(Parse::Bool.truth(cell)?)),
        FieldKind::Date => Ok(Value::Date(Parse::Date.date(cell)?)),
        FieldKind::Int => {
            let step = field.steps().find(|(_, meaning)| key(meaning) == key(cell));
            let number = match step {
                Some((number, _)) => number,
                None => cell.parse().map_err(|_| whole_number(field))?,
            };
            if number > MOST_COUNTED {
                return Err("un nombre entier d’au plus 1e12".to_owned());
            }
            plausible(field, float(number))?;
            Ok(Value::Int(number))
        }
        FieldKind::Float => Ok(Value::Float(plausible(field, Parse::FrenchNumber.number(cell)?)?)),
        FieldKind::Text if field.choices.is_empty() || field.choices.contains(&cell) => {
            Ok(Value::Text(cell.to_owned()))
        }
        FieldKind::Text => Err(format!("l’un de {}", ticked_words(&field.choices))),
    }
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
