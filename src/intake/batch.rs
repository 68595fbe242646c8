//! Reads several files: which ones, in which order, each with the projects that earlier ones brought.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use super::error::SourceError;
use super::identity::aliases::Aliases;
use super::profiles::profile_set::{ProfileTerms, Profiles};
use super::read::bundle::FileContent;
use super::read_request::ReadOptions;
use super::reader::Reader;
use crate::domain::formula::FormulaLanguage;
use crate::domain::portfolio::import::{Dataset, Import, ImportedRows, KnownProject};
use crate::domain::portfolio::recorded_name::RecordedName;
use crate::support::fingerprint::Fingerprint;

impl Reader {
    /// A reader with the shipped profiles, those of a folder unless its path is empty, and an alias table.
    /// `terms` are what they may name.
    pub fn open(
        profiles: &Path,
        aliases: &Path,
        terms: ProfileTerms<'_>,
    ) -> Result<Self, SourceError> {
        let mut all = Profiles::shipped(terms.dictionary)?;
        if !profiles.as_os_str().is_empty() {
            all = all.with_folder(profiles, terms.language)?;
        }
        Ok(Self::new(all, Aliases::read(aliases)?))
    }

    /// The same reader with saved profiles, each by its id and text, laid over the others.
    ///
    /// # Errors
    /// One of them is wrong, as it may become when a field is taken out of the dictionary.
    pub fn with_saved<'s>(
        mut self,
        saved: impl Iterator<Item = (&'s str, &'s str)>,
        language: &dyn FormulaLanguage,
    ) -> Result<Self, SourceError> {
        self.lay_over(saved, language)?;
        Ok(self)
    }

    /// The same reader with names that people recorded, laid over the alias table.
    #[must_use]
    pub fn with_names(self, recorded: &[RecordedName]) -> Self {
        let (profiles, aliases) = self.into_parts();
        Self::new(profiles, aliases.with_recorded(recorded))
    }

    /// The fingerprint of what decides how a file is read, besides the file and the known projects.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(format!("{self:?}").as_bytes())
    }
}

/// The files to read among these paths, and in the folders among them, by path.
pub fn files_at(paths: &[PathBuf]) -> Result<Vec<PathBuf>, SourceError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let unreadable = |source| SourceError::Read { path: path.clone(), source };
            for entry in std::fs::read_dir(path).map_err(unreadable)? {
                let file = entry.map_err(unreadable)?.path();
                let extension = file.extension().and_then(|extension| extension.to_str());
                if matches!(extension, Some("csv" | "xlsx" | "ods")) {
                    files.push(file);
                }
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Editions come before what refers to their projects, and older ones before newer ones: their names
/// start with their month, so their order is that of time.
pub fn reading_order(a: (Dataset, &str), b: (Dataset, &str)) -> Ordering {
    let rank = |(dataset, file)| (dataset != Dataset::Panorama, base_name(file));
    rank(a).cmp(&rank(b))
}

/// `2020-11.panorama.csv` of `editions/2020-11.panorama.csv`.
pub fn base_name(file: &str) -> &str {
    Path::new(file).file_name().and_then(|base| base.to_str()).unwrap_or(file)
}

/// Adds the projects that a file brought to the known ones: the next file may refer to them.
pub fn remember(known: &mut Vec<KnownProject>, import: &Import) {
    let ImportedRows::Panorama(snapshots) = &import.rows else { return };
    for snapshot in snapshots {
        let same = known.iter_mut().find(|known| known.project == snapshot.project);
        match same {
            Some(same) if same.names.contains(&snapshot.name) => {}
            Some(same) => same.names.push(snapshot.name.clone()),
            None => known.push(KnownProject {
                project: snapshot.project.clone(),
                names: vec![snapshot.name.clone()],
                ministry: snapshot.ministry.clone(),
            }),
        }
    }
}

/// What several files gave.
#[derive(Debug, Default)]
pub struct Batch {
    /// In the order in which they are to be recorded.
    pub imports: Vec<Import>,
    /// Those that were refused, and why: they stop no other.
    pub refused: Vec<(String, SourceError)>,
}

/// Reads files in their order: editions first, each file with the projects that earlier ones brought. `options` gives those
/// of a file by its name; `begin` gets the name of each file that is read.
pub fn read_batch<'o>(
    reader: &Reader,
    files: Vec<FileContent>,
    options: impl Fn(&str) -> ReadOptions<'o>,
    mut known: Vec<KnownProject>,
    mut begin: impl FnMut(&str),
) -> Batch {
    let mut batch = Batch::default();
    let mut waiting = Vec::new();
    for (name, content) in files {
        let found = content.and_then(|bytes| {
            let dataset = reader.recognise(&options(&name).of(&name, &bytes))?;
            Ok((dataset, bytes))
        });
        match found {
            Ok((dataset, bytes)) => waiting.push((dataset, name, bytes)),
            Err(fault) => batch.refused.push((name, fault)),
        }
    }
    waiting.sort_by(|a, b| reading_order((a.0, &a.1), (b.0, &b.1)));
    for (_, name, bytes) in waiting {
        begin(&name);
        match reader.read(&options(&name).of(&name, &bytes), &known) {
            Ok(imports) => {
                for import in &imports {
                    remember(&mut known, import);
                }
                batch.imports.extend(imports);
            }
            Err(fault) => batch.refused.push((name, fault)),
        }
    }
    batch
}
