//! The catalogue in force: the shipped folder, overlaid with what people have published. Only this
//! module reads it, so that cycles, checks and readers see the same rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::trial::Trial;
use super::{cases, draft_bounds};
use crate::application::cache::catalogue_in_force::CatalogueInForce;
use crate::application::cache::rules_in_force::{CatalogueRead, RulesInForce};
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{DraftNumber, RuleId};
use crate::domain::rules::draft::Draft;
use crate::domain::rules::entries::{entry, names};
use crate::domain::rules::overlay::{Overlay, RulePath, in_force};
use crate::frame::dictionary::Dictionary;
use crate::intake::nearest_name;
use crate::rules;
use crate::rules::{Budget, CaseOutcome, CatalogueFolder, FileNames, RuleFault};
use crate::store::Store;
use crate::support::fingerprint::Fingerprint;

/// The texts of a catalogue, keyed by path, with a name for people.
#[derive(Clone, Debug)]
pub struct CatalogueTexts {
    pub name: String,
    pub texts: BTreeMap<String, String>,
    /// Of the files that are read from a folder.
    pub file_names: FileNames,
}

impl CatalogueTexts {
    /// Reads the texts of a folder.
    ///
    /// # Errors
    /// When the folder or one of its files cannot be read.
    pub async fn read(folder: &Path) -> Result<Self, ApplicationError> {
        let CatalogueFolder { texts, names } = read_folder(folder).await?;
        Ok(Self { name: folder.display().to_string(), texts, file_names: names })
    }
}

/// The shipped texts and what was published over them.
#[derive(Clone, Debug)]
pub struct CatalogueSource {
    /// Keyed by path.
    pub shipped: BTreeMap<String, String>,
    /// Of the shipped files.
    pub file_names: FileNames,
    pub overlay: Overlay,
}

/// The file of all thresholds.
pub(super) const THRESHOLDS: &str = "thresholds.toml";

impl CatalogueSource {
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.overlay.laid_over(&self.shipped)
    }

    /// The texts in force, and the names of the files that they are read from.
    pub fn in_force(&self) -> CatalogueTexts {
        let file_names = self.file_names.clone().without(&self.overlay.overrides);
        CatalogueTexts { name: String::new(), texts: self.texts(), file_names }
    }

    /// The texts that would be in force with these files, written over the text shipped now.
    pub(in crate::application) fn with(
        &self,
        files: BTreeMap<RulePath, String>,
    ) -> BTreeMap<String, String> {
        let mut texts = self.texts();
        for (path, text) in files {
            let shipped = self.shipped(&path);
            let shipped = shipped.as_deref();
            let laid = in_force(&path, shipped, (shipped, &text));
            texts.insert(path.into(), laid);
        }
        texts
    }

    /// The shipped text of a file; of a threshold, its entry in the file of all.
    pub(in crate::application) fn shipped(&self, path: &RulePath) -> Option<String> {
        text_in_force(&self.shipped, path)
    }

    pub(in crate::application) fn shipped_fingerprint(
        &self,
        path: &RulePath,
    ) -> Option<Fingerprint> {
        self.shipped(path).map(|text| Fingerprint::of(text.as_bytes()))
    }

    /// The files with a name: `D1` is a rule and its cases, `thresholds` a file, and a path or a
    /// file name is itself.
    ///
    /// # Errors
    /// When no file has that name.
    pub fn files_named(&self, name: &str) -> Result<Vec<RulePath>, ApplicationError> {
        let texts = self.texts();
        let mut known: BTreeSet<RulePath> =
            texts.keys().filter_map(|path| RulePath::parse(path).ok()).collect();
        let thresholds = texts.get(THRESHOLDS).map(|text| names(text)).unwrap_or_default();
        known.extend(thresholds.iter().filter_map(|one| RulePath::of_threshold(one).ok()));
        let found: Vec<RulePath> =
            known.iter().filter(|path| path.is_called(name)).cloned().collect();
        if found.is_empty() {
            let near = nearest_name(name, known.iter().map(RulePath::stem)).map(str::to_owned);
            return Err(ApplicationError::NoSuchFile { requested: name.to_owned(), near });
        }
        Ok(found)
    }

    /// The one file with a path or a file name. A path with a `/` may be that of a new file.
    ///
    /// # Errors
    /// When no file, or more than one, has that name.
    pub fn file_named(&self, name: &str) -> Result<RulePath, ApplicationError> {
        if name.contains('/') {
            return Ok(RulePath::parse(name)?);
        }
        let mut found = self.files_named(name)?;
        match (found.pop(), found.is_empty()) {
            (Some(path), true) => Ok(path),
            (last, _) => Err(ApplicationError::AmbiguousFile {
                name: name.to_owned(),
                paths: found.iter().chain(last.as_ref()).map(ToString::to_string).collect(),
            }),
        }
    }
}

/// The text of a file among those in force; of a threshold, its entry in the file of all.
pub fn text_in_force(texts: &BTreeMap<String, String>, path: &RulePath) -> Option<String> {
    let file = texts.get(path.as_str()).cloned();
    file.or_else(|| entry(texts.get(THRESHOLDS)?, path.threshold()?))
}

/// Reads the folder and, if there is a database, what was published in it.
pub async fn source(
    folder: &Path,
    store: Option<&Store>,
) -> Result<CatalogueSource, ApplicationError> {
    let overlay = match store {
        Some(store) => store.overlay().await?,
        None => Overlay::none(),
    };
    let CatalogueFolder { texts, names } = read_folder(folder).await?;
    Ok(CatalogueSource { shipped: texts, file_names: names, overlay })
}

async fn read_folder(folder: &Path) -> Result<CatalogueFolder, ApplicationError> {
    let folder = folder.to_owned();
    Ok(tokio::task::spawn_blocking(move || rules::read_named(&folder)).await??)
}

pub(in crate::application) async fn source_of(
    services: &Services,
) -> Result<CatalogueSource, ApplicationError> {
    source(&services.rules, Some(&services.store)).await
}

/// The rules in force now.
///
/// # Errors
/// When the folder of rules or the database cannot be read.
pub(in crate::application) async fn rules_in_force(
    services: &Services,
) -> Result<Arc<RulesInForce>, ApplicationError> {
    Ok(read_in_force(services).await?.1)
}

/// The rules in force now, and what they were read from. Their files are read again only when one of them, or anything in the database, has changed.
///
/// # Errors
/// When the folder of rules or the database cannot be read.
pub(super) async fn read_in_force(
    services: &Services,
) -> Result<(CatalogueRead, Arc<RulesInForce>), ApplicationError> {
    // Read before the texts: a change meanwhile is seen next time.
    let version = services.store.version().await?;
    let path = services.rules.clone();
    let stamp = tokio::task::spawn_blocking(move || rules::stamp_folder(&path)).await??;
    let last = services.cache.rules.last();
    let folder = match &last {
        Some((read, rules)) if read.stamp == stamp => {
            if read.version == version {
                return Ok((read.clone(), Arc::clone(rules)));
            }
            Arc::clone(&read.folder)
        }
        _ => Arc::new(read_folder(&services.rules).await?),
    };
    let overlay = services.store.overlay().await?;
    let is_same = last.as_ref().filter(|(read, _)| read.stamp == stamp && read.overlay == overlay);
    let rules = match is_same {
        Some((_, rules)) => Arc::clone(rules),
        None => Arc::new(RulesInForce::of(overlay.laid_over(&folder.texts))),
    };
    let read = CatalogueRead { stamp, version, folder, overlay };
    services.cache.rules.set(read.clone(), Arc::clone(&rules));
    Ok((read, rules))
}

/// The fields that files may supply and rules read now.
pub async fn dictionary(services: &Services) -> Result<Arc<Dictionary>, ApplicationError> {
    Ok(Arc::clone(rules_in_force(services).await?.dictionary()))
}

/// The catalogue in force now, compiled once for the same rules.
pub async fn catalogue(services: &Services) -> Result<Arc<CatalogueInForce>, ApplicationError> {
    let (rules, limits) = (rules_in_force(services).await?, services.limits);
    Ok(tokio::task::spawn_blocking(move || rules.compiled(&limits)).await?)
}

/// Runs the cases and series of one rule in force, on a thread that may block.
///
/// # Errors
/// When the catalogue's budget does not cover them.
pub async fn run_cases_of(
    in_force: &Arc<CatalogueInForce>,
    rule: &RuleId,
) -> Result<Vec<CaseOutcome>, ApplicationError> {
    let (in_force, path) = (Arc::clone(in_force), rules::cases_path(rule.as_str()));
    let run = move || {
        let text = in_force.texts.get(&path).cloned();
        // The files of other rules would be read for nothing.
        let own = text.map(|text| (path, text)).into_iter().collect();
        cases::run_cases(&in_force.catalogue, &own, &|_| true)
    };
    Ok(tokio::task::spawn_blocking(run).await??)
}

/// The catalogue in force, or what it would be if a draft were published now, compiled on the
/// trial's budget.
pub(in crate::application) async fn catalogue_tried(
    services: &Services,
    trial: &Trial,
    draft: Option<DraftNumber>,
) -> Result<CatalogueInForce, ApplicationError> {
    let texts = match draft {
        Some(number) => with_draft(services, number).await?.1.texts,
        None => rules_in_force(services).await?.texts.clone(),
    };
    let limits = services.limits;
    trial.run(move |budget| Ok(CatalogueInForce::compile(texts, &limits, budget))).await
}

/// The texts that would be in force if a draft were published now.
pub async fn with_draft(
    services: &Services,
    number: DraftNumber,
) -> Result<(Draft, CatalogueTexts), ApplicationError> {
    let draft = services.store.draft(number).await?;
    let files = texts_of(services, &draft).await?;
    let source = source_of(services).await?;
    let file_names = source.in_force().file_names.without(&files);
    let texts = source.with(files);
    Ok((draft, CatalogueTexts { name: format!("draft {number}"), texts, file_names }))
}

/// The texts that would be in force with these files, which are not stored.
pub async fn with_files(
    services: &Services,
    files: BTreeMap<RulePath, String>,
) -> Result<CatalogueTexts, ApplicationError> {
    draft_bounds::within_bounds(services, &files)?;
    let (CatalogueRead { folder, overlay, .. }, _) = read_in_force(services).await?;
    let CatalogueFolder { texts: shipped, names: file_names } = folder.as_ref().clone();
    let source = CatalogueSource { shipped, file_names, overlay };
    let texts = source.with(files);
    Ok(CatalogueTexts { name: "files".to_owned(), texts, file_names: FileNames::default() })
}

/// Faults and lints of the catalogue in force with these files.
pub async fn check_files(
    services: &Services,
    trial: &Trial,
    files: BTreeMap<RulePath, String>,
) -> Result<(Vec<RuleFault>, Vec<RuleFault>), ApplicationError> {
    let texts = with_files(services, files).await?.texts;
    let limits = services.limits;
    let check = move |budget: &Budget| {
        let found = CatalogueInForce::compile(texts, &limits, budget);
        budget.check()?;
        let mut remarks = rules::lints(&found.catalogue, &found.texts);
        remarks.extend(rules::to_complete(&found.texts));
        Ok((found.faults_with_cases(), remarks))
    };
    trial.run(check).await
}

/// The texts of a draft, by path.
pub(in crate::application) async fn texts_of(
    services: &Services,
    draft: &Draft,
) -> Result<BTreeMap<RulePath, String>, ApplicationError> {
    let wanted: Vec<&Fingerprint> = draft.files().iter().map(|file| &file.sha256).collect();
    let texts = services.store.rule_texts(&wanted).await?;
    let text = |sha256| texts.get(sha256).cloned().unwrap_or_default();
    let files = draft.files().iter();
    Ok(files.map(|file| (file.path.clone(), text(&file.sha256))).collect())
}
