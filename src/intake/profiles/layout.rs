//! Finds the profile that a header row calls for, and the column of each of its fields.

use std::collections::BTreeMap;

use super::profile::{FactColumns, Profile, Profiles, supplier};
use super::units;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Dictionary, Field, FieldKind};
use crate::intake::error::{FileFault, SourceError, UnknownLayout};
use crate::intake::identity::names::{key, nearest};
use crate::intake::rows::parse::Yield;
use crate::intake::rows::table::{FileRow, FileTable};

/// A longer cell is a text, not the name of a column; in bytes.
const LONGEST_HEADER: usize = 1_000;

/// The columns of a file, matched to the fields of a profile.
#[derive(Debug)]
pub(in crate::intake) struct Layout<'a> {
    pub profile: &'a Profile,
    dictionary: &'a Dictionary,
    /// Column of each field found.
    pub columns: BTreeMap<&'a str, usize>,
    /// Phases by the key of each word for them, where the profile has its own words.
    pub phases: BTreeMap<String, Phase>,
    /// Keys of how sentences begin that replace withheld figures.
    pub withheld: Vec<String>,
    /// Columns that are fields of the data dictionary.
    pub facts: Vec<(usize, &'static Field)>,
    /// Columns with a name that the profile does not know.
    pub unknown: Vec<usize>,
    pub unnamed: Vec<usize>,
    /// Columns that the profile ignores.
    ignored: Vec<usize>,
    lacking: Vec<String>,
    /// Two columns for one field.
    doubles: Vec<(usize, usize)>,
    /// How surely files of facts are of this dataset; 0 is not at all.
    rank: u8,
    /// What a figure of the column is multiplied by, where its header names another unit than the field's.
    pub factors: BTreeMap<&'a str, f64>,
}

/// The place of the header row in the table, the layout of the file, and why this one, in French.
pub(in crate::intake) fn recognise<'a>(
    file: &str,
    table: &FileTable,
    profiles: &'a Profiles,
    requested: Option<&str>,
) -> Result<(usize, Layout<'a>, String), SourceError> {
    let asked = requested.map(|id| requested_profile(file, profiles, id)).transpose()?;
    let mut nearest: Option<(i64, &FileRow, Option<Layout<'a>>)> = None;
    for (place, header) in table.candidates() {
        let near = match fitting(file, header, profiles, asked)? {
            Fit::Fits(layout) => {
                let mut reason = layout.reason(header);
                if place > 0 {
                    reason.extend([" ; en-têtes à la ligne ", &header.number.to_string()]);
                }
                let why = if asked.is_some() { "profil demandé ; " } else { "" };
                return Ok((place, layout, format!("{why}{reason}")));
            }
            Fit::Nearest(near) => near,
        };
        let score = near.as_ref().map_or(i64::MIN, Layout::score);
        if nearest.as_ref().is_none_or(|(best, ..)| *best < score) {
            nearest = Some((score, header, near));
        }
    }
    let (header, layout) = nearest.map_or((&table.header, None), |(_, row, near)| (row, near));
    Err(SourceError::UnknownLayout(Box::new(UnknownLayout {
        file: file.to_owned(),
        sheet: table.sheet_name.clone(),
        requested: requested.map(str::to_owned),
        headers: header.cells.iter().filter(|header| !header.is_empty()).cloned().collect(),
        nearest: layout.map(|layout| (layout.profile.id.clone(), layout.lacking)),
    })))
}

/// How well the best row of a table would do as its header; `None` when one fits a profile.
pub(in crate::intake) fn shortfall(
    file: &str,
    table: &FileTable,
    profiles: &Profiles,
    requested: Option<&str>,
) -> Result<Option<i64>, SourceError> {
    let asked = requested.map(|id| requested_profile(file, profiles, id)).transpose()?;
    let mut best = i64::MIN;
    for (_, header) in table.candidates() {
        match fitting(file, header, profiles, asked) {
            Ok(Fit::Fits(_)) | Err(SourceError::AmbiguousLayout { .. }) => return Ok(None),
            Ok(Fit::Nearest(near)) => {
                best = best.max(near.as_ref().map_or(i64::MIN, Layout::score));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(Some(best))
}

enum Fit<'a> {
    Fits(Layout<'a>),
    /// The profile that lacks the fewest columns, if any knows one of them.
    Nearest(Option<Layout<'a>>),
}

fn requested_profile<'a>(
    file: &str,
    profiles: &'a Profiles,
    id: &str,
) -> Result<&'a Profile, SourceError> {
    profiles.find(id).ok_or_else(|| SourceError::UnknownProfile {
        file: file.to_owned(),
        found: id.to_owned(),
        known: profiles.iter().map(|profile| profile.id.clone()).collect(),
    })
}

fn fitting<'a>(
    file: &str,
    header: &FileRow,
    profiles: &'a Profiles,
    requested: Option<&'a Profile>,
) -> Result<Fit<'a>, SourceError> {
    if let Some(profile) = requested {
        let layout = Layout::over(profile, profiles.dictionary(), header);
        let fits = layout.lacking.is_empty();
        return Ok(if fits { Fit::Fits(layout) } else { Fit::Nearest(Some(layout)) });
    }
    let layouts =
        profiles.iter().map(|profile| Layout::over(profile, profiles.dictionary(), header));
    let (fitting, others): (Vec<_>, Vec<_>) =
        layouts.partition(|layout| layout.lacking.is_empty() && layout.rank > 0);
    let best = fitting.iter().map(Layout::fit).max();
    let mut fitting: Vec<_> =
        fitting.into_iter().filter(|layout| Some(layout.fit()) == best).collect();
    match (fitting.pop(), fitting.as_slice()) {
        (Some(layout), []) => Ok(Fit::Fits(layout)),
        (Some(last), alike) => Err(SourceError::AmbiguousLayout {
            file: file.to_owned(),
            profiles: alike.iter().chain([&last]).map(|layout| layout.profile.id.clone()).collect(),
        }),
        (None, _) => {
            let known = others.into_iter().filter(|layout| layout.recognised() > 0);
            Ok(Fit::Nearest(known.max_by_key(Layout::score)))
        }
    }
}

impl<'a> Layout<'a> {
    fn over(profile: &'a Profile, dictionary: &'a Dictionary, header: &FileRow) -> Self {
        let mut layout = Self {
            profile,
            dictionary,
            columns: BTreeMap::new(),
            phases: phases(profile),
            withheld: profile.withheld.iter().map(|start| key(start)).collect(),
            facts: Vec::new(),
            unknown: Vec::new(),
            unnamed: Vec::new(),
            ignored: Vec::new(),
            lacking: Vec::new(),
            doubles: Vec::new(),
            rank: 1,
            factors: BTreeMap::new(),
        };
        for (index, name) in header.cells.iter().enumerate() {
            layout.place(index, name);
        }
        for (field, column) in &profile.fields {
            if !column.optional && !layout.columns.contains_key(field.as_str()) {
                layout.lacking.extend(column.headers.first().cloned());
            }
        }
        if let Some(facts) = &profile.facts {
            layout.rank = layout.rank_among_facts(facts);
        }
        layout
    }

    fn place(&mut self, index: usize, name: &str) {
        if name.len() > LONGEST_HEADER {
            self.unknown.push(index);
            return;
        }
        let name_key = key(name);
        if name.is_empty() {
            self.unnamed.push(index);
        } else if let Some((field, factor)) = self.field_in_unit(name) {
            // First of all: to the comparison of names, a unit such as `(€)` is punctuation.
            self.factors.insert(field, factor);
            self.give(field, index);
        } else if let Some(field) = self.field(&name_key) {
            self.give(field, index);
        } else if self.profile.ignored.iter().any(|header| key(header) == name_key) {
            self.ignored.push(index);
        } else if let Some(fact) = self.fact(&name_key) {
            match self.facts.iter().find(|(_, known)| known.name == fact.name) {
                Some((first, _)) => self.doubles.push((*first, index)),
                None => self.facts.push((index, fact)),
            }
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

    fn field(&self, name_key: &str) -> Option<&'a str> {
        let is_named = |header: &String| key(header) == name_key;
        let mut fields = self.profile.fields.iter();
        fields
            .find(|(_, column)| column.headers.iter().any(is_named))
            .map(|(field, _)| field.as_str())
    }

    /// The field of a header that ends in a unit, as `Coût complet estimé (k€)`, and the factor to the field's unit.
    fn field_in_unit(&self, name: &str) -> Option<(&'a str, f64)> {
        let (base, unit) = units::parted(name)?;
        let field = self.field(&key(base))?;
        let parse = self.profile.fields.get(field)?.parse;
        Some((field, units::factor(field, parse, unit)?))
    }

    fn fact(&self, name_key: &str) -> Option<&'static Field> {
        self.profile.facts.as_ref()?;
        self.dictionary.facts().find(|field| key(field.name) == name_key)
    }

    /// Files of facts share their keys, so their other columns distinguish them.
    fn rank_among_facts(&mut self, columns: &FactColumns) -> u8 {
        let is_named =
            |(_, field): &(usize, &Field)| columns.any_of.iter().any(|n| n == field.name);
        let suppliers: Vec<_> = columns.all_from.iter().filter_map(|word| supplier(word)).collect();
        // A file with hardly any field of ours is another file, not one full of mistakes.
        let is_ours = !self.facts.is_empty() && self.facts.len() >= self.unknown.len();
        if is_ours && self.facts.iter().any(is_named) {
            return 4;
        }
        if is_ours && self.facts.iter().all(|(_, field)| suppliers.contains(&field.supplier)) {
            return 3;
        }
        if is_ours && columns.otherwise {
            return 2;
        }
        self.lacking.extend(columns.any_of.first().cloned());
        0
    }

    fn recognised(&self) -> usize {
        self.columns.len() + self.facts.len() + self.ignored.len()
    }

    /// How near it comes to fitting: the columns that it knows, less those that it lacks.
    fn score(&self) -> i64 {
        let [known, lacking] = [self.recognised(), self.lacking.len()]
            .map(|columns| i64::try_from(columns).unwrap_or(i64::MAX));
        if known == 0 { i64::MIN } else { known.saturating_sub(lacking) }
    }

    /// The columns that are read, of which no cell may hold an error or a spoilt text.
    pub(in crate::intake) fn read_columns(&self) -> impl Iterator<Item = usize> {
        self.columns.values().copied().chain(self.facts.iter().map(|(column, _)| *column))
    }

    /// Whether a column holds figures.
    pub(in crate::intake) fn is_figures(&self, place: usize) -> bool {
        let fact = self.facts.iter().find(|(index, _)| *index == place);
        let field = self.columns.iter().find(|(_, index)| **index == place);
        let column = field.and_then(|(field, _)| self.profile.fields.get(*field));
        fact.is_some_and(|(_, fact)| matches!(fact.kind, FieldKind::Int | FieldKind::Float))
            || column.is_some_and(|column| column.parse.yields() == Yield::Number)
    }

    fn fit(&self) -> (usize, u8) {
        (self.recognised(), self.rank)
    }

    /// Faults of the header itself.
    pub(in crate::intake) fn faults(&self, header: &FileRow) -> Vec<FileFault> {
        let doubles = self.doubles.iter().map(|(first, second)| FileFault {
            row: Some(header.number),
            column: Some(header.cell(*second).to_owned()),
            found: format!("une deuxième colonne pour `{}`", header.cell(*first)),
            expected: "chaque colonne une seule fois".to_owned(),
        });
        let unknown = self.unknown.iter().filter(|_| self.profile.strict).map(|index| {
            let name = header.cell(*index);
            FileFault {
                row: Some(header.number),
                column: Some(name.to_owned()),
                found: "une colonne inconnue".to_owned(),
                expected: self.expected_instead_of(name),
            }
        });
        doubles.chain(unknown).collect()
    }

    fn expected_instead_of(&self, name: &str) -> String {
        let columns = self.profile.fields.values().flat_map(|column| &column.headers);
        let columns = columns.map(String::as_str);
        let facts = self.dictionary.facts().map(|field| field.name);
        let facts = facts.filter(|_| self.profile.facts.is_some());
        match (nearest(name, columns.chain(facts)), self.profile.facts.is_some()) {
            (Some(column), _) => format!("`{column}`, ou pas cette colonne"),
            (None, true) => "un champ du dictionnaire de données".to_owned(),
            (None, false) => "pas cette colonne".to_owned(),
        }
    }

    fn reason(&self, header: &FileRow) -> String {
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

fn phases(profile: &Profile) -> BTreeMap<String, Phase> {
    let words = profile.fields.values().flat_map(|column| &column.words);
    words.flat_map(|(phase, said)| said.iter().map(|word| (key(word), *phase))).collect()
}
