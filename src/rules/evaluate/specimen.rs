//! One hand-made subject in frames of the dictionary's shape, for cases and tests.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, IntoColumn, NamedFrom, PolarsResult, Series};

use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::value::Value;
use crate::frame::Frames;
use crate::frame::dictionary::{Dictionary, Field, FieldKind};

/// A subject of which only some fields are known.
#[derive(Clone, Debug)]
pub struct Specimen {
    scope: SubjectKind,
    cells: BTreeMap<&'static str, Value>,
}

impl Specimen {
    /// A subject that the current edition lists and of which nothing else is known.
    pub fn new(scope: SubjectKind, as_of: NaiveDate) -> Self {
        let mut specimen = Self { scope, cells: BTreeMap::new() };
        specimen.set("as_of", Value::Date(as_of));
        match scope {
            SubjectKind::Project => {
                specimen.set("project_id", Value::Text("specimen".to_owned()));
                specimen.set("name", Value::Text("Spécimen".to_owned()));
                specimen.set("in_panorama", Value::Bool(true));
                specimen.set("has_left", Value::Bool(false));
            }
            SubjectKind::Ministry => specimen.set("ministry", Value::Text("XX".to_owned())),
            SubjectKind::Portfolio => {}
        }
        specimen
    }

    pub fn set(&mut self, field: &'static str, value: Value) {
        self.cells.insert(field, value);
    }

    /// The frame of the subject's scope has one row, the others none.
    ///
    /// # Errors
    /// When Polars cannot build a frame.
    pub fn frames(&self, dictionary: &Dictionary) -> PolarsResult<Frames> {
        Ok(Frames {
            projects: self.frame(SubjectKind::Project, dictionary)?,
            ministries: self.frame(SubjectKind::Ministry, dictionary)?,
            portfolio: self.frame(SubjectKind::Portfolio, dictionary)?,
        })
    }

    fn frame(&self, scope: SubjectKind, dictionary: &Dictionary) -> PolarsResult<DataFrame> {
        let rows = usize::from(scope == self.scope);
        let column =
            |field: &Field| column(field, self.cells.get(field.name).filter(|_| rows == 1));
        let columns: PolarsResult<Vec<Column>> = dictionary.fields_of(scope).map(column).collect();
        Ok(DataFrame::new(1, columns?)?.head(Some(rows)))
    }
}

/// A value whose type is not the field's is left out, as if it were missing.
fn column(field: &Field, value: Option<&Value>) -> PolarsResult<Column> {
    let name = field.name.into();
    let series = match (field.kind, value) {
        (FieldKind::Bool, Some(Value::Bool(held))) => Series::new(name, [Some(*held)]),
        (FieldKind::Bool, _) => Series::new(name, [None::<bool>]),
        (FieldKind::Int, Some(Value::Int(count))) => Series::new(name, [Some(*count)]),
        (FieldKind::Int, _) => Series::new(name, [None::<i64>]),
        (FieldKind::Float, Some(Value::Float(figure))) => Series::new(name, [Some(*figure)]),
        (FieldKind::Float, _) => Series::new(name, [None::<f64>]),
        (FieldKind::Text, Some(Value::Text(text))) => Series::new(name, [Some(text.as_str())]),
        (FieldKind::Text, _) => Series::new(name, [None::<&str>]),
        (FieldKind::Date, Some(Value::Date(day))) => {
            Series::new(name, [Some(day.to_epoch_days())]).cast(&DataType::Date)?
        }
        (FieldKind::Date, _) => Series::new(name, [None::<i32>]).cast(&DataType::Date)?,
    };
    Ok(series.into_column())
}
