//! What is said of a table and of its columns in the formats that people open.

use crate::frame::dictionary::{Dictionary, Unit};

/// What an empty cell of a table of measures means.
pub(super) const NOT_KNOWN: &str = "Donnée non connue ou non publiée, jamais zéro. Une colonne « non publié » distingue ce que le \
                                    ministère n’a pas souhaité publier.";

pub(super) struct SheetContents {
    pub(super) title: String,
    /// What the table holds.
    pub(super) meaning: String,
    /// What it was taken of, with labels: its date, its filters.
    pub(super) of: Vec<(&'static str, String)>,
    pub(super) has_amounts: bool,
    pub(super) empty_cells: &'static str,
    /// In the order of the columns.
    pub(super) heads: Vec<ColumnHead>,
}

pub(super) struct ColumnHead {
    pub(super) header: String,
    /// The name that programs call it.
    pub(super) name: String,
    pub(super) unit: Option<Unit>,
    pub(super) meaning: Option<&'static str>,
}

impl SheetContents {
    /// Whether columns have names or meanings that their headers do not say.
    pub(super) fn explains_columns(&self) -> bool {
        self.heads.iter().any(|head| !head.name.is_empty() || head.meaning.is_some())
    }
}

impl ColumnHead {
    /// The head of a column that is called as a field of the dictionary, if it is; else with this header.
    pub(super) fn of(name: &str, header: Option<&str>, dictionary: &Dictionary) -> Self {
        let field = dictionary.field(name);
        let header = field.map(|field| field.label).or(header).unwrap_or(name);
        Self {
            header: header.to_owned(),
            name: name.to_owned(),
            unit: field.map(|field| field.unit),
            meaning: field.map(|field| field.meaning),
        }
    }
}
