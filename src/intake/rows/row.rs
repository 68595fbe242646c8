//! Reads one row by its layout: values by field, and the faults found on the way.

use chrono::{Datelike, NaiveDate};

use super::bounds;
use super::cell_format::CellFormat;
use super::cell_text::not_a_name;
use super::parse::Yield;
use super::table::{FileRow, letters};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::recorded_name::NameKind;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::value::Value;
use crate::intake::error::{FileFault, NearestName, SHOWN, UnknownName, ticked};
use crate::intake::identity::aliases::Aliases;
use crate::intake::identity::project_identity::Identities;
use crate::intake::profiles::layout::Layout;
use crate::intake::profiles::profile::Place;
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
    /// Rows are columns of the file.
    pub is_turned: bool,
}

impl RowContext<'_> {
    /// Where a row is in the file, in words.
    pub(in crate::intake) fn place_of(&self, row: u32) -> String {
        match row.checked_sub(1) {
            Some(column) if self.is_turned => format!("la colonne {}", letters(column)),
            _ => format!("la ligne {row}"),
        }
    }
}

#[derive(Debug)]
pub(in crate::intake) struct RowReader<'r, 'a: 'r> {
    pub row: &'r FileRow,
    pub context: RowContext<'a>,
    faults: &'r mut Vec<FileFault>,
}

impl<'r, 'a: 'r> RowReader<'r, 'a> {
    /// Follow-up data is about known projects: a misspelt name must not create another project.
    pub(in crate::intake) fn known_project(&mut self) -> Option<ProjectId> {
        let name = self.needed("project")?;
        let identities = self.context.identities;
        let project = identities.find(name);
        if project.is_none() {
            let near = self.is_worth_a_hint().then(|| identities.nearest(name)).flatten();
            let hint = near
                .as_ref()
                .map(|(near_name, id)| format!(" (le plus proche : `{near_name}`, `{id}`)"));
            let expected = format!("un projet connu{}", hint.unwrap_or_default());
            let nearest = near.map(|(near_name, id)| NearestName {
                name: near_name.to_owned(),
                designates: id.to_string(),
            });
            self.fault("project", FileFault::quote(name), expected);
            self.set_unknown(UnknownName::of(NameKind::Project, name, nearest));
        }
        project
    }

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

    /// The text in place of a figure that its publisher withholds.
    pub(in crate::intake) fn withheld(&self, field: &str) -> Option<&'r str> {
        match self.find(field) {
            Found::Withheld(text) => Some(text),
            Found::Nothing | Found::Cell(..) => None,
        }
    }

    /// The value of a field by its type, whichever it is.
    pub(in crate::intake) fn value(&mut self, field: &str) -> Option<Value> {
        let (format, cell) = self.cell(field)?;
        match format.value(cell) {
            Ok(Value::Float(number)) => Some(Value::Float(self.scaled(field, number))),
            Ok(value) => Some(value),
            Err(expected) => {
                self.fault(field, FileFault::quote(cell), expected);
                None
            }
        }
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
        let (format, cell) = self.cell(field)?;
        let number = self.checked(field, cell, format.number(cell))?;
        Some(self.scaled(field, number))
    }

    /// In the unit of the field, where the header says another.
    fn scaled(&self, field: &str, number: f64) -> f64 {
        let factor = self.context.layout.factors.get(field);
        factor.map_or(number, |factor| (number * factor * 1e9).round() / 1e9)
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
        let (format, cell) = self.cell(field)?;
        self.checked(field, cell, format.date(cell))
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
        let (format, cell) = self.cell(field)?;
        self.checked(field, cell, format.truth(cell))
    }

    pub(in crate::intake) fn phase(&mut self, field: &str) -> Option<Phase> {
        let (format, cell) = self.cell(field)?;
        let phase = format.phase(cell);
        if phase.is_none() {
            let expected = format!("l’un de {}", format.phase_words());
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
        let label = self.label(field).to_owned();
        self.fault_at(&label, found, expected);
    }

    /// Says of the last fault which name is not known.
    pub(in crate::intake) fn set_unknown(&mut self, unknown: Option<UnknownName>) {
        if let Some(fault) = self.faults.last_mut() {
            fault.unknown_name = unknown.map(Box::new);
        }
    }

    /// What the file calls a field, or its own name where the file has no column for it.
    pub(in crate::intake) fn label<'n>(&self, field: &'n str) -> &'n str
    where
        'a: 'n,
    {
        let index = self.context.layout.columns.get(field);
        index.map_or(field, |index| self.context.header.cell(*index))
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
            unknown_name: None,
        });
    }

    /// How a field is written here and its cell, unless the cell is empty or withheld.
    pub(in crate::intake) fn cell(&self, field: &str) -> Option<(&'r CellFormat, &'r str)> {
        match self.find(field) {
            Found::Cell(format, cell) => Some((format, cell)),
            Found::Nothing | Found::Withheld(_) => None,
        }
    }

    fn find(&self, field: &str) -> Found<'r> {
        let layout = self.context.layout;
        let Some(column) = layout.profile.column(field) else { return Found::Nothing };
        let own = || CellFormat::own(column.format.yields());
        let absent =
            || column.default.as_ref().map_or(Found::Nothing, |text| Found::Cell(own(), text));
        let cell = match (&column.place, layout.columns.get(field)) {
            (Place::Constant(text), _) => return Found::Cell(own(), text),
            (_, None) => return absent(),
            (_, Some(index)) => self.row.cell(*index),
        };
        if layout.profile.is_missing(cell) {
            absent()
        } else if column.format.yields() != Yield::Text && layout.profile.is_withheld(cell) {
            Found::Withheld(cell)
        } else if column.place == Place::Formula {
            Found::Cell(own(), cell)
        } else {
            Found::Cell(&column.format, cell)
        }
    }

    fn checked<T>(&mut self, field: &str, cell: &str, value: Result<T, &'static str>) -> Option<T> {
        value.map_err(|expected| self.fault(field, FileFault::quote(cell), expected)).ok()
    }
}

/// What a row has for a field.
enum Found<'r> {
    Nothing,
    Withheld(&'r str),
    Cell(&'r CellFormat, &'r str),
}
