//! What people publish over the shipped rules: files, their versions, and what is in force.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::entries::laid_by_entry;
use super::file_name;
use super::file_name::catalogue_path;
use crate::domain::accounts::audit::{Actor, NameProof};
use crate::domain::ids::{DraftNumber, PublicationNumber, VersionNumber};
use crate::domain::text_schema::text_schema;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

const LONGEST_PATH: usize = 120;

const DEEPEST: usize = 3;

/// The files that the catalogue reads in addition to rules and their cases.
const OTHER_FILES: [&str; 4] = ["missions.toml", "notices.toml", "reviews.toml", "thresholds.toml"];

const CASES: &str = "cases/";

/// The folder of thresholds that are in force over those of `thresholds.toml`, a file each.
const THRESHOLDS: &str = "thresholds/";

/// The folder of facts that are added to the fields of the program, a file each.
const FIELDS: &str = "fields/";

/// The folder of the templates of documents, a file each.
const DOCUMENTS: &str = "documents/";

const RULE: &str = "rhai";

/// A file of the catalogue, relative to its folder: `drift/D1.rhai`. It never leads out of it. What a name says beyond
/// the id of a rule is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RulePath(String);

text_schema!(
    RulePath,
    "A file of the catalogue, relative to its folder",
    r"^(([A-Za-z0-9_-]+/){0,2}[A-Za-z0-9_-]+\.rhai|(cases|fields|thresholds)/[A-Za-z0-9_-]+\.toml|documents/[A-Za-z0-9_-]+\.md|(missions|notices|reviews|thresholds)\.toml)$",
    "drift/D1.rhai"
);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "found `{found}`, expected a file of the catalogue: a rule such as `drift/D1.rhai`, its cases \
     `cases/D1.toml`, a threshold `thresholds/drift_target.toml`, a field `fields/NAME.toml`, a template `documents/NAME.md`, or one of {}", OTHER_FILES.join(", ")
)]
pub struct RulePathError {
    found: String,
}

impl RulePath {
    pub fn parse(text: &str) -> Result<Self, RulePathError> {
        if is_path(text) {
            return Ok(Self(catalogue_path(text).into_owned()));
        }
        let found = text.chars().filter(|c| !c.is_control()).take(LONGEST_PATH).collect();
        Err(RulePathError { found })
    }

    /// A path read back from the database, unchecked.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `D1` of `drift/D1.rhai` and of `cases/D1.toml`, `thresholds` of `thresholds.toml`.
    pub fn stem(&self) -> &str {
        let name = self.0.rsplit('/').next().unwrap_or(&self.0);
        name.split('.').next().unwrap_or(name)
    }

    /// Whether a path, a file name or an id is that of this file, whatever the name says beyond the id.
    pub fn is_called(&self, name: &str) -> bool {
        let folder = self.0.rfind('/').and_then(|at| self.0.get(..=at)).unwrap_or_default();
        let path = if name.contains('/') { name.to_owned() } else { format!("{folder}{name}") };
        let is_id = !name.contains(['/', '.']);
        catalogue_path(&path) == self.0
            || self.stem() == name
            || is_id && file_name::id(name) == Some(self.stem())
    }

    /// The file of one threshold.
    ///
    /// # Errors
    /// When no file can have that name.
    pub fn of_threshold(name: &str) -> Result<Self, RulePathError> {
        Self::parse(&format!("{THRESHOLDS}{name}.toml"))
    }

    /// The file of one field.
    ///
    /// # Errors
    /// When no file can have that name.
    pub fn of_field(name: &str) -> Result<Self, RulePathError> {
        Self::parse(&format!("{FIELDS}{name}.toml"))
    }

    /// The threshold whose text this is.
    pub fn threshold(&self) -> Option<&str> {
        self.0.strip_prefix(THRESHOLDS)?.strip_suffix(".toml")
    }

    /// The rule whose text this is.
    pub fn rule(&self) -> Option<&str> {
        let is_rule = self.0.rsplit_once('.').is_some_and(|(_, extension)| extension == RULE);
        is_rule.then(|| self.stem())
    }
}

fn is_path(text: &str) -> bool {
    let Some((body, extension)) = text.rsplit_once('.') else { return false };
    let parts: Vec<&str> = body.split('/').collect();
    let plain = |part: &&str| {
        let mut letters = part.chars();
        letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') && !part.is_empty()
    };
    let of_a_document = extension == "md" && text.starts_with(DOCUMENTS) && parts.len() == 2;
    let in_folder =
        [CASES, FIELDS, THRESHOLDS, DOCUMENTS].iter().any(|folder| text.starts_with(folder));
    let of_a_rule = extension == RULE && !in_folder;
    let of_cases =
        extension == "toml" && in_folder && parts.len() == 2 && !text.starts_with(DOCUMENTS);
    text.len() <= LONGEST_PATH
        && parts.len() <= DEEPEST
        && parts.iter().all(plain)
        && (of_a_rule || of_cases || of_a_document || OTHER_FILES.contains(&text))
}

impl TryFrom<String> for RulePath {
    type Error = RulePathError;

    fn try_from(text: String) -> Result<Self, RulePathError> {
        Self::parse(&text)
    }
}

impl From<RulePath> for String {
    fn from(path: RulePath) -> Self {
        path.0
    }
}

impl fmt::Display for RulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that was published for a file. Immutable, but for what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleVersion {
    pub path: RulePath,
    pub number: VersionNumber,
    pub sha256: Fingerprint,
    /// Of the shipped text that it was written over; `None` when the file is not shipped.
    pub shipped: Option<Fingerprint>,
    pub draft: DraftNumber,
    pub authors: Vec<Actor>,
    pub comment: String,
    pub published_at: DateTime<Utc>,
    /// Never one of the authors.
    pub published_by: Actor,
    pub state: VersionState,
}

words! {
    pub enum VersionState, "a state of a version" {
        /// In force.
        Published = "published" => "en vigueur",
        /// A later version took its place.
        Superseded = "superseded" => "remplacée",
        /// What was before it took its place again.
        RolledBack = "rolled_back" => "annulée",
    }
}

/// What was put in force at once, because it had been proved together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Publication {
    pub number: PublicationNumber,
    pub at: DateTime<Utc>,
    pub by: Actor,
    /// `local` when it was put in force on the local command line, by a name that nobody proved;
    /// the audit trail says how the others were proved.
    #[serde(default)]
    pub proved_by: Option<NameProof>,
    pub reason: String,
    /// `None` for a roll back.
    pub draft: Option<DraftNumber>,
    pub files: Vec<PublishedFile>,
}

/// A version of `None` is the shipped text, or no text when the file is not shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedFile {
    pub path: RulePath,
    pub version: Option<VersionNumber>,
    pub former: Option<VersionNumber>,
}

/// Versions that are in force, and up to which publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    pub upto: PublicationNumber,
    pub overrides: BTreeMap<RulePath, Override>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub version: RuleVersion,
    pub text: String,
    /// The shipped text that it was written over.
    pub base: Option<String>,
}

/// Files that are laid over the shipped ones entry by entry.
const ENTRIES: &str = "thresholds.toml";

/// What is in force of a file, `text` written over `base`: the text itself, or for a file of entries the shipped text
/// with the entries that people changed.
pub fn in_force(
    path: &RulePath,
    shipped: Option<&str>,
    (base, text): (Option<&str>, &str),
) -> String {
    match shipped {
        Some(shipped) if path.as_str() == ENTRIES => laid_by_entry(shipped, base, text),
        _ => text.to_owned(),
    }
}

impl Overlay {
    /// Of a database in which nothing was published.
    pub fn none() -> Self {
        Self { upto: PublicationNumber(0), overrides: BTreeMap::new() }
    }

    /// The shipped texts with what is in force over them.
    #[must_use]
    pub fn laid_over(&self, shipped: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut texts = shipped.clone();
        for (path, laid) in &self.overrides {
            let shipped = shipped.get(path.as_str()).map(String::as_str);
            let written = (laid.base.as_deref(), laid.text.as_str());
            texts.insert(path.to_string(), in_force(path, shipped, written));
        }
        texts
    }

    pub fn version_of(&self, path: &RulePath) -> Option<VersionNumber> {
        self.overrides.get(path).map(|laid| laid.version.number)
    }
}

words! {
    /// What the shipped file has become under an override.
    pub enum ShippedState, "a relation to the shipped text" {
        /// What it was when the override was written.
        Same = "same" => "inchangé",
        /// A newer release ships another text, to compare with.
        NewerShipped = "newer_shipped" => "nouvelle version livrée, à comparer",
        /// It is not shipped any more.
        Gone = "gone" => "n’est plus livré",
        /// The file is not a shipped one.
        Added = "added" => "jamais livré",
    }
}

impl ShippedState {
    /// `based` is the text that the override was written over, `now` the one that is shipped.
    pub fn of(based: Option<&Fingerprint>, now: Option<&Fingerprint>) -> Self {
        match (based, now) {
            (None, None) => Self::Added,
            (Some(_), None) => Self::Gone,
            (based, now) if based == now => Self::Same,
            (Some(_) | None, Some(_)) => Self::NewerShipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_within_the_catalogue_and_is_one_that_it_reads() {
        for good in
            ["drift/D1.rhai", "X1.rhai", "cases/D1.toml", "thresholds.toml", "documents/cosinum.md"]
        {
            assert!(RulePath::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "../D1.rhai",
            "/etc/D1.rhai",
            "drift/../D1.rhai",
            "drift//D1.rhai",
            "a/b/c/D1.rhai",
            "drift/D1.txt",
            "drift/D1",
            ".rhai",
            "cases/D1.rhai",
            "documents/D1.rhai",
            "documents/a.toml",
            "notes.md",
            "cases/a/D1.toml",
            "other.toml",
            "drift/D 1.rhai",
            "drift/D1\n.rhai",
            "drift\\D1.rhai",
            "drift/D1.x.rhai",
            "",
        ] {
            assert!(RulePath::parse(bad).is_err(), "{bad}");
        }
        assert!(RulePath::parse(&format!("{}.rhai", "a".repeat(200))).is_err());
        let named = RulePath::parse("causes/RC06_cout_complet_lacunaire.rhai").unwrap();
        assert_eq!(named.as_str(), "causes/RC06.rhai");
    }

    #[test]
    fn a_newer_release_is_told_from_a_file_that_is_ours_alone() {
        let [one, two] = [b"1", b"2"].map(|text| Fingerprint::of(text));
        let state = |based: Option<&Fingerprint>, now| ShippedState::of(based, now);
        assert_eq!(state(Some(&one), Some(&one)), ShippedState::Same);
        assert_eq!(state(Some(&one), Some(&two)), ShippedState::NewerShipped);
        assert_eq!(state(None, Some(&two)), ShippedState::NewerShipped);
        assert_eq!(state(Some(&one), None), ShippedState::Gone);
        assert_eq!(state(None, None), ShippedState::Added);
    }
}
