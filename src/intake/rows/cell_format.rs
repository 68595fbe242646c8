//! How the cells of a column are written: parser, unit, factor, dates, words.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::bounds;
use super::parse::{Parse, Yield, iso_date};
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::value::Value;
use crate::frame::dictionary::FieldKind;
use crate::intake::error::ticked;
use crate::intake::identity::names::key;
use crate::intake::profiles::dates::{DateFormat, hides_its_order};
use crate::intake::profiles::units::{MeasureUnit, UnitKind, without_signs};

#[derive(Clone, Debug, PartialEq)]
pub(in crate::intake) struct CellFormat {
    pub parse: Parse,
    /// Cells may then have signs of units around their digits.
    pub unit: Option<MeasureUnit>,
    pub factor: Option<f64>,
    /// Those that the cells may be written in, instead of the parser's own.
    pub dates: Vec<DateFormat>,
    /// For a phase: the file's words for each of Vigie's phases.
    pub words: PhaseWords,
}

/// A file's words for phases; none where it has Vigie's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::intake) struct PhaseWords {
    by_key: BTreeMap<String, Phase>,
    written: Vec<String>,
}

impl PhaseWords {
    const NONE: Self = Self { by_key: BTreeMap::new(), written: Vec::new() };

    pub(in crate::intake) fn add(&mut self, phase: Phase, word: &str) {
        self.by_key.insert(key(word), phase);
        self.written.push(word.to_owned());
    }
}

impl CellFormat {
    pub(in crate::intake) const fn plain(parse: Parse) -> Self {
        Self { parse, unit: None, factor: None, dates: Vec::new(), words: PhaseWords::NONE }
    }

    /// How Vigie itself writes values of a type.
    pub(in crate::intake) fn own(yields: Yield) -> &'static Self {
        static TEXT: CellFormat = CellFormat::plain(Parse::Text);
        static NUMBER: CellFormat = CellFormat::plain(Parse::Number);
        static DATE: CellFormat = CellFormat::plain(Parse::Date);
        static BOOL: CellFormat = CellFormat::plain(Parse::Bool);
        static PHASE: CellFormat = CellFormat::plain(Parse::Phase);
        match yields {
            Yield::Text => &TEXT,
            Yield::Number => &NUMBER,
            Yield::Date => &DATE,
            Yield::Bool => &BOOL,
            Yield::Phase => &PHASE,
        }
    }

    /// How people write values of a kind in French, in the field's own unit.
    pub(in crate::intake) fn french(kind: FieldKind) -> &'static Self {
        static NUMBER: CellFormat = CellFormat::plain(Parse::FrenchNumber);
        static DATE: CellFormat = CellFormat::plain(Parse::FrenchDate);
        static BOOL: CellFormat = CellFormat::plain(Parse::YesNo);
        match kind {
            FieldKind::Bool => &BOOL,
            FieldKind::Int | FieldKind::Float => &NUMBER,
            FieldKind::Text => Self::own(Yield::Text),
            FieldKind::Date => &DATE,
        }
    }

    pub(in crate::intake) fn yields(&self) -> Yield {
        self.parse.yields()
    }

    pub(in crate::intake) fn number(&self, cell: &str) -> Result<f64, &'static str> {
        let (number, scale) = match self.unit {
            None => (self.parse.number(cell)?, 1.0),
            Some(unit) => {
                let (digits, signs) = without_signs(cell);
                let number = self.parse.number(&digits)?;
                let may_be_a_share = number > 0.0 && number < 1.0 && signs.is_empty();
                if unit.measure == UnitKind::Share && may_be_a_share {
                    return Err(PERCENT);
                }
                let found = unit.of_cell(&signs).ok_or("un nombre dans l’unité de la colonne")?;
                (number, found.scale)
            }
        };
        let factor = scale * self.factor.unwrap_or(1.0);
        if (factor - 1.0).abs() < f64::EPSILON {
            return Ok(number);
        }
        bounds::figure((number * factor * 1e9).round() / 1e9)
    }

    pub(in crate::intake) fn date(&self, cell: &str) -> Result<NaiveDate, &'static str> {
        if self.dates.is_empty() {
            let date = self.parse.date(cell);
            let is_hidden = date.is_err() && self.parse == Parse::Date && hides_its_order(cell);
            return if is_hidden { Err(ORDER) } else { date };
        }
        // What spreadsheet programs make of dates, however they show them.
        let read = self.dates.iter().find_map(|format| format.date(cell));
        read.or_else(|| iso_date(cell))
            .ok_or("une date écrite comme le dit `date_format`, de 1970 à 2100")
    }

    pub(in crate::intake) fn truth(&self, cell: &str) -> Result<bool, &'static str> {
        self.parse.truth(cell)
    }

    pub(in crate::intake) fn phase(&self, cell: &str) -> Option<Phase> {
        if self.words.written.is_empty() {
            return cell.parse().ok();
        }
        self.words.by_key.get(&key(cell)).copied()
    }

    /// The words that a phase may be written in.
    pub(in crate::intake) fn phase_words(&self) -> String {
        if self.words.written.is_empty() {
            return ticked(&Phase::ALL.map(|phase| phase.as_str().to_owned()));
        }
        ticked(&self.words.written)
    }

    /// The value of a cell by its type. Fails with what was expected.
    pub(in crate::intake) fn value(&self, cell: &str) -> Result<Value, String> {
        Ok(match self.yields() {
            Yield::Text => Value::Text(cell.to_owned()),
            Yield::Number => Value::Float(self.number(cell)?),
            Yield::Date => Value::Date(self.date(cell)?),
            Yield::Bool => Value::Bool(self.truth(cell)?),
            Yield::Phase => {
                let expected = || format!("l’un de {}", self.phase_words());
                Value::Text(self.phase(cell).ok_or_else(expected)?.as_str().to_owned())
            }
        })
    }
}

/// Beside `60 %`, `0,35` may be a third or a third of a hundredth.
pub(super) const PERCENT: &str =
    "un nombre suivi de `%`, ou d’au moins 1 : sans le signe, `0,35` se lit de deux façons";

const ORDER: &str = "une date dont l’ordre soit dit : `date_format = \"%d/%m/%Y\"`, ou `\"%m/%d/%Y\"`, dans le profil";
