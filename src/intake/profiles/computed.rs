//! The values that formulas give, as cells after those of the file: what reads rows then need not know of formulas.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Layout;
use super::profile::{Column, NamedFormula, Place, Profile};
use crate::domain::value::Value;
use crate::intake::error::FileFault;
use crate::intake::rows::cell_format::CellFormat;
use crate::intake::rows::parse::Yield;
use crate::intake::rows::table::{FileRow, FileTable};

/// Gives each row a cell for each formula, except those that `is_read` leaves out. Returns the faults found.
pub(in crate::intake) fn compute(
    layout: &mut Layout<'_>,
    table: &mut FileTable,
    is_read: &[bool],
) -> Vec<FileFault> {
    let formulas = &layout.profile.formulas;
    if formulas.is_empty() {
        return Vec::new();
    }
    let width = table.width();
    table.header.cells.resize(width, String::new());
    for (index, one) in (width..).zip(formulas) {
        layout.columns.insert(&one.name, index);
        table.header.cells.push(format!("{} (calculé)", one.name));
    }
    let steps: Vec<Step<'_>> = formulas.iter().map(|one| Step::new(one, layout)).collect();
    let mut work = Work { profile: layout.profile, faults: Vec::new(), placed: BTreeSet::new() };
    let header = &table.header;
    for (row, _) in table.rows.iter_mut().zip(is_read).filter(|(_, is_read)| **is_read) {
        row.cells.resize(width, String::new());
        work.row(&steps, row, header);
    }
    work.faults
}

/// A formula, with where each value that it reads comes from.
struct Step<'a> {
    named: &'a NamedFormula,
    label: String,
    column: Option<&'a Column>,
    inputs: Vec<Input<'a>>,
}

enum Input<'a> {
    /// The same on all rows; `None` when the file does not have it.
    Fixed(Option<Value>),
    Cell {
        index: usize,
        format: &'a CellFormat,
        factor: Option<f64>,
        default: Option<Value>,
        /// A field's own faults are found when it is read.
        is_field: bool,
    },
    Formula(&'a str),
}

struct Work<'a> {
    profile: &'a Profile,
    faults: Vec<FileFault>,
    /// Places of faults, so that two formulas do not repeat one.
    placed: BTreeSet<(u32, usize)>,
}

/// What a formula has on one row.
enum Outcome {
    Value(Option<Value>),
    /// The text in place of a figure that it reads.
    Withheld(String),
}

impl<'a> Step<'a> {
    fn new(named: &'a NamedFormula, layout: &Layout<'a>) -> Self {
        let inputs = named.formula.reads().iter().map(|name| input(name, layout)).collect();
        let (label, column) =
            (format!("{} (calculé)", named.name), layout.profile.column(&named.name));
        Self { named, label, column, inputs }
    }
}

fn input<'a>(name: &'a str, layout: &Layout<'a>) -> Input<'a> {
    let Some(column) = layout.profile.column(name) else { return Input::Fixed(None) };
    let own = |text: &String| CellFormat::own(column.format.yields()).value(text).ok();
    match (&column.place, layout.columns.get(name)) {
        (Place::Constant(text), _) => Input::Fixed(own(text)),
        (Place::Formula, _) => Input::Formula(name),
        (_, None) => Input::Fixed(column.default.as_ref().and_then(own)),
        (_, Some(index)) => Input::Cell {
            index: *index,
            format: &column.format,
            factor: layout.factors.get(name).copied(),
            default: column.default.as_ref().and_then(own),
            is_field: !layout.profile.columns.contains_key(name),
        },
    }
}

impl Work<'_> {
    fn row(&mut self, steps: &[Step<'_>], row: &mut FileRow, header: &FileRow) {
        let mut known: BTreeMap<&str, Outcome> = BTreeMap::new();
        let mut cells = Vec::with_capacity(steps.len());
        for step in steps {
            let outcome = self.outcome(step, row, header, &known);
            cells.push(match &outcome {
                Outcome::Withheld(text) => text.clone(),
                Outcome::Value(value) => self.written(step, row.number, value.as_ref()),
            });
            known.insert(&step.named.name, outcome);
        }
        row.cells.extend(cells);
    }

    fn outcome(
        &mut self,
        step: &Step<'_>,
        row: &FileRow,
        header: &FileRow,
        known: &BTreeMap<&str, Outcome>,
    ) -> Outcome {
        let mut values = Vec::with_capacity(step.inputs.len());
        for input in &step.inputs {
            values.push(match input {
                Input::Fixed(value) => value.clone(),
                Input::Formula(name) => match known.get(name) {
                    Some(Outcome::Withheld(text)) => return Outcome::Withheld(text.clone()),
                    Some(Outcome::Value(value)) => value.clone(),
                    None => None,
                },
                Input::Cell { index, format, factor, default, is_field } => {
                    let cell = row.cell(*index);
                    if self.profile.is_missing(cell) {
                        default.clone()
                    } else if format.yields() != Yield::Text && self.profile.is_withheld(cell) {
                        return Outcome::Withheld(cell.to_owned());
                    } else {
                        match format.value(cell) {
                            Ok(Value::Float(number)) => {
                                Some(Value::Float(number * factor.unwrap_or(1.0)))
                            }
                            Ok(value) => Some(value),
                            Err(expected) => {
                                let found = FileFault::quote(cell);
                                if !is_field && self.placed.insert((row.number, *index)) {
                                    self.fault(row.number, header.cell(*index), (found, expected));
                                }
                                None
                            }
                        }
                    }
                }
            });
        }
        match step.named.formula.value(&values) {
            Ok(value) => Outcome::Value(value),
            Err(fault) => {
                self.fault(row.number, &step.label, (fault.found, fault.expected));
                Outcome::Value(None)
            }
        }
    }

    /// The value as Vigie's own files write it.
    fn written(&mut self, step: &Step<'_>, row: u32, value: Option<&Value>) -> String {
        let Some(value) = value else { return String::new() };
        let text = match value {
            Value::Bool(held) => held.to_string(),
            Value::Int(count) => count.to_string(),
            Value::Float(figure) => figure.to_string(),
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
        };
        let is_helper = self.profile.columns.contains_key(&step.named.name);
        let own = step.column.map(|column| CellFormat::own(column.format.yields()));
        if let Some(Err(expected)) = own.filter(|_| !is_helper).map(|own| own.value(&text)) {
            self.fault(row, &step.label, (FileFault::quote(&text), expected));
            return String::new();
        }
        text
    }

    fn fault(&mut self, row: u32, column: &str, (found, expected): (String, String)) {
        let column = Some(column.to_owned());
        self.faults.push(FileFault { row: Some(row), column, found, expected, unknown_name: None });
    }
}
