//! One hand-made subject, for cases and tests: judged by itself, or in frames of the dictionary's shape.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, IntoColumn, NamedFrom, PolarsResult, Series};

use super::evaluation_inputs::{EvaluationInputs, lock};
use crate::domain::ids::RuleId;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::verdict::Judgement;
use crate::domain::value::Value;
use crate::frame::Frames;
use crate::frame::dictionary::{Dictionary, Field, FieldKind};
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::table::SubjectTable;

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

/// Judges specimens by the rules of a catalogue, on as many threads as wish to.
#[derive(Debug)]
pub(in crate::rules) struct SpecimenJudge<'c> {
    pub(in crate::rules) catalogue: &'c Catalogue,
    /// In force at each date at which a specimen was judged.
    thresholds: Mutex<BTreeMap<NaiveDate, Arc<BTreeMap<String, Value>>>>,
}

impl<'c> SpecimenJudge<'c> {
    pub(in crate::rules) fn of(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, thresholds: Mutex::default() }
    }

    /// The verdict of a rule, interpreted; `None` when it does not judge such a subject.
    pub(in crate::rules) fn judge(
        &self,
        rule: &RuleId,
        specimen: &Specimen,
        as_of: NaiveDate,
    ) -> Option<Judgement> {
        let catalogue = self.catalogue;
        let scope = specimen.scope;
        let table = SubjectTable::of_row(&specimen.cells, scope, catalogue.dictionary());
        let bench = EvaluationInputs::of_subject(
            (table, scope),
            self.in_force(as_of),
            catalogue.budget.clone(),
        );
        catalogue.interpreted_by(rule, &bench).pop()
    }

    fn in_force(&self, as_of: NaiveDate) -> Arc<BTreeMap<String, Value>> {
        let mut known = lock(&self.thresholds);
        let in_force =
            known.entry(as_of).or_insert_with(|| Arc::new(self.catalogue.thresholds().at(as_of)));
        Arc::clone(in_force)
    }
}
