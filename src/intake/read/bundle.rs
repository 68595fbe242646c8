//! Several files in one ZIP archive. One that cannot be had stops no other; bounds are those of any archive.

use super::archive::Archive;
use super::file_bytes::bounded;
use super::sheet;
use crate::intake::error::SourceError;
use crate::intake::rows::table::count;

/// Files of an archive, others apart.
const MAX_FILES: u64 = 200;

const EXTENSIONS: [&str; 3] = [".csv", ".xlsx", ".ods"];

/// A file's name, and its bytes or why there are none.
pub type FileContent = (String, Result<Vec<u8>, SourceError>);

/// The files of an archive, in its order, under their paths in it; `None` for what is a file itself. What systems add
/// to archives is passed over.
///
/// # Errors
///
/// Fails when the archive is damaged, holds no file, or is out of bounds.
pub fn unpacked(file: &str, bytes: &[u8]) -> Result<Option<Vec<FileContent>>, SourceError> {
    if !sheet::is_archive(bytes) {
        return Ok(None);
    }
    bounded(file, bytes)?;
    let mut archive = Archive::open(file, bytes)?;
    if archive.is_workbook() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let name = archive.name(index)?;
        if name.ends_with('/') || is_of_a_system(&name) {
            continue;
        }
        if count(files.len()) == MAX_FILES {
            let (what, found) = ("fichiers ou plus dans une archive", MAX_FILES.saturating_add(1));
            let file = file.to_owned();
            return Err(SourceError::TooLarge { file, row: None, what, found, limit: MAX_FILES });
        }
        let content = check_name(&name).and_then(|()| archive.bytes(index, &name));
        files.push((name, content));
    }
    if files.is_empty() {
        let (file, found) = (file.to_owned(), "une archive sans fichier".to_owned());
        let expected = "une archive de fichiers CSV, XLSX ou ODS";
        return Err(SourceError::Unreadable { file, found, expected });
    }
    Ok(Some(files))
}

fn is_of_a_system(path: &str) -> bool {
    path.starts_with("__MACOSX/")
        || path.rsplit('/').next().is_some_and(|base| base.starts_with('.'))
}

/// Nothing is written under these names, but they are stored and shown: none may point out of the archive.
fn check_name(name: &str) -> Result<(), SourceError> {
    let refuse = |found: &str, expected| {
        Err(SourceError::Unreadable { file: name.to_owned(), found: found.to_owned(), expected })
    };
    let steps_out = name.split('/').any(|step| step.is_empty() || step == "." || step == "..");
    if steps_out || name.contains(['\\', ':']) || name.chars().any(char::is_control) {
        return refuse(
            "un nom qui sort de l’archive",
            "un nom de fichier, dans des dossiers ou non",
        );
    }
    let lowered = name.to_lowercase();
    if !EXTENSIONS.iter().any(|extension| lowered.ends_with(extension)) {
        return refuse("un fichier d’un autre genre", "un fichier CSV, XLSX ou ODS");
    }
    Ok(())
}
