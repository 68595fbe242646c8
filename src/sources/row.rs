//! Reads one row by its layout: values by field, and the faults found on the way.

use chrono::Datelike;
use chrono::NaiveDate;

use super::error::Fault;
use super::error::SHOWN;
use super::error::ticked;
use super::layout::Layout;
use super::names::key;
use super::profile::Column;
use super::table::Row;
use crate::domain::plausible;
use crate::domain::snapshot::Phase;

/// The kind of a figure, which decides its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    Cost,
    Duration,
}

#[derive(Debug)]
pub(super) struct RowReader<'a> {
    pub row: &'a Row,
    layout: &'a Layout<'a>,
    header: &'a Row,
    faults: &'a mut Vec<Fault>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        row: &'a Row,
        layout: &'a Layout<'a>,
        header: &'a Row,
        faults: &'a mut Vec<Fault>,
    ) -> Self {
        Self { row, layout, header, faults }
    }

    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.cell(field).map(|(_, cell)| cell)
    }

    pub(super) fn owned(&self, field: &str) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    pub(super) fn needed(&mut self, field: &str) -> Option<&'a str> {
        let text = self.text(field);
        if text.is_none() {
            self.fault(field, "nothing", "text");
        }
        text
    }

    pub(super) fn number(&mut self, field: &str) -> Option<f64> {
        let (column, cell) = self.cell(field)?;
        self.checked(field, cell, column.parse.number(cell))
    }

    pub(super) fn amount(&mut self, field: &str, amount: Amount) -> Option<f64> {
        let number = self.number(field)?;
        let amount = match amount {
            Amount::Cost if number < 0.0 => Err("a cost in M€ that is not negative"),
            Amount::Duration if number < 0.0 => Err("a duration that is not negative"),
            Amount::Cost => plausible::meur(number),
            Amount::Duration => plausible::months(number),
        };
        self.checked(field, self.text(field).unwrap_or_default(), amount)
    }

    pub(super) fn date(&mut self, field: &str) -> Option<NaiveDate> {
        let (column, cell) = self.cell(field)?;
        self.checked(field, cell, column.parse.date(cell))
    }

    pub(super) fn needed_date(&mut self, field: &str) -> Option<NaiveDate> {
        if self.cell(field).is_none() {
            self.fault(field, "nothing", "a date");
        }
        self.date(field)
    }

    /// The first day of a date's month.
    pub(super) fn month(&mut self, field: &str) -> Option<NaiveDate> {
        self.date(field).map(|date| date.with_day(1).unwrap_or(date))
    }

    pub(super) fn truth(&mut self, field: &str) -> Option<bool> {
        let (column, cell) = self.cell(field)?;
        self.checked(field, cell, column.parse.truth(cell))
    }

    pub(super) fn phase(&mut self, field: &str) -> Option<Phase> {
        let (column, cell) = self.cell(field)?;
        let phase = if column.words.is_empty() {
            cell.parse().ok()
        } else {
            self.layout.phases.get(&key(cell)).copied()
        };
        if phase.is_none() {
            let words: Vec<_> = phase_words(column);
            let expected = format!("one of {}", ticked(&words));
            self.fault(field, Fault::quote(cell), expected);
        }
        phase
    }

    /// One of the expected words.
    pub(super) fn one_of(&mut self, field: &str, words: &[&str]) -> Option<String> {
        let cell = self.text(field)?;
        if words.contains(&cell) {
            return Some(cell.to_owned());
        }
        let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
        let expected = format!("one of {}", ticked(&words));
        self.fault(field, Fault::quote(cell), expected);
        None
    }

    pub(super) fn needed_one_of(&mut self, field: &str, words: &[&str]) -> Option<String> {
        self.needed(field)?;
        self.one_of(field, words)
    }

    /// Whether a fault added now would still be shown; otherwise a hint is not worth computing.
    pub(super) fn is_worth_a_hint(&self) -> bool {
        self.faults.len() < SHOWN
    }

    pub(super) fn fault(
        &mut self,
        field: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let column = self.layout.columns.get(field).map(|index| self.header.cell(*index));
        self.fault_at(column.unwrap_or(field), found, expected);
    }

    pub(super) fn fault_at(
        &mut self,
        column: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.faults.push(Fault {
            row: Some(self.row.number),
            column: Some(column.to_owned()),
            found: found.into(),
            expected: expected.into(),
        });
    }

    /// The column of a field and its cell, unless the cell is empty.
    fn cell(&self, field: &str) -> Option<(&'a Column, &'a str)> {
        let column = self.layout.profile.fields.get(field)?;
        let cell = self.row.cell(*self.layout.columns.get(field)?);
        (!self.layout.profile.is_missing(cell)).then_some((column, cell))
    }

    fn checked<T>(&mut self, field: &str, cell: &str, value: Result<T, &'static str>) -> Option<T> {
        value.map_err(|expected| self.fault(field, Fault::quote(cell), expected)).ok()
    }
}

fn phase_words(column: &Column) -> Vec<String> {
    if column.words.is_empty() {
        return Phase::ALL.iter().map(|phase| phase.as_str().to_owned()).collect();
    }
    column.words.values().flatten().cloned().collect()
}
