//! Reads one row by its layout: values by field, and the faults found on the way.

use chrono::{Datelike, NaiveDate};

use super::bounds;
use super::cell_text::not_a_name;
use super::table::FileRow;
use crate::domain::portfolio::snapshot::Phase;
use crate::intake::error::{FileFault, SHOWN, ticked};
use crate::intake::identity::aliases::Aliases;
use crate::intake::identity::names::key;
use crate::intake::identity::project_identity::Identities;
use crate::intake::profiles::layout::Layout;
use crate::intake::profiles::profile::Column;
use crate::support::visible_text;

/// The kind of a figure, which decides its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) enum Amount {
    Cost,
    Duration,
}

/// What reading a row needs: the layout, aliases and known projects.
#[derive(Clone, Copy, Debug)]
pub(in crate::intake) struct RowContext<'a> {
    pub layout: &'a Layout<'a>,
    pub header: &'a FileRow,
    pub aliases: &'a Aliases,
    pub identities: &'a Identities<'a>,
    /// The day that labels of ministries are of.
    pub day: NaiveDate,
}

#[derive(Debug)]
pub(in crate::intake) struct RowReader<'r, 'a> {
    pub row: &'r FileRow,
    pub context: RowContext<'a>,
    faults: &'r mut Vec<FileFault>,
}

impl<'r, 'a> RowReader<'r, 'a> {
    pub(in crate::intake) fn new(
        row: &'r FileRow,
        context: RowContext<'a>,
        faults: &'r mut Vec<FileFault>,
    ) -> Self {
        Self { row, context, faults }
    }

    pub(in crate::intake) fn text(&self, field: &str) -> Option<&'r str> {
        self.cell(field).map(|(_, cell)| cell)
    }

    pub(in crate::intake) fn owned(&self, field: &str) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    /// A name on one line, without the characters that show nothing.
    pub(in crate::intake) fn name(&self, field: &str) -> Option<String> {
        let name = visible_text::one_line(self.text(field)?).trim().to_owned();
        Some(name).filter(|name| !name.is_empty())
    }

    /// The name of something, which spreadsheet programs may have turned into a date.
    pub(in crate::intake) fn needed_name(&mut self, field: &str) -> Option<&'r str> {
        let name = self.needed(field)?;
        match not_a_name(name) {
            Some(expected) => {
                self.fault(field, FileFault::quote(name), expected);
                None
            }
            None => Some(name),
        }
    }

    pub(in crate::intake) fn needed(&mut self, field: &str) -> Option<&'r str> {
        let text = self.text(field);
        if text.is_none() {
            self.fault(field, "rien", "du texte");
        }
        text
    }

    pub(in crate::intake) fn number(&mut self, field: &str) -> Option<f64> {
        let (column, cell) = self.cell(field)?;
        let number = self.checked(field, cell, column.parse.number(cell))?;
        let factor = self.context.layout.factors.get(field);
        Some(factor.map_or(number, |factor| (number * factor * 1e9).round() / 1e9))
    }

    pub(in crate::intake) fn amount(&mut self, field: &str, amount: Amount) -> Option<f64> {
        let number = self.number(field)?;
        let amount = match amount {
            Amount::Cost if number < 0.0 => Err("un coût en M€ qui ne soit pas négatif"),
            Amount::Duration if number < 0.0 => Err("une durée qui ne soit pas négative"),
            Amount::Cost => bounds::meur(number),
            Amount::Duration => bounds::months(number),
        };
        self.checked(field, self.text(field).unwrap_or_default(), amount)
    }

    pub(in crate::intake) fn date(&mut self, field: &str) -> Option<NaiveDate> {
        let (column, cell) = self.cell(field)?;
        self.checked(field, cell, column.parse.date(cell))
    }

    pub(in crate::intake) fn needed_date(&mut self, field: &str) -> Option<NaiveDate> {
        if self.cell(field).is_none() {
            self.fault(field, "rien", "une date");
        }
        self.date(field)
    }

    /// The first day of a date's month.
    pub(in crate::intake) fn month(&mut self, field: &str) -> Option<NaiveDate> {
        self.date(field).map(|date| date.with_day(1).unwrap_or(date))
    }

    pub(in crate::intake) fn truth(&mut self, field: &str) -> Option<bool> {
        let (column, cell) = self.cell(field)?;
        self.checked(field, cell, column.parse.truth(cell))
    }

    pub(in crate::intake) fn phase(&mut self, field: &str) -> Option<Phase> {
        let (column, cell) = self.cell(field)?;
        let phase = if column.words.is_empty() {
            cell.parse().ok()
        } else {
            self.context.layout.phases.get(&key(cell)).copied()
        };
        if phase.is_none() {
            let words: Vec<_> = phase_words(column);
            let expected = format!("l’un de {}", ticked(&words));
            self.fault(field, FileFault::quote(cell), expected);
        }
        phase
    }

    /// One of the expected words.
    pub(in crate::intake) fn one_of(&mut self, field: &str, words: &[&str]) -> Option<String> {
        let cell = self.text(field)?;
        if words.contains(&cell) {
            return Some(cell.to_owned());
        }
        let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
        let expected = format!("l’un de {}", ticked(&words));
        self.fault(field, FileFault::quote(cell), expected);
        None
    }

    pub(in crate::intake) fn needed_one_of(
        &mut self,
        field: &str,
        words: &[&str],
    ) -> Option<String> {
        self.needed(field)?;
        self.one_of(field, words)
    }

    /// Whether a fault added now would still be shown; otherwise a hint is not worth computing.
    pub(in crate::intake) fn is_worth_a_hint(&self) -> bool {
        self.faults.len() < SHOWN
    }

    pub(in crate::intake) fn fault(
        &mut self,
        field: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let column =
            self.context.layout.columns.get(field).map(|index| self.context.header.cell(*index));
        self.fault_at(column.unwrap_or(field), found, expected);
    }

    pub(in crate::intake) fn fault_at(
        &mut self,
        column: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.faults.push(FileFault {
            row: Some(self.row.number),
            column: Some(column.to_owned()),
            found: found.into(),
            expected: expected.into(),
        });
    }

    /// The column of a field and its cell, unless the cell is empty.
    fn cell(&self, field: &str) -> Option<(&'a Column, &'r str)> {
        let column = self.context.layout.profile.fields.get(field)?;
        let cell = self.row.cell(*self.context.layout.columns.get(field)?);
        (!self.context.layout.profile.is_missing(cell)).then_some((column, cell))
    }

    fn checked<T>(&mut self, field: &str, cell: &str, value: Result<T, &'static str>) -> Option<T> {
        value.map_err(|expected| self.fault(field, FileFault::quote(cell), expected)).ok()
    }
}

fn phase_words(column: &Column) -> Vec<String> {
    if column.words.is_empty() {
        return Phase::ALL.iter().map(|phase| phase.as_str().to_owned()).collect();
    }
    column.words.values().flatten().cloned().collect()
}
