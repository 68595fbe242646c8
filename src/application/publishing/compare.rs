//! Compares the versions of overridden files.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::catalogue;
use super::catalogue::CatalogueSource;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{DraftNumber, PublicationNumber, VersionNumber};
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::domain::rules::overlay::{RulePath, RuleVersion, ShippedState};
use crate::store::StoreError;
use crate::support::fingerprint::Fingerprint;
use crate::support::text_diff;

/// A published version in force, and what became of the shipped file that it replaces.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OverrideLine {
    #[serde(flatten)]
    pub version: RuleVersion,
    pub shipped_now: Option<Fingerprint>,
    pub shipped_state: ShippedState,
}

/// Three versions of a file: the shipped one that was changed (the base), the published one, and
/// the one shipped now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ThreeWay {
    #[serde(flatten)]
    pub line: OverrideLine,
    pub base: Option<String>,
    pub ours: String,
    /// The text that ships now.
    pub shipped_text: Option<String>,
    /// From the base to the published version, as a unified diff.
    pub our_changes: String,
    /// From the base to the version shipped now, as a unified diff.
    pub shipped_changes: String,
    /// Whether both changes touch the same lines.
    pub overlap: bool,
}

/// One of the versions of a file.
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
    pub fn word(self) -> String {
        match self {
            Self::Shipped => "shipped".to_owned(),
            Self::InForce => "in-force".to_owned(),
            Self::Version(number) => number.to_string(),
            Self::Draft(number) => format!("draft-{number}"),
        }
    }

    /// The French label.
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

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FileComparison {
    pub path: RulePath,
    /// `None` when the file has no such version.
    pub from: Option<String>,
    pub to: Option<String>,
    pub changes: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionText {
    #[serde(flatten)]
    pub version: RuleVersion,
    pub text: String,
}

/// Overridden files by path, and the last publication.
pub async fn overrides(
    services: &Services,
) -> Result<(PublicationNumber, Vec<OverrideLine>), ApplicationError> {
    let source = catalogue::source_of(services).await?;
    let overrides = source.overlay.overrides.values();
    let lines = overrides.map(|laid| line(&source, laid.version.clone())).collect();
    Ok((source.overlay.upto, lines))
}

fn line(source: &CatalogueSource, version: RuleVersion) -> OverrideLine {
    let shipped_now = source.shipped_fingerprint(&version.path);
    let shipped_state = ShippedState::of(version.shipped.as_ref(), shipped_now.as_ref());
    OverrideLine { version, shipped_now, shipped_state }
}

/// The three versions of each overridden file that has this name.
pub async fn three_way(services: &Services, name: &str) -> Result<Vec<ThreeWay>, ApplicationError> {
    let source = catalogue::source_of(services).await?;
    let called = source.files_named(name)?;
    let mut found = Vec::new();
    for laid in called.iter().filter_map(|path| source.overlay.overrides.get(path)) {
        let wanted: Vec<&Fingerprint> = laid.version.shipped.iter().collect();
        let base = services.store.rule_texts(&wanted).await?.into_values().next();
        let shipped = source.shipped(&laid.version.path);
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let [from, now] = [or_empty(&base), or_empty(&shipped)];
        found.push(ThreeWay {
            line: line(&source, laid.version.clone()),
            our_changes: text_diff::written(&from, &laid.text),
            shipped_changes: text_diff::written(&from, &now),
            overlap: text_diff::overlap(
                &text_diff::passages(&from, &laid.text),
                &text_diff::passages(&from, &now),
            ),
            ours: laid.text.clone(),
            base,
            shipped_text: shipped,
        });
    }
    match called.into_iter().next() {
        Some(path) if found.is_empty() => {
            Err(StoreError::Draft(DraftRefusal::NotOverridden { path }).into())
        }
        Some(_) | None => Ok(found),
    }
}

/// Compares two versions of each file that has this name and at least one of them.
pub async fn compare(
    services: &Services,
    name: &str,
    from: Wording,
    to: Wording,
) -> Result<Vec<FileComparison>, ApplicationError> {
    let source = catalogue::source_of(services).await?;
    let paths = match source.files_named(name) {
        Ok(paths) => paths,
        // A file that only exists in a draft or a past version.
        Err(error) => vec![RulePath::parse(name).map_err(|_| error)?],
    };
    let mut found = Vec::new();
    for path in paths {
        let from = text(services, &source, &path, from).await?;
        let to = text(services, &source, &path, to).await?;
        if from.is_none() && to.is_none() {
            continue;
        }
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let changes = text_diff::written(&or_empty(&from), &or_empty(&to));
        found.push(FileComparison { path, from, to, changes });
    }
    Ok(found)
}

async fn text(
    services: &Services,
    source: &CatalogueSource,
    path: &RulePath,
    wording: Wording,
) -> Result<Option<String>, ApplicationError> {
    match wording {
        Wording::Shipped => Ok(source.shipped(path)),
        Wording::InForce => Ok(source.texts().remove(path.as_str())),
        Wording::Draft(number) => {
            let draft = services.store.draft(number).await?;
            Ok(catalogue::texts_of(services, &draft).await?.remove(path))
        }
        Wording::Version(number) => {
            let versions = versions(services, path.as_str()).await?;
            let found = versions.into_iter().find(|one| one.version.number == number);
            Ok(found.map(|one| one.text))
        }
    }
}

/// Every version ever published of the files that have this name.
pub async fn versions(
    services: &Services,
    name: &str,
) -> Result<Vec<VersionText>, ApplicationError> {
    let source = catalogue::source_of(services).await?;
    let called = source.files_named(name);
    let mut versions = services.store.rule_versions(None).await?;
    // A file that is no longer in force is found by its path.
    let is_called = |version: &RuleVersion| match &called {
        Ok(paths) => paths.contains(&version.path),
        Err(_) => version.path.as_str() == name || version.path.stem() == name,
    };
    versions.retain(is_called);
    if versions.is_empty() {
        called?;
    }
    let wanted: Vec<&Fingerprint> = versions.iter().map(|version| &version.sha256).collect();
    let texts = services.store.rule_texts(&wanted).await?;
    let with_text = |version: RuleVersion| {
        let text = texts.get(&version.sha256).cloned().unwrap_or_default();
        VersionText { version, text }
    };
    Ok(versions.into_iter().map(with_text).collect())
}
