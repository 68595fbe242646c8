//! The description of one file layout: what each column means and how its cells are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::units::UnitKind;
use crate::domain::formula::Formula;
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::{Dictionary, Supplier};
use crate::intake::identity::names::key;
use crate::intake::rows::cell_format::CellFormat;

/// The description of one file layout.
#[derive(Clone, Debug)]
pub struct Profile {
    pub id: String,
    /// What people call such a file, in French.
    pub title: String,
    pub dataset: Dataset,
    /// Names of the sheets of workbooks that it is for; all of them when empty.
    pub(in crate::intake) sheets: Vec<String>,
    /// The row of the headers, as a spreadsheet program numbers it, or the column of a transposed file; 0 when there is
    /// none. Looked for when absent.
    pub(in crate::intake) header_row: Option<u32>,
    /// Projects are in columns.
    pub(in crate::intake) transposed: bool,
    /// Words that mean an empty cell.
    pub(in crate::intake) missing: Vec<String>,
    /// Keys of how texts begin that replace withheld figures.
    pub(in crate::intake) withheld: Vec<String>,
    /// Keys of the words that repeat the cell before: of the row above, or of the column to the left of a transposed file.
    pub(in crate::intake) ditto: Vec<String>,
    /// Headers that are known and ignored.
    pub(in crate::intake) ignored: Vec<String>,
    /// A header that the profile does not know refuses the file, instead of being reported.
    pub(in crate::intake) strict: bool,
    pub(in crate::intake) set_aside: Vec<AsideRule>,
    /// Fields of the dataset.
    pub(in crate::intake) fields: BTreeMap<String, Column>,
    /// Columns that formulas read, under the names that they give them.
    pub(in crate::intake) columns: BTreeMap<String, Column>,
    /// Fields of the data dictionary that are kept as facts of the row's project.
    pub(in crate::intake) keep: BTreeMap<String, Column>,
    /// Follow-up facts: any other column is a field of the data dictionary.
    pub(in crate::intake) facts: Option<FactColumns>,
    /// In an order in which each one finds those that it reads.
    pub(in crate::intake) formulas: Vec<NamedFormula>,
    /// The fields that it was read with.
    pub(in crate::intake) dictionary: Arc<Dictionary>,
}

/// Where a value is found and how its cells are written.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::intake) struct Column {
    pub place: Place,
    pub format: CellFormat,
    /// The layout may do without this column.
    pub optional: bool,
    /// In place of an empty cell, as Vigie's own files write it.
    pub default: Option<String>,
    /// What figures of the field measure, in Vigie's own unit of it.
    pub measure: Option<UnitKind>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) enum Place {
    /// The names that the column goes by; case, accents and punctuation do not count.
    Headers {
        names: Vec<String>,
        /// Which column of this name it is, from 1; the only one when absent.
        nth: Option<usize>,
    },
    /// From 0.
    Position(usize),
    /// The same on all rows, as Vigie's own files write it.
    Constant(String),
    /// From the formula of the same name.
    Formula,
}

/// Rows that are not read: those whose cell is, or begins with, one of some words, or that have hardly any cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) struct AsideRule {
    /// Header of the column; the first filled cell of the row when absent.
    pub column: Option<String>,
    /// By their keys.
    pub is: Vec<String>,
    pub begins: Vec<String>,
    pub empty: bool,
    /// Headers of the columns beside which the row has nothing to read; no matter when empty.
    pub only: Vec<String>,
    /// In French.
    pub reason: String,
}

#[derive(Clone, Debug)]
pub(in crate::intake) struct NamedFormula {
    pub name: String,
    pub formula: Arc<dyn Formula>,
}

/// Which files of facts belong to this dataset, by their columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::intake) struct FactColumns {
    /// One of these columns is enough.
    pub any_of: Vec<String>,
    /// Or all columns come from these suppliers.
    pub all_from: Vec<String>,
    /// Or no other profile wants the file.
    pub otherwise: bool,
    /// Columns named after fields are written as people do in French: `Oui`, `03/11/2020`. As Vigie's own files otherwise.
    pub french: bool,
}

impl Profile {
    /// The fields that it was read with.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Whether projects are in columns: what is said of a row is then of a column of the file.
    pub fn is_transposed(&self) -> bool {
        self.transposed
    }

    /// Whether a cell is empty or holds a word that means so.
    pub(in crate::intake) fn is_missing(&self, cell: &str) -> bool {
        cell.is_empty() || self.missing.iter().any(|word| word.eq_ignore_ascii_case(cell))
    }

    /// Whether a cell has a text in place of a figure that its publisher withholds.
    pub(in crate::intake) fn is_withheld(&self, cell: &str) -> bool {
        if self.withheld.is_empty() || cell.starts_with(|first: char| first.is_ascii_digit()) {
            return false;
        }
        let cell = key(cell);
        self.withheld.iter().any(|start| cell.starts_with(start))
    }

    /// The column of a name that formulas may read.
    pub(in crate::intake) fn column(&self, name: &str) -> Option<&Column> {
        let field = self.fields.get(name).or_else(|| self.columns.get(name));
        field.or_else(|| self.keep.get(name))
    }

    /// Fields, columns for formulas and facts to keep, by name.
    pub(in crate::intake) fn all_columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        let all = self.fields.iter().chain(&self.columns).chain(&self.keep);
        all.map(|(name, column)| (name.as_str(), column))
    }
}

impl Column {
    pub(in crate::intake) fn headers(&self) -> &[String] {
        match &self.place {
            Place::Headers { names, .. } => names,
            Place::Position(_) | Place::Constant(_) | Place::Formula => &[],
        }
    }
}

pub(in crate::intake) fn supplier(word: &str) -> Option<Supplier> {
    word.parse().ok().filter(|supplier: &Supplier| supplier.reports())
}
