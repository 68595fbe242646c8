//! Reads the tables of a profile's text key by key, with the line of each, and goes on after a fault.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{MOST_FAULTS, ProfileFault};
use crate::intake::error::{FileFault, ticked};
use crate::intake::identity::names::nearest;

/// Characters of one text.
const LONGEST: usize = 1_000;
/// Entries of a list or a table.
const MOST: usize = 500;

/// The faults of one text, in the order of its lines once `finish` was called.
#[derive(Debug)]
pub(super) struct TextFaults<'t> {
    text: &'t str,
    found: RefCell<Vec<ProfileFault>>,
}

impl<'t> TextFaults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: RefCell::new(Vec::new()) }
    }

    pub(super) fn add(
        &self,
        line: usize,
        key: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        if self.is_full() {
            return;
        }
        let (found, expected) = (found.into(), expected.into());
        self.found.borrow_mut().push(ProfileFault { line, key: key.to_owned(), found, expected });
    }

    /// Whether there are so many faults that no other is looked for.
    fn is_full(&self) -> bool {
        self.found.borrow().len() >= MOST_FAULTS
    }

    pub(super) fn finish(self) -> Vec<ProfileFault> {
        let mut faults = self.found.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.matches('\n').count().saturating_add(1)
    }
}

/// One table of the text.
#[derive(Debug)]
pub(super) struct TextSection<'d> {
    table: &'d DeTable<'d>,
    path: String,
    pub(super) line: usize,
    faults: &'d TextFaults<'d>,
    /// Keys that were asked for.
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'d> TextSection<'d> {
    pub(super) fn new(
        table: &'d DeTable<'d>,
        (path, line): (String, usize),
        faults: &'d TextFaults<'d>,
    ) -> Self {
        let section = Self { table, path, line, faults, known: RefCell::default() };
        if table.len() > MOST {
            section.fault_here(format!("{} clés", table.len()), format!("au plus {MOST}"));
        }
        section
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// One text; a list of one is none.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        self.string(key, value, "un texte entre guillemets")
    }

    /// A text or a list of texts.
    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let expected = "un texte entre guillemets, ou une liste de textes";
        let DeValue::Array(values) = value.get_ref() else {
            return self.string(key, value, expected).into_iter().collect();
        };
        if values.len() > MOST {
            self.fault(key, format!("{} textes", values.len()), format!("au plus {MOST}"));
        }
        let values = values.iter().take(MOST);
        values.filter_map(|one| self.string(key, one, expected)).collect()
    }

    pub(super) fn flag(&self, key: &'static str) -> bool {
        match self.get(key).map(Spanned::get_ref) {
            Some(DeValue::Boolean(held)) => *held,
            Some(other) => {
                self.fault(key, kind(other), "`true` ou `false`");
                false
            }
            None => false,
        }
    }

    /// A whole number from `least` on.
    pub(super) fn count(&self, key: &'static str, least: u32) -> Option<u32> {
        let value = self.get(key)?.get_ref();
        let count =
            if let DeValue::Integer(number) = value { number.as_str().parse().ok() } else { None };
        let count = count.filter(|count: &u32| (least..=1_000_000).contains(count));
        if count.is_none() {
            self.fault(key, shown(value), format!("un nombre entier à partir de {least}"));
        }
        count
    }

    pub(super) fn number(&self, key: &'static str) -> Option<f64> {
        let value = self.get(key)?.get_ref();
        let number = match value {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        let number = number.filter(|number: &f64| number.is_finite() && number.abs() < 1e15);
        if number.is_none() {
            self.fault(key, shown(value), "un nombre");
        }
        number
    }

    /// A value of any simple type, as Vigie's own files write it.
    pub(super) fn value(&self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(held) => Some(held.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_) => {
                self.string(key, value, "un texte, un nombre, une date ou un booléen")
            }
        }
    }

    pub(super) fn section(&self, key: &'static str) -> Option<Self> {
        let value = self.get(key)?;
        self.table_of(&format!("{}{key}", self.prefix()), value)
    }

    /// The tables of a table, by their names.
    pub(super) fn sections(&self, key: &'static str) -> Vec<(String, Self)> {
        let Some(whole) = self.section(key) else { return Vec::new() };
        let named = whole.table.iter().take(MOST).filter_map(|(name, value)| {
            let name = name.get_ref().to_string();
            let path = format!("{}{name}", whole.prefix());
            Some((name, self.table_of(&path, value)?))
        });
        named.collect()
    }

    /// The tables of a list of tables.
    pub(super) fn list(&self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let path = format!("{}{key}", self.prefix());
        let DeValue::Array(values) = value.get_ref() else {
            self.fault(key, kind(value.get_ref()), format!("des tables `[[{path}]]`"));
            return Vec::new();
        };
        values.iter().take(MOST).filter_map(|one| self.table_of(&path, one)).collect()
    }

    /// Adds a fault at a key, or at the table where the key is missing.
    pub(super) fn fault(&self, key: &str, found: impl Into<String>, expected: impl Into<String>) {
        let entry = self.table.iter().find(|(name, _)| name.get_ref() == key);
        let line = entry.map_or(self.line, |(name, _)| self.faults.line(name.span().start));
        self.faults.add(line, &format!("{}{key}", self.prefix()), found, expected);
    }

    /// Adds a fault of the table as a whole.
    pub(super) fn fault_here(&self, found: impl Into<String>, expected: impl Into<String>) {
        self.faults.add(self.line, &self.path, found, expected);
    }

    /// Every key that was not asked for is a fault.
    pub(super) fn finish(&self) {
        let known = self.known.borrow();
        for (name, _) in self.table {
            if self.faults.is_full() {
                return;
            }
            let name = name.get_ref().as_ref();
            if known.contains(name) {
                continue;
            }
            let words: Vec<String> = known.iter().map(|&word| word.to_owned()).collect();
            let expected = match nearest(name, known.iter().copied()) {
                Some(near) => format!("`{near}`, ou une autre de {}", ticked(&words)),
                None => format!("l’une de {}", ticked(&words)),
            };
            self.fault(name, "une clé inconnue", expected);
        }
    }

    fn get(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.borrow_mut().insert(key);
        let entry = self.table.iter().find(|(name, _)| name.get_ref() == key);
        entry.map(|(_, value)| value)
    }

    fn string(
        &self,
        key: &'static str,
        value: &Spanned<DeValue<'_>>,
        expected: &str,
    ) -> Option<String> {
        let DeValue::String(text) = value.get_ref() else {
            self.fault(key, kind(value.get_ref()), expected);
            return None;
        };
        let length = text.chars().count();
        if text.trim().is_empty() || length > LONGEST {
            let found = if length > LONGEST {
                format!("un texte de {length} caractères")
            } else {
                "un texte vide".to_owned()
            };
            self.fault(key, found, format!("de 1 à {LONGEST} caractères"));
            return None;
        }
        Some(text.to_string())
    }

    fn table_of(&self, path: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Self> {
        let line = self.faults.line(value.span().start);
        let DeValue::Table(table) = value.get_ref() else {
            self.faults.add(line, path, kind(value.get_ref()), format!("une table `[{path}]`"));
            return None;
        };
        Some(Self::new(table, (path.to_owned(), line), self.faults))
    }

    fn prefix(&self) -> String {
        if self.path.is_empty() { String::new() } else { format!("{}.", self.path) }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "un texte",
        DeValue::Integer(_) | DeValue::Float(_) => "un nombre",
        DeValue::Boolean(_) => "un booléen",
        DeValue::Datetime(_) => "une date",
        DeValue::Array(_) => "une liste",
        DeValue::Table(_) => "une table",
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => FileFault::quote(text),
        DeValue::Integer(number) => format!("`{}`", number.as_str()),
        DeValue::Float(number) => format!("`{}`", number.as_str()),
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            kind(value).to_owned()
        }
    }
}
