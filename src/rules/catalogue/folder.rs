//! Reads a catalogue from its folder on disk.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::fault::RuleFault;
use crate::domain::rules::file_name::catalogue_path;
use crate::domain::rules::overlay::RulePath;
use crate::support::fingerprint::Fingerprint;

/// Longest part of a file that is read, in bytes; no legitimate file of a catalogue is as long.
pub(in crate::rules) const MOST_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Error)]
pub enum FolderError {
    #[error("read the rules in `{}`", path.display())]
    Unread { path: PathBuf, source: io::Error },
    #[error(
        "the folder `{}` has two files of one rule: {}; expected one of each, the other removed",
        folder.display(),
        pairs.join(", ")
    )]
    Doubled {
        folder: PathBuf,
        /// `causes/RC06.rhai + causes/RC06_cout_complet.rhai`, each.
        pairs: Vec<String>,
    },
}

/// The files of a catalogue's folder.
#[derive(Clone, Debug, Default)]
pub struct CatalogueFolder {
    /// Keyed by the path that the catalogue knows the file by.
    pub texts: BTreeMap<String, String>,
    pub names: FileNames,
}

/// How files are named on disk, by the path that the catalogue knows them by, where that is another.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileNames(BTreeMap<String, String>);

impl FileNames {
    /// These names without those of files whose text is not the one on disk.
    #[must_use]
    pub fn without<T>(mut self, files: &BTreeMap<RulePath, T>) -> Self {
        for path in files.keys() {
            self.0.remove(path.as_str());
        }
        self
    }

    /// How the file with this path is named on disk.
    pub fn on_disk<'a>(&'a self, path: &'a str) -> &'a str {
        self.0.get(path).map_or(path, String::as_str)
    }

    /// The fault, in the file as it is named on disk.
    #[must_use]
    pub fn placed(&self, fault: RuleFault) -> RuleFault {
        RuleFault { file: self.on_disk(&fault.file).to_owned(), ..fault }
    }
}

/// Reads every `.rhai` and `.toml` file under a folder, and the templates of documents, keyed by the path that the catalogue knows the file by: relative,
/// with `/`, without what its name says beyond the id of a rule.
///
/// # Errors
/// When the folder or one of its files cannot be read, or two files are those of one rule.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, String>, FolderError> {
    Ok(read_named(folder)?.texts)
}

/// Reads a folder as [`read_folder`] does, with the names of its files.
///
/// # Errors
/// When the folder or one of its files cannot be read, or two files are those of one rule.
pub fn read_named(folder: &Path) -> Result<CatalogueFolder, FolderError> {
    let mut found = BTreeMap::new();
    read_into(folder, "", &mut found)?;
    let mut read = CatalogueFolder::default();
    let mut pairs = Vec::new();
    for (name, text) in found {
        let path = catalogue_path(&name).into_owned();
        if read.texts.contains_key(&path) {
            let other = read.names.0.get(&path).unwrap_or(&path);
            pairs.push(format!("{other} + {name}"));
            continue;
        }
        read.texts.insert(path.clone(), text);
        if path != name {
            read.names.0.insert(path, name);
        }
    }
    if pairs.is_empty() {
        return Ok(read);
    }
    Err(FolderError::Doubled { folder: folder.to_owned(), pairs })
}

/// Changes whenever a file under the folder is written, added, moved or removed. Computed from
/// names, inodes, sizes and change times, without reading any file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FolderStamp(Fingerprint);

/// The current stamp of a folder.
///
/// # Errors
/// When the folder or one of its entries cannot be read.
pub fn stamp_folder(folder: &Path) -> Result<FolderStamp, FolderError> {
    let mut seen = Vec::new();
    stamp_into(folder, &mut seen)?;
    Ok(FolderStamp(Fingerprint::of_parts(&seen.iter().map(String::as_str).collect::<Vec<_>>())))
}

fn stamp_into(folder: &Path, seen: &mut Vec<String>) -> Result<(), FolderError> {
    let failed = |path: &Path, source| FolderError::Unread { path: path.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let found = fs::metadata(&path).map_err(|error| failed(&path, error))?;
        // `ctime` rather than `mtime`: a program cannot set it back.
        let (at, nanoseconds) = (found.ctime(), found.ctime_nsec());
        let (device, number, size) = (found.dev(), found.ino(), found.size());
        let name = path.display();
        seen.push(format!("{name} {device} {number} {size} {at} {nanoseconds}"));
        if found.is_dir() {
            stamp_into(&path, seen)?;
        }
    }
    Ok(())
}

/// Whether a path of the catalogue is that of a rule.
pub(in crate::rules) fn is_rule(path: &str) -> bool {
    has_extension(path, "rhai")
}

/// Whether a path of the catalogue is that of a template of a document: other texts in the folder are for people.
fn is_template(path: &str) -> bool {
    path.starts_with("documents/") && has_extension(path, "md")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn read_into(
    folder: &Path,
    prefix: &str,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), FolderError> {
    let failed = |path: &Path, source| FolderError::Unread { path: path.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let key = format!("{prefix}{name}");
        if path.is_dir() {
            read_into(&path, &format!("{key}/"), texts)?;
        } else if is_rule(&key) || has_extension(&key, "toml") || is_template(&key) {
            let text = read_start(&path).map_err(|error| failed(&path, error))?;
            texts.insert(key, text);
        }
    }
    Ok(())
}

/// Bytes that are not UTF-8 become the replacement character, which the compiler rejects: one bad
/// file must not prevent reading the others.
fn read_start(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
