//! Reads a catalogue from its folder on disk.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use crate::support::fingerprint::Fingerprint;

/// Longest part of a file that is read, in bytes; no legitimate file of a catalogue is as long.
pub(in crate::rules) const MOST_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Error)]
#[error("read the rules in `{}`", path.display())]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

/// Reads every `.rhai` and `.toml` file under a folder, keyed by relative path with `/`.
///
/// # Errors
/// When the folder or one of its files cannot be read.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, String>, FolderError> {
    let mut texts = BTreeMap::new();
    read_into(folder, "", &mut texts)?;
    Ok(texts)
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
    let failed = |path: &Path, source| FolderError { path: path.to_owned(), source };
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

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn read_into(
    folder: &Path,
    prefix: &str,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), FolderError> {
    let failed = |path: &Path, source| FolderError { path: path.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let key = format!("{prefix}{name}");
        if path.is_dir() {
            read_into(&path, &format!("{key}/"), texts)?;
        } else if is_rule(&key) || has_extension(&key, "toml") {
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
