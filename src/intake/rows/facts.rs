//! Reads rows of single facts: one column per field of the data dictionary.

use std::collections::BTreeMap;

use super::bounds::plausible;
use super::follow_up::known_project;
use super::parse::Parse;
use super::row::{RowContext, RowReader};
use super::table::FileRow;
use crate::domain::portfolio::follow_up::Fact;
use crate::domain::value::Value;
use crate::frame::dictionary::{Field, FieldKind, Unit};
use crate::intake::error::{FileFault, ticked};

const AVIS_STATUSES: &[&str] = &[
    "favorable",
    "favorable_with_reservations",
    "unfavorable",
    "deemed_favorable",
    "pending",
    "no_referral",
];

const EXIT_REASONS: &[&str] = &["completed", "stopped", "merged", "below_threshold", "renamed"];

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
            let number: i64 = cell.parse().map_err(|_| "un nombre entier")?;
            if number < 0 {
                Err("un nombre qui ne soit pas négatif".to_owned())
            } else if number > MOST_COUNTED {
                Err("un nombre entier d’au plus 1e12".to_owned())
            } else {
                Ok(Value::Int(number))
            }
        }
        FieldKind::Float => {
            let number = Parse::FrenchNumber.number(cell)?;
            if number < 0.0 && !may_be_negative(field) {
                return Err("un nombre qui ne soit pas négatif".to_owned());
            }
            Ok(Value::Float(plausible(field, number)?))
        }
        FieldKind::Text => match words(field.name) {
            Some(words) if !words.contains(&cell) => {
                let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
                Err(format!("l’un de {}", ticked(&words)))
            }
            Some(_) | None => Ok(Value::Text(cell.to_owned())),
        },
    }
}

/// Differences may be; a change of scope may also save money.
fn may_be_negative(field: &Field) -> bool {
    field.unit == Unit::Points || field.name == "scope_change_cost_12m"
}

fn words(field: &str) -> Option<&'static [&'static str]> {
    match field {
        "avis_status" => Some(AVIS_STATUSES),
        "exit_reason" => Some(EXIT_REASONS),
        _ => None,
    }
}
