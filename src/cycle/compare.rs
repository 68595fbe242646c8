//! What is overridden, and how the wordings of a file differ.

use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use super::CycleError;
use super::Parts;
use super::catalogue;
use super::catalogue::Source;
use crate::domain::comparison;
use crate::domain::draft::DraftRefusal;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::DraftNumber;
use crate::domain::ids::PublicationNumber;
use crate::domain::ids::VersionNumber;
use crate::domain::overlay::RulePath;
use crate::domain::overlay::ShippedState;
use crate::domain::overlay::Version;
use crate::store::StoreError;

/// A version in force, and what the shipped file has become under it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OverrideLine {
    #[serde(flatten)]
    pub version: Version,
    pub shipped_now: Option<Fingerprint>,
    pub shipped_state: ShippedState,
}

/// The shipped text that ours was written over, ours, and the one that is shipped now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreeWay {
    #[serde(flatten)]
    pub line: OverrideLine,
    pub base: Option<String>,
    pub ours: String,
    pub shipped: Option<String>,
    /// From the base to ours, as programmers read differences.
    pub our_changes: String,
    /// From the base to what is shipped now.
    pub shipped_changes: String,
    /// Both changed the same lines.
    pub overlap: bool,
}

/// One of the wordings of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    Shipped,
    InForce,
    Version(VersionNumber),
    Draft(DraftNumber),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "found `{0}`, expected `shipped`, `in-force`, the number of a version, or `draft-` and a number"
)]
pub struct WordingError(String);

impl Wording {
    /// The words that people read.
    pub fn label(self) -> String {
        match self {
            Self::Shipped => "texte livré".to_owned(),
            Self::InForce => "texte en vigueur".to_owned(),
            Self::Version(number) => format!("version {number}"),
            Self::Draft(number) => format!("brouillon {number}"),
        }
    }
}

impl FromStr for Wording {
    type Err = WordingError;

    fn from_str(word: &str) -> Result<Self, WordingError> {
        let number = |text: &str| text.parse::<i64>().ok();
        match (word, word.strip_prefix("draft-").and_then(number), number(word)) {
            ("shipped", _, _) => Ok(Self::Shipped),
            ("in-force", _, _) => Ok(Self::InForce),
            (_, Some(draft), _) => Ok(Self::Draft(DraftNumber(draft))),
            (_, _, Some(version)) => Ok(Self::Version(VersionNumber(version))),
            (_, None, None) => Err(WordingError(word.to_owned())),
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileComparison {
    pub path: RulePath,
    /// `None` when there is no such wording of the file.
    pub from: Option<String>,
    pub to: Option<String>,
    pub changes: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VersionText {
    #[serde(flatten)]
    pub version: Version,
    pub text: String,
}

/// By path, and the last publication.
pub async fn overrides(
    parts: &Parts,
) -> Result<(PublicationNumber, Vec<OverrideLine>), CycleError> {
    let source = catalogue::source_of(parts).await?;
    let overrides = source.overlay.overrides.values();
    let lines = overrides.map(|laid| line(&source, laid.version.clone())).collect();
    Ok((source.overlay.upto, lines))
}

fn line(source: &Source, version: Version) -> OverrideLine {
    let shipped_now = source.shipped_fingerprint(&version.path);
    let shipped_state = ShippedState::of(version.shipped.as_ref(), shipped_now.as_ref());
    OverrideLine { version, shipped_now, shipped_state }
}

/// Of each file that a name stands for and that is overridden.
pub async fn three_way(parts: &Parts, name: &str) -> Result<Vec<ThreeWay>, CycleError> {
    let source = catalogue::source_of(parts).await?;
    let called = source.files_called(name)?;
    let mut found = Vec::new();
    for laid in called.iter().filter_map(|path| source.overlay.overrides.get(path)) {
        let wanted: Vec<&Fingerprint> = laid.version.shipped.iter().collect();
        let base = parts.store.rule_texts(&wanted).await?.into_values().next();
        let shipped = source.shipped(&laid.version.path).cloned();
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let [from, now] = [or_empty(&base), or_empty(&shipped)];
        found.push(ThreeWay {
            line: line(&source, laid.version.clone()),
            our_changes: comparison::written(&from, &laid.text),
            shipped_changes: comparison::written(&from, &now),
            overlap: comparison::overlap(
                &comparison::passages(&from, &laid.text),
                &comparison::passages(&from, &now),
            ),
            ours: laid.text.clone(),
            base,
            shipped,
        });
    }
    match called.into_iter().next() {
        Some(path) if found.is_empty() => {
            Err(StoreError::Draft(DraftRefusal::NotOverridden { path }).into())
        }
        Some(_) | None => Ok(found),
    }
}

/// Of each file that a name stands for, when either wording has it.
pub async fn compare(
    parts: &Parts,
    name: &str,
    from: Wording,
    to: Wording,
) -> Result<Vec<FileComparison>, CycleError> {
    let source = catalogue::source_of(parts).await?;
    let paths = match source.files_called(name) {
        Ok(paths) => paths,
        // Of a file that only a draft or a past version has.
        Err(error) => vec![RulePath::parse(name).map_err(|_| error)?],
    };
    let mut found = Vec::new();
    for path in paths {
        let from = text(parts, &source, &path, from).await?;
        let to = text(parts, &source, &path, to).await?;
        if from.is_none() && to.is_none() {
            continue;
        }
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let changes = comparison::written(&or_empty(&from), &or_empty(&to));
        found.push(FileComparison { path, from, to, changes });
    }
    Ok(found)
}

async fn text(
    parts: &Parts,
    source: &Source,
    path: &RulePath,
    wording: Wording,
) -> Result<Option<String>, CycleError> {
    match wording {
        Wording::Shipped => Ok(source.shipped(path).cloned()),
        Wording::InForce => Ok(source.texts().remove(path.as_str())),
        Wording::Draft(number) => {
            let draft = parts.store.draft(number).await?;
            Ok(catalogue::texts_of(parts, &draft).await?.remove(path))
        }
        Wording::Version(number) => {
            let versions = versions(parts, path.as_str()).await?;
            let found = versions.into_iter().find(|one| one.version.number == number);
            Ok(found.map(|one| one.text))
        }
    }
}

/// Every text ever published for the files that a name stands for.
pub async fn versions(parts: &Parts, name: &str) -> Result<Vec<VersionText>, CycleError> {
    let source = catalogue::source_of(parts).await?;
    let called = source.files_called(name);
    let mut versions = parts.store.rule_versions(None).await?;
    // One that is not in force any more may be asked for by its path.
    let is_called = |version: &Version| match &called {
        Ok(paths) => paths.contains(&version.path),
        Err(_) => version.path.as_str() == name || version.path.stem() == name,
    };
    versions.retain(is_called);
    if versions.is_empty() {
        called?;
    }
    let wanted: Vec<&Fingerprint> = versions.iter().map(|version| &version.sha256).collect();
    let texts = parts.store.rule_texts(&wanted).await?;
    let with_text = |version: Version| {
        let text = texts.get(&version.sha256).cloned().unwrap_or_default();
        VersionText { version, text }
    };
    Ok(versions.into_iter().map(with_text).collect())
}
