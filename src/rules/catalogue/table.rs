//! A frame opened for reading cell by cell.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{
    BooleanChunked, Column, Float64Chunked, Int32Chunked, Int64Chunked, NewChunkedArray,
    PlSmallStr, PolarsResult, StringChunked,
};

use super::rule::Subjects;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::subject::{Subject, SubjectKind};
use crate::domain::value::Value;
use crate::frame::dictionary;
use crate::frame::dictionary::{Dictionary, FieldKind};

/// Row numbers and their subjects, sorted by subject.
#[derive(Debug)]
pub(in crate::rules) struct SubjectRows {
    pub(in crate::rules) rows: Vec<usize>,
    pub(in crate::rules) subjects: Arc<[Subject]>,
}

#[derive(Debug)]
pub(in crate::rules) struct SubjectTable {
    scope: SubjectKind,
    height: usize,
    cells: HashMap<&'static str, Cells>,
}

/// One column, with the type that the dictionary declares.
#[derive(Debug)]
enum Cells {
    Bool(BooleanChunked),
    Int(Int64Chunked),
    Float(Float64Chunked),
    Text(StringChunked),
    /// Days since 1970-01-01.
    Date(Int32Chunked),
    /// No row has a value.
    Blank,
    /// The column does not have the type that the dictionary declares; the text says what it has.
    Unreadable(String),
}

impl SubjectTable {
    pub(in crate::rules) fn open(
        frame: &DataFrame,
        scope: SubjectKind,
        dictionary: &Dictionary,
    ) -> Self {
        // Polars looks a column up by scanning them all: a map is built once for all fields.
        let columns: HashMap<&str, &Column> =
            frame.columns().iter().map(|column| (column.name().as_str(), column)).collect();
        let cells = dictionary
            .fields_of(scope)
            .map(|field| {
                let column = columns.get(field.name);
                let cells = column.map_or_else(
                    || Cells::Unreadable("there is no such column".to_owned()),
                    |column| {
                        read(column, field.kind)
                            .unwrap_or_else(|error| Cells::Unreadable(error.to_string()))
                    },
                );
                (field.name, cells)
            })
            .collect();
        Self { scope, height: frame.height(), cells }
    }

    /// A table of one row, in which only these fields have a value. A value whose type is not that of its field is left out, as
    /// if it were missing.
    pub(in crate::rules) fn of_row(
        values: &BTreeMap<&'static str, Value>,
        scope: SubjectKind,
        dictionary: &Dictionary,
    ) -> Self {
        let cells = dictionary.fields_of(scope).map(|field| {
            let value = values.get(field.name);
            (field.name, value.map_or(Cells::Blank, |value| cell(field.kind, value)))
        });
        Self { scope, height: 1, cells: cells.collect() }
    }

    /// A table without rows.
    pub(in crate::rules) fn empty(scope: SubjectKind) -> Self {
        Self { scope, height: 0, cells: HashMap::new() }
    }

    /// The value of a cell, `None` when it is missing.
    ///
    /// # Errors
    /// When the column does not have the type that the dictionary declares.
    pub(in crate::rules) fn get(&self, field: &str, row: usize) -> Result<Option<Value>, String> {
        let cells = self
            .cells
            .get(field)
            .ok_or_else(|| format!("the frame of this scope has no column `{field}`"))?;
        Ok(match cells {
            Cells::Bool(cells) => cells.get(row).map(Value::Bool),
            Cells::Int(cells) => cells.get(row).map(Value::Int),
            Cells::Float(cells) => match cells.get(row) {
                Some(figure) if !figure.is_finite() => {
                    return Err(format!("the frame holds {figure} in `{field}`"));
                }
                figure => figure.map(Value::Float),
            },
            Cells::Text(cells) => cells.get(row).map(|text| Value::Text(text.to_owned())),
            Cells::Date(cells) => {
                cells.get(row).and_then(NaiveDate::from_epoch_days).map(Value::Date)
            }
            Cells::Blank => None,
            Cells::Unreadable(why) => return Err(format!("read `{field}` of the frame: {why}")),
        })
    }

    pub(in crate::rules) fn is_true(&self, field: &str, row: usize) -> bool {
        matches!(self.get(field, row), Ok(Some(Value::Bool(true))))
    }

    /// Whether a text that lists words, between spaces, has one.
    pub(in crate::rules) fn lists(&self, field: &str, row: usize, word: &str) -> bool {
        let Some(Cells::Text(cells)) = self.cells.get(field) else { return false };
        cells.get(row).is_some_and(|text| text.split(' ').any(|listed| listed == word))
    }

    /// The fields of a row to which the answer was that there is no value to give.
    pub(in crate::rules) fn answered_without_value(
        &self,
        row: usize,
    ) -> impl Iterator<Item = &str> {
        let lists = [dictionary::ANSWERS_WITHHELD, dictionary::ANSWERS_UNKNOWN].into_iter();
        let listed = lists.filter_map(move |list| match self.cells.get(list) {
            Some(Cells::Text(cells)) => cells.get(row),
            Some(
                Cells::Bool(_)
                | Cells::Int(_)
                | Cells::Float(_)
                | Cells::Date(_)
                | Cells::Blank
                | Cells::Unreadable(_),
            )
            | None => None,
        });
        listed.flat_map(|text| text.split(' ')).filter(|field| !field.is_empty())
    }

    /// Whether some row has such a field.
    pub(in crate::rules) fn has_answers_without_value(&self) -> bool {
        (0..self.height).any(|row| self.answered_without_value(row).next().is_some())
    }

    /// On which rows a truth is given and holds.
    pub(in crate::rules) fn truths(&self, field: &str) -> Vec<bool> {
        match self.cells.get(field) {
            Some(Cells::Bool(cells)) => cells.iter().map(|cell| cell == Some(true)).collect(),
            Some(
                Cells::Int(_)
                | Cells::Float(_)
                | Cells::Text(_)
                | Cells::Date(_)
                | Cells::Blank
                | Cells::Unreadable(_),
            )
            | None => vec![false; self.height],
        }
    }

    /// The rows that a rule for these subjects judges.
    pub(in crate::rules) fn roll(&self, subjects: Subjects) -> SubjectRows {
        let chosen = subjects.field();
        let mut rows: Vec<_> = (0..self.height)
            .filter(|row| self.scope != SubjectKind::Project || self.is_true(chosen, *row))
            .filter_map(|row| Some((row, self.subject(row)?)))
            .collect();
        rows.sort_by(|one, other| one.1.cmp(&other.1));
        let (rows, judged): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        SubjectRows { rows, subjects: judged.into() }
    }

    /// Every subject with its row, whether or not a rule judges it.
    pub(in crate::rules) fn every_subject(&self) -> impl Iterator<Item = (Subject, usize)> {
        (0..self.height).filter_map(|row| Some((self.subject(row)?, row)))
    }

    fn subject(&self, row: usize) -> Option<Subject> {
        let id = |field| match self.get(field, row) {
            Ok(Some(Value::Text(id))) => Some(id),
            _ => None,
        };
        match self.scope {
            SubjectKind::Project => id("project_id").map(|id| Subject::Project(ProjectId::new(id))),
            SubjectKind::Ministry => {
                id("ministry").map(|code| Subject::Ministry(MinistryCode::new(code)))
            }
            SubjectKind::Portfolio => Some(Subject::Portfolio),
        }
    }
}

/// The one cell of a column.
fn cell(kind: FieldKind, value: &Value) -> Cells {
    let name = PlSmallStr::EMPTY;
    match (kind, value) {
        (FieldKind::Bool, Value::Bool(held)) => {
            Cells::Bool(BooleanChunked::from_slice(name, &[*held]))
        }
        (FieldKind::Int, Value::Int(count)) => {
            Cells::Int(Int64Chunked::from_slice(name, &[*count]))
        }
        (FieldKind::Float, Value::Float(figure)) => {
            Cells::Float(Float64Chunked::from_slice(name, &[*figure]))
        }
        (FieldKind::Text, Value::Text(text)) => {
            Cells::Text(StringChunked::from_slice(name, &[text.as_str()]))
        }
        (FieldKind::Date, Value::Date(day)) => {
            Cells::Date(Int32Chunked::from_slice(name, &[day.to_epoch_days()]))
        }
        (
            FieldKind::Bool | FieldKind::Int | FieldKind::Float | FieldKind::Text | FieldKind::Date,
            _,
        ) => Cells::Blank,
    }
}

fn read(column: &Column, kind: FieldKind) -> PolarsResult<Cells> {
    Ok(match kind {
        FieldKind::Bool => Cells::Bool(column.bool()?.rechunk().into_owned()),
        FieldKind::Int => Cells::Int(column.i64()?.rechunk().into_owned()),
        FieldKind::Float => Cells::Float(column.f64()?.rechunk().into_owned()),
        FieldKind::Text => Cells::Text(column.str()?.rechunk().into_owned()),
        FieldKind::Date => Cells::Date(column.date()?.physical().rechunk().into_owned()),
    })
}
