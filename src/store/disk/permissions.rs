//! Who may read the database's files: the user that runs the service, and nobody else. They hold names, addresses
//! and what is said of projects.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use tracing::warn;

use super::database_files::side_file;
use super::storage::COMPANIONS;
use crate::store::db::error::StoreError;

/// Of the database, of what `SQLite` keeps next to it, and of backups.
pub(in crate::store) const FILE_MODE: u32 = 0o600;

/// Of folders that are made for them.
const FOLDER_MODE: u32 = 0o700;

/// What others may do.
const OTHERS: u32 = 0o077;

/// Makes a folder and those above it, for its owner alone. Those that are there stay as they are.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

/// Makes the folder that a file goes to.
pub(in crate::store) fn create_folder(file: &Path) -> Result<(), StoreError> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => create_private_folder(folder)
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source }),
        Some(_) | None => Ok(()),
    }
}

/// Makes an empty database where there is none, and tightens one that is there. `SQLite` gives what it makes
/// next to it the same mode.
pub(in crate::store) fn make_private(file: &Path) -> Result<(), StoreError> {
    if !file.exists() {
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(file)
            .map_err(|error| StoreError::Open { path: file.to_owned(), source: error.into() })?;
    }
    tighten(file);
    for ending in COMPANIONS {
        tighten(&side_file(file, ending));
    }
    Ok(())
}

/// A file of another owner stays as it is, and is logged.
fn tighten(file: &Path) {
    let Ok(about) = std::fs::metadata(file) else { return };
    let mode = about.permissions().mode();
    if !about.is_file() || mode & OTHERS == 0 {
        return;
    }
    let (file_name, found) = (file.display(), mode & 0o7777);
    match std::fs::set_permissions(file, Permissions::from_mode(mode & !OTHERS & 0o7777)) {
        Ok(()) => warn!("`{file_name}` was open to others (mode {found:04o}): it no longer is"),
        Err(error) => {
            warn!("`{file_name}` is open to others (mode {found:04o}), and stays so: {error}");
        }
    }
}
