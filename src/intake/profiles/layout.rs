//! Finds the profile that a header row calls for, and the column of each of its fields.

use std::collections::BTreeMap;

use super::profile::{FactColumns, Profile, Profiles, supplier};
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary;
use crate::frame::dictionary::Field;
use crate::intake::error::{FileFault, SourceError, UnknownLayout};
use crate::intake::identity::names::{key, nearest};
use crate::intake::rows::table::{FileRow, FileTable};

/// The columns of a file, matched to the fields of a profile.
#[derive(Debug)]
pub(in crate::intake) struct Layout<'a> {
    pub profile: &'a Profile,
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
}

/// The layout of the file, and why this one, in French.
pub(in crate::intake) fn recognise<'a>(
    file: &str,
    table: &FileTable,
    profiles: &'a Profiles,
    requested: Option<&str>,
) -> Result<(Layout<'a>, String), SourceError> {
    if let Some(id) = requested {
        let profile = profiles.find(id).ok_or_else(|| SourceError::UnknownProfile {
            file: file.to_owned(),
            found: id.to_owned(),
            known: profiles.iter().map(|profile| profile.id.clone()).collect(),
        })?;
        let layout = Layout::over(profile, &table.header);
        if !layout.lacking.is_empty() {
            return Err(unknown_layout(file, table, requested, Some(layout)));
        }
        let reason = format!("profil demandé ; {}", layout.reason(table));
        return Ok((layout, reason));
    }
    let layouts = profiles.iter().map(|profile| Layout::over(profile, &table.header));
    let (fitting, others): (Vec<_>, Vec<_>) =
        layouts.partition(|layout| layout.lacking.is_empty() && layout.rank > 0);
    let best = fitting.iter().map(Layout::fit).max();
    let mut fitting: Vec<_> =
        fitting.into_iter().filter(|layout| Some(layout.fit()) == best).collect();
    match (fitting.pop(), fitting.as_slice()) {
        (Some(layout), []) => {
            let reason = layout.reason(table);
            Ok((layout, reason))
        }
        (Some(last), alike) => Err(SourceError::AmbiguousLayout {
            file: file.to_owned(),
            profiles: alike.iter().chain([&last]).map(|layout| layout.profile.id.clone()).collect(),
        }),
        (None, _) => {
            let nearest =
                others.into_iter().filter(|layout| layout.recognised() > 0).max_by_key(|layout| {
                    let lacking = i64::try_from(layout.lacking.len()).unwrap_or(i64::MAX);
                    i64::try_from(layout.recognised()).unwrap_or(i64::MAX) - lacking
                });
            Err(unknown_layout(file, table, None, nearest))
        }
    }
}

fn unknown_layout(
    file: &str,
    table: &FileTable,
    requested: Option<&str>,
    nearest: Option<Layout<'_>>,
) -> SourceError {
    let headers = table.header.cells.iter().filter(|header| !header.is_empty());
    SourceError::UnknownLayout(Box::new(UnknownLayout {
        file: file.to_owned(),
        requested: requested.map(str::to_owned),
        headers: headers.cloned().collect(),
        nearest: nearest.map(|layout| (layout.profile.id.clone(), layout.lacking)),
    }))
}

impl<'a> Layout<'a> {
    fn over(profile: &'a Profile, header: &FileRow) -> Self {
        let mut layout = Self {
            profile,
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
        let name_key = key(name);
        let matches = |header: &String| key(header) == name_key;
        let found =
            self.profile.fields.iter().find(|(_, column)| column.headers.iter().any(matches));
        if name.is_empty() {
            self.unnamed.push(index);
        } else if let Some((field, _)) = found {
            if let Some(first) = self.columns.insert(field, index) {
                self.columns.insert(field, first);
                self.doubles.push((first, index));
            }
        } else if self.profile.ignored.iter().any(matches) {
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

    fn fact(&self, name_key: &str) -> Option<&'static Field> {
        self.profile.facts.as_ref()?;
        dictionary::facts().find(|field| key(field.name) == name_key)
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

    fn fit(&self) -> (usize, u8) {
        (self.recognised(), self.rank)
    }

    /// Faults of the header itself.
    pub(in crate::intake) fn faults(&self, header: &FileRow) -> Vec<FileFault> {
        let doubles = self.doubles.iter().map(|(first, second)| FileFault {
            row: Some(header.number),
            column: Some(header.cell(*second).to_owned()),
            found: format!("a second column for `{}`", header.cell(*first)),
            expected: "each column once".to_owned(),
        });
        let unknown = self.unknown.iter().filter(|_| self.profile.strict).map(|index| {
            let name = header.cell(*index);
            FileFault {
                row: Some(header.number),
                column: Some(name.to_owned()),
                found: "a column that is not known".to_owned(),
                expected: self.expected_instead_of(name),
            }
        });
        doubles.chain(unknown).collect()
    }

    fn expected_instead_of(&self, name: &str) -> String {
        let columns = self.profile.fields.values().flat_map(|column| &column.headers);
        let columns = columns.map(String::as_str);
        let facts = dictionary::facts().map(|field| field.name);
        let facts = facts.filter(|_| self.profile.facts.is_some());
        match (nearest(name, columns.chain(facts)), self.profile.facts.is_some()) {
            (Some(column), _) => format!("`{column}`, or no such column"),
            (None, true) => "a field of the data dictionary".to_owned(),
            (None, false) => "no such column".to_owned(),
        }
    }

    fn reason(&self, table: &FileTable) -> String {
        let header = &table.header;
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
