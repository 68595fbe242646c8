//! The files that `SQLite` and Vigie keep next to a database, by their names.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::store::backup::restore_fault::RestoreFault;
use crate::store::db::error::StoreError;

/// What `SQLite` writes next to a database while it is in use, and leaves when it is killed.
const SIDE_FILES: [&str; 3] = ["-journal", "-wal", "-shm"];

/// Links that lead to a path are followed so many times, as the system does.
const MOST_LINKS: usize = 40;

/// `vigie.db-wal` for `vigie.db`.
pub(in crate::store) fn side_file(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(in crate::store) fn holds_something(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|about| about.len() > 0)
}

/// Removes a database that nobody uses any more, with what `SQLite` left next to it.
pub fn remove_with_side_files(database: &Path) -> io::Result<()> {
    let side_files = SIDE_FILES.iter().map(|ending| side_file(database, ending));
    for file in std::iter::once(database.to_owned()).chain(side_files) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done?,
        }
    }
    Ok(())
}

/// Where a path leads once symbolic links are followed; the file itself need not exist. `SQLite` names its
/// logs after the file, and renaming over a link would leave the file that it leads to as it was.
pub(in crate::store) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let unread =
        |source| StoreError::from(RestoreFault::FollowLinks { path: path.to_owned(), source });
    let mut file = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&file) else {
            let name =
                file.file_name().ok_or_else(|| unread(io::ErrorKind::IsADirectory.into()))?;
            let folder = folder_of(&file).canonicalize().map_err(unread)?;
            return Ok(folder.join(name));
        };
        file = folder_of(&file).join(target);
    }
    Err(unread(io::Error::other("too many symbolic links")))
}

pub(in crate::store) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}

/// Whether both names are of one file on the disk.
pub(in crate::store) fn is_same_file(one: &Path, other: &Path) -> bool {
    let inode = |path: &Path| std::fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
    inode(one).is_some_and(|one| inode(other) == Some(one))
}

/// Bars other restorations into the folder until it is dropped, or until the process that holds it dies: `None` when
/// one is under way. Nothing is written, so nothing is left behind.
pub(in crate::store) fn lock_folder(folder: &Path) -> Result<Option<File>, StoreError> {
    let unlocked = |source| StoreError::File { path: folder.to_owned(), source };
    let handle = File::open(folder).map_err(unlocked)?;
    match handle.try_lock() {
        Ok(()) => Ok(Some(handle)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(unlocked(source)),
    }
}
