//! The columns of a file, matched by its header to what a profile looks for.

use std::collections::{BTreeMap, BTreeSet};

use super::header_unit::HeaderUnit;
use super::profile::{Column, FactColumns, Place, Profile, supplier};
use super::{header_unit, units};
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::{Field, FieldKind, RecordKind};
use crate::intake::error::FileFault;
use crate::intake::identity::names::{key, nearest};
use crate::intake::rows::parse::Yield;
use crate::intake::rows::table::FileRow;

/// A longer cell is a text, not the name of a column; in bytes.
const LONGEST_HEADER: usize = 1_000;

/// The columns of a file, matched to the fields of a profile.
#[derive(Debug)]
pub(in crate::intake) struct Layout<'a> {
    pub profile: &'a Profile,
    /// Column of each field, and of each column for formulas, by name. Formulas have theirs after those of the file.
    pub columns: BTreeMap<&'a str, usize>,
    /// What gives facts of the row's project.
    pub facts: Vec<FactColumn<'a>>,
    /// Columns with a name that the profile does not know.
    pub unknown: Vec<usize>,
    pub unnamed: Vec<usize>,
    /// Columns of the rules that set rows aside, in their order.
    pub aside: Vec<AsideColumns>,
    /// Columns that the profile ignores.
    ignored: Vec<usize>,
    pub(super) lacking: Vec<String>,
    /// Two columns for one field.
    doubles: Vec<(usize, usize)>,
    /// Columns whose header says another unit than the profile.
    contradicted: Vec<usize>,
    /// How many columns were found by their place alone.
    by_position: usize,
    /// How surely files of facts are of this dataset; 0 is not at all.
    pub(super) rank: u8,
    /// What a figure of the column is multiplied by, where its header names another unit than the field's.
    pub factors: BTreeMap<&'a str, f64>,
}

/// The columns of a rule that sets rows aside.
#[derive(Debug)]
pub(in crate::intake) struct AsideColumns {
    /// The first filled cell when absent.
    pub looked_at: Option<usize>,
    /// Those beside which the row has nothing to read.
    pub only: Vec<usize>,
}

/// What gives a fact.
#[derive(Clone, Copy, Debug)]
pub(in crate::intake) enum FactColumn<'a> {
    /// A column named after the field, written as Vigie's own files are.
    Named(usize, &'static Field),
    /// What the profile keeps under the name of the field.
    Kept(&'a str, &'static Field),
}

impl FactColumn<'_> {
    pub(in crate::intake) fn field(&self) -> &'static Field {
        match self {
            Self::Named(_, field) | Self::Kept(_, field) => field,
        }
    }
}

impl<'a> Layout<'a> {
    pub(super) fn over(profile: &'a Profile, header: &FileRow) -> Self {
        let mut layout = Self {
            profile,
            columns: BTreeMap::new(),
            facts: Vec::new(),
            unknown: Vec::new(),
            unnamed: Vec::new(),
            aside: Vec::new(),
            ignored: Vec::new(),
            lacking: Vec::new(),
            doubles: Vec::new(),
            contradicted: Vec::new(),
            by_position: 0,
            rank: 1,
            factors: BTreeMap::new(),
        };
        layout.place_by_position(header);
        let taken: BTreeSet<usize> = layout.columns.values().copied().collect();
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for (index, name) in header.cells.iter().enumerate() {
            let nth = times.entry(key(short(name))).or_default();
            *nth = nth.saturating_add(1);
            if !taken.contains(&index) {
                let nth = *nth;
                layout.place(index, name, nth);
            }
        }
        layout.find_kept_facts();
        layout.find_lacking();
        layout.place_aside_rules(header);
        if let Some(facts) = &profile.facts {
            layout.rank = layout.rank_among_facts(facts);
        }
        layout
    }

    fn place_by_position(&mut self, header: &FileRow) {
        for (name, column) in self.profile.all_columns() {
            let Place::Position(index) = column.place else { continue };
            if index < header.cells.len() {
                self.columns.insert(name, index);
                self.by_position = self.by_position.saturating_add(1);
            }
        }
    }

    /// `nth` is which column of this name it is.
    fn place(&mut self, index: usize, name: &str, nth: usize) {
        if name.len() > LONGEST_HEADER {
            self.unknown.push(index);
            return;
        }
        let name_key = key(name);
        if name.is_empty() {
            self.unnamed.push(index);
        } else if let Some((field, unit)) = self.field_in_unit(name, nth) {
            // First of all: to the comparison of names, a unit such as `(€)` is punctuation.
            self.give(field, index);
            match unit {
                HeaderUnit::Factor(factor) => drop(self.factors.insert(field, factor)),
                HeaderUnit::Said => {}
                HeaderUnit::Contradicts => self.contradicted.push(index),
            }
        } else if let Some(field) = self.field(&name_key, nth) {
            self.give(field, index);
        } else if self.profile.ignored.iter().any(|header| key(header) == name_key) {
            self.ignored.push(index);
        } else if let Some(fact) = self.fact(&name_key) {
            self.give_fact(index, fact);
        } else {
            self.unknown.push(index);
        }
    }

    fn give(&mut self, field: &'a str, index: usize) {
        if let Some(first) = self.columns.insert(field, index) {
            self.columns.insert(field, first);
            self.doubles.push((first, index));
        }
    }

    fn give_fact(&mut self, index: usize, fact: &'static Field) {
        let same = self.facts.iter().find_map(|known| match known {
            FactColumn::Named(first, field) if field.name == fact.name => Some(*first),
            FactColumn::Named(..) | FactColumn::Kept(..) => None,
        });
        match same {
            Some(first) => self.doubles.push((first, index)),
            None => self.facts.push(FactColumn::Named(index, fact)),
        }
    }

    /// One that wants the column of this number goes before one that wants the only column of the name.
    fn field(&self, name_key: &str, nth: usize) -> Option<&'a str> {
        let is_named =
            |column: &Column| column.headers().iter().any(|header| key(header) == name_key);
        let number = |column: &Column| match &column.place {
            Place::Headers { nth: wanted, .. } => *wanted,
            Place::Position(_) | Place::Constant(_) | Place::Formula => None,
        };
        let named: Vec<(&'a str, &'a Column)> =
            self.profile.all_columns().filter(|(_, column)| is_named(column)).collect();
        let exact = named.iter().find(|(_, column)| number(column) == Some(nth));
        let found = exact.or_else(|| named.iter().find(|(_, column)| number(column).is_none()));
        found.map(|(field, _)| *field)
    }

    /// The field of a header that ends in a unit, as `Coût complet estimé (k€)`, and what that means.
    fn field_in_unit(&self, name: &str, nth: usize) -> Option<(&'a str, HeaderUnit)> {
        let (base, unit) = units::parted(name)?;
        let field = self.field(&key(base), nth)?;
        Some((field, header_unit::of_header(self.profile.column(field)?, unit)?))
    }

    fn fact(&self, name_key: &str) -> Option<&'static Field> {
        let is_named = |field: &&'static Field| key(field.name) == name_key;
        if let Some(record) = record_of(self.profile.dataset) {
            return self.profile.dictionary.facts_of(record).find(is_named);
        }
        self.profile.facts.as_ref()?;
        self.profile.dictionary.facts().find(is_named)
    }

    fn find_kept_facts(&mut self) {
        for (name, column) in &self.profile.keep {
            let is_found = match column.place {
                Place::Headers { .. } | Place::Position(_) => {
                    self.columns.contains_key(name.as_str())
                }
                Place::Constant(_) | Place::Formula => true,
            };
            if let Some(field) = self.profile.dictionary.field(name).filter(|_| is_found) {
                self.facts.push(FactColumn::Kept(name, field));
            }
        }
    }

    fn find_lacking(&mut self) {
        for (name, column) in self.profile.all_columns() {
            if column.optional || self.columns.contains_key(name) {
                continue;
            }
            match &column.place {
                Place::Headers { names, nth } => {
                    let again = nth.filter(|nth| *nth > 1).map(|nth| format!(" (n° {nth})"));
                    let header = names.first().map(String::as_str).unwrap_or_default();
                    self.lacking.push(format!("{header}{}", again.unwrap_or_default()));
                }
                Place::Position(index) => {
                    self.lacking.push(format!("colonne {}", index.saturating_add(1)));
                }
                Place::Constant(_) | Place::Formula => {}
            }
        }
    }

    fn place_aside_rules(&mut self, header: &FileRow) {
        let place_of =
            |name: &&String| header.cells.iter().position(|cell| key(short(cell)) == key(name));
        for rule in &self.profile.set_aside {
            let names = rule.column.iter().chain(&rule.only);
            self.lacking.extend(names.filter(|name| place_of(name).is_none()).cloned());
            self.aside.push(AsideColumns {
                looked_at: rule.column.as_ref().and_then(|name| place_of(&name)),
                only: rule.only.iter().filter_map(|name| place_of(&name)).collect(),
            });
        }
    }

    /// Files of facts share their keys, so their other columns distinguish them.
    fn rank_among_facts(&mut self, columns: &FactColumns) -> u8 {
        let is_named =
            |fact: &FactColumn<'_>| columns.any_of.iter().any(|n| n == fact.field().name);
        let suppliers: Vec<_> = columns.all_from.iter().filter_map(|word| supplier(word)).collect();
        // A file with hardly any field of ours is another file, not one full of mistakes.
        let is_ours = !self.facts.is_empty() && self.facts.len() >= self.unknown.len();
        if is_ours && self.facts.iter().any(is_named) {
            return 4;
        }
        if is_ours && self.facts.iter().all(|fact| suppliers.contains(&fact.field().supplier)) {
            return 3;
        }
        if is_ours && columns.otherwise {
            return 2;
        }
        self.lacking.extend(columns.any_of.first().cloned());
        0
    }

    /// Columns that are known by their names.
    pub(super) fn recognised(&self) -> usize {
        let named = self.facts.iter().filter(|fact| matches!(fact, FactColumn::Named(..))).count();
        let found = self.columns.len().saturating_sub(self.by_position);
        found.saturating_add(named).saturating_add(self.ignored.len())
    }

    /// How near it comes to fitting: the columns that it knows, less those that it lacks.
    pub(super) fn score(&self) -> i64 {
        let [known, lacking] = [self.recognised(), self.lacking.len()]
            .map(|columns| i64::try_from(columns).unwrap_or(i64::MAX));
        if known == 0 { i64::MIN } else { known.saturating_sub(lacking) }
    }

    pub(super) fn fit(&self) -> (usize, u8) {
        (self.recognised(), self.rank)
    }

    /// The columns that are read, of which no cell may hold an error or a spoilt text.
    pub(in crate::intake) fn read_columns(&self) -> impl Iterator<Item = usize> {
        let facts = self.facts.iter().filter_map(|fact| match fact {
            FactColumn::Named(index, _) => Some(*index),
            FactColumn::Kept(..) => None,
        });
        self.columns.values().copied().chain(facts)
    }

    /// Whether a column holds figures.
    pub(in crate::intake) fn is_figures(&self, place: usize) -> bool {
        let is_fact = self.facts.iter().any(|fact| match fact {
            FactColumn::Named(index, field) => {
                *index == place && matches!(field.kind, FieldKind::Int | FieldKind::Float)
            }
            FactColumn::Kept(..) => false,
        });
        let field = self.columns.iter().find(|(_, index)| **index == place);
        let column = field.and_then(|(field, _)| self.profile.column(field));
        is_fact || column.is_some_and(|column| column.format.yields() == Yield::Number)
    }

    /// Faults of the header itself.
    pub(in crate::intake) fn faults(&self, header: &FileRow) -> Vec<FileFault> {
        let fault = |index: usize, found: String, expected: String| FileFault {
            row: Some(header.number),
            column: Some(header.cell(index).to_owned()),
            found,
            expected,
            unknown_name: None,
        };
        let doubles = self.doubles.iter().map(|(first, second)| {
            let found = format!("une deuxième colonne pour `{}`", header.cell(*first));
            fault(*second, found, "chaque colonne une seule fois".to_owned())
        });
        let contradicted = self.contradicted.iter().map(|index| {
            let (found, expected) = self.contradiction(*index);
            fault(*index, found.to_owned(), expected.to_owned())
        });
        let unknown = self.unknown.iter().filter(|_| self.profile.strict).map(|index| {
            let expected = self.expected_instead_of(header.cell(*index));
            fault(*index, "une colonne inconnue".to_owned(), expected)
        });
        doubles.chain(contradicted).chain(unknown).collect()
    }

    /// What the header says of a unit, and what is expected.
    fn contradiction(&self, place: usize) -> (&'static str, &'static str) {
        let field = self.columns.iter().find(|(_, index)| **index == place);
        let format = field.and_then(|(field, _)| self.profile.column(field)).map(|one| &one.format);
        let other = "une autre unité dans l’en-tête";
        match format.map(|format| (format.unit, format.factor)) {
            Some((None, Some(_))) => (
                "une unité dans l’en-tête, et `factor` dans le profil",
                "un seul des deux qui convertisse",
            ),
            Some((None, None)) => (other, "celle du champ, ou `unit` et `factor` dans le profil"),
            _ => (other, "l’unité que dit le profil, ou un profil sans `unit`"),
        }
    }

    fn expected_instead_of(&self, name: &str) -> String {
        let columns = self.profile.all_columns().flat_map(|(_, column)| column.headers());
        let columns = columns.map(String::as_str);
        let facts = self.profile.dictionary.facts().map(|field| field.name);
        let facts = facts.filter(|_| self.profile.facts.is_some());
        match (nearest(name, columns.chain(facts)), self.profile.facts.is_some()) {
            (Some(column), _) => format!("`{column}`, ou pas cette colonne"),
            (None, true) => "un champ du dictionnaire de données".to_owned(),
            (None, false) => "pas cette colonne".to_owned(),
        }
    }

    pub(super) fn reason(&self, header: &FileRow) -> String {
        let named = header.cells.iter().filter(|name| !name.is_empty()).count();
        let left: Vec<_> = self.ignored.iter().map(|c| header.cell(*c).to_owned()).collect();
        let mut reasons = vec![format!("{} en-têtes reconnus sur {named}", self.recognised())];
        if !left.is_empty() {
            reasons.push(format!("non lus : {}", left.join(", ")));
        }
        if !self.unnamed.is_empty() {
            reasons.push(format!("colonnes sans nom : {}", self.unnamed.len()));
        }
        reasons.join(" ; ")
    }
}

fn short(name: &str) -> &str {
    if name.len() > LONGEST_HEADER { "" } else { name }
}

/// The records that the rows of a dataset are, of which added fields may be.
fn record_of(dataset: Dataset) -> Option<RecordKind> {
    match dataset {
        Dataset::Contracts => Some(RecordKind::Contract),
        Dataset::Milestones => Some(RecordKind::Milestone),
        Dataset::Panorama
        | Dataset::Baselines
        | Dataset::Article3
        | Dataset::Questionnaire
        | Dataset::Audits
        | Dataset::Exits
        | Dataset::Rebaselines
        | Dataset::Recommendations
        | Dataset::DeclaredCauses
        | Dataset::WatchLists
        | Dataset::Contacts => None,
    }
}
