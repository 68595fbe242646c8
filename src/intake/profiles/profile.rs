//! Profiles: descriptions, in TOML, of the file layouts that can be read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Dictionary, Supplier};
use crate::intake::error::SourceError;
use crate::intake::read::file_bytes::read_text;
use crate::intake::rows::fields::{DatasetField, fields};
use crate::intake::rows::parse::Parse;

const SHIPPED: [(&str, &str); 15] = [
    ("panorama-published.toml", include_str!("../../../profiles/panorama-published.toml")),
    ("panorama-dashboard.toml", include_str!("../../../profiles/panorama-dashboard.toml")),
    ("vigie-panorama.toml", include_str!("../../../profiles/vigie-panorama.toml")),
    ("vigie-baselines.toml", include_str!("../../../profiles/vigie-baselines.toml")),
    ("vigie-article3.toml", include_str!("../../../profiles/vigie-article3.toml")),
    ("vigie-questionnaire.toml", include_str!("../../../profiles/vigie-questionnaire.toml")),
    ("vigie-audits.toml", include_str!("../../../profiles/vigie-audits.toml")),
    ("vigie-exits.toml", include_str!("../../../profiles/vigie-exits.toml")),
    ("vigie-rebaselines.toml", include_str!("../../../profiles/vigie-rebaselines.toml")),
    ("vigie-milestones.toml", include_str!("../../../profiles/vigie-milestones.toml")),
    ("vigie-contracts.toml", include_str!("../../../profiles/vigie-contracts.toml")),
    ("vigie-recommendations.toml", include_str!("../../../profiles/vigie-recommendations.toml")),
    ("vigie-declared-causes.toml", include_str!("../../../profiles/vigie-declared-causes.toml")),
    ("vigie-watch-lists.toml", include_str!("../../../profiles/vigie-watch-lists.toml")),
    ("vigie-contacts.toml", include_str!("../../../profiles/vigie-contacts.toml")),
];

/// The available profiles, and the fields that files of facts may have.
#[derive(Clone, Debug)]
pub struct Profiles {
    by_id: BTreeMap<String, Profile>,
    dictionary: Arc<Dictionary>,
}

/// The description of one file layout.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub id: String,
    /// What people call such a file, in French.
    pub title: String,
    pub dataset: Dataset,
    /// Words that mean an empty cell.
    #[serde(default)]
    missing: Vec<String>,
    /// How sentences begin that replace withheld figures.
    #[serde(default)]
    pub(in crate::intake) withheld: Vec<String>,
    /// Headers that are known and ignored.
    #[serde(default)]
    pub(in crate::intake) ignored: Vec<String>,
    /// A header that the profile does not know refuses the file, instead of being reported.
    #[serde(default)]
    pub(in crate::intake) strict: bool,
    pub(in crate::intake) fields: BTreeMap<String, Column>,
    /// Follow-up facts: any other column is a field of the data dictionary.
    #[serde(default)]
    pub(in crate::intake) facts: Option<FactColumns>,
}

/// Where a field is found and how its cells are written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::intake) struct Column {
    /// The names that the column goes by; case, accents and punctuation do not count.
    pub headers: Vec<String>,
    pub parse: Parse,
    /// The layout may do without this column.
    #[serde(default)]
    pub optional: bool,
    /// For a phase: the file's words for each of Vigie's phases.
    #[serde(default)]
    pub words: BTreeMap<Phase, Vec<String>>,
}

/// Which files of facts belong to this dataset, by their columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::intake) struct FactColumns {
    /// One of these columns is enough.
    #[serde(default)]
    pub any_of: Vec<String>,
    /// Or all columns come from these suppliers.
    #[serde(default)]
    pub all_from: Vec<String>,
    /// Or no other profile wants the file.
    #[serde(default)]
    pub otherwise: bool,
}

impl Profiles {
    pub fn shipped(dictionary: Arc<Dictionary>) -> Result<Self, SourceError> {
        let mut profiles = Self { by_id: BTreeMap::new(), dictionary };
        for (file, text) in SHIPPED {
            profiles.add(text, file)?;
        }
        Ok(profiles)
    }

    /// Adds every `*.toml` of a folder; a profile with a known id replaces it.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, SourceError> {
        let unread = |source| SourceError::Read { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unread)? {
            paths.push(entry.map_err(unread)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        for path in paths {
            let text = read_text(&path)?;
            self.add(&text, &path.display().to_string())?;
        }
        Ok(self)
    }

    pub(in crate::intake) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.by_id.values()
    }

    pub fn find(&self, id: &str) -> Option<&Profile> {
        self.by_id.get(id)
    }

    fn add(&mut self, text: &str, file: &str) -> Result<(), SourceError> {
        let profile: Profile = toml::from_str(text).map_err(|source| SourceError::Profile {
            place: format!("`{file}`"),
            reason: source.to_string().trim_end().to_owned(),
        })?;
        profile.check().map_err(|reason| SourceError::Profile {
            place: format!("`{file}`, profile `{}`", profile.id),
            reason,
        })?;
        self.by_id.insert(profile.id.clone(), profile);
        Ok(())
    }
}

impl Profile {
    /// Whether a cell is empty or holds a word that means so.
    pub(in crate::intake) fn is_missing(&self, cell: &str) -> bool {
        cell.is_empty() || self.missing.iter().any(|word| word.eq_ignore_ascii_case(cell))
    }

    /// Refuses a profile that would fail on every file.
    fn check(&self) -> Result<(), String> {
        let known = fields(self.dataset);
        for (name, column) in &self.fields {
            let Some(field) = known.iter().find(|field| field.name == name) else {
                let names: Vec<_> = known.iter().map(|field| field.name.to_owned()).collect();
                return Err(format!(
                    "found the field `{name}`, expected one of {}",
                    crate::intake::error::ticked(&names)
                ));
            };
            if field.yields != column.parse.yields() {
                return Err(format!(
                    "field `{name}`: found the parser `{:?}`, expected one that yields {:?}",
                    column.parse, field.yields
                ));
            }
            if column.headers.is_empty() {
                return Err(format!("field `{name}`: found no headers, expected at least one"));
            }
        }
        let is_lacking = |field: &&DatasetField| {
            field.is_needed && self.fields.get(field.name).is_none_or(|column| column.optional)
        };
        if let Some(lacking) = known.iter().find(is_lacking) {
            return Err(format!("found no field `{}`, expected it, not optional", lacking.name));
        }
        self.facts.iter().flat_map(|facts| &facts.all_from).try_for_each(|word| {
            supplier(word).map(drop).ok_or_else(|| {
                format!("found the supplier `{word}`, expected `dinum`, `article3`, `questionnaire` or `audit`")
            })
        })
    }
}

pub(in crate::intake) fn supplier(word: &str) -> Option<Supplier> {
    word.parse().ok().filter(|supplier: &Supplier| supplier.reports())
}
