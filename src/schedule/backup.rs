//! The backup job: copies the database, verifies the copy before naming it, and removes the oldest
//! copies.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::error::JobError;
use super::work::Work;
use crate::domain::operation::job::{Done, RunOutcome};
use crate::store;
use crate::support::french;

/// File names are `vigie-20261124T034500Z.db`: their order is that of time.
const PREFIX: &str = "vigie-";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
const SUFFIX: &str = ".db";
const UNFINISHED: &str = ".part";

/// A backup holds everything the database holds, so only its owner may read it.
const MODE: u32 = 0o600;

const BYTES_PER_MEGABYTE: u64 = 1_000_000;

pub(super) async fn run(work: &Work) -> Result<Done, JobError> {
    let folder = &work.backup.folder;
    if folder.as_os_str().is_empty() {
        return Err(JobError::NoBackupFolder);
    }
    store::create_private_folder(folder).map_err(io_error("create the folder", folder))?;
    remove_unfinished(folder)?;
    let stamp = work.services.clock.now().format(STAMP);
    let name = format!("{PREFIX}{stamp}{SUFFIX}");
    let unfinished = folder.join(format!("{name}{UNFINISHED}"));
    let copied = copy(work, &unfinished).await;
    if copied.is_err() {
        // The next run would remove what this one cannot.
        drop(store::remove_with_side_files(&unfinished));
    }
    let bytes = copied?;
    let finished = folder.join(&name);
    std::fs::rename(&unfinished, &finished).map_err(io_error("name the backup", &finished))?;
    sync(folder)?;
    let left = remove_oldest(folder, &name, work.backup.keep)?;
    let megabytes = i64::try_from(bytes.div_ceil(BYTES_PER_MEGABYTE)).unwrap_or(i64::MAX);
    let detail =
        format!("{name}, {}\u{a0}Mo, vérifiée\u{a0}; {left} en tout", french::integer(megabytes));
    Ok(Done::of(RunOutcome::Success, detail))
}

/// Copies the database, checks that the copy is complete and syncs it to the disk. Returns its size
/// in bytes.
async fn copy(work: &Work, unfinished: &Path) -> Result<u64, JobError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(unfinished)
        .map_err(io_error("create", unfinished))?;
    work.services.store.copy_into(unfinished).await?;
    sync(unfinished)?;
    store::verify(unfinished).await?;
    let about = std::fs::metadata(unfinished).map_err(io_error("look at", unfinished))?;
    Ok(about.len())
}

fn sync(path: &Path) -> Result<(), JobError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(io_error("put on the disk", path))
}

/// Removes files left by an interrupted backup, with the side files that `SQLite` wrote. The job's
/// lock excludes another one.
fn remove_unfinished(folder: &Path) -> Result<(), JobError> {
    for ending in ["", "-journal", "-wal", "-shm"] {
        for file in named(folder, &format!("{SUFFIX}{UNFINISHED}{ending}"))? {
            std::fs::remove_file(&file).map_err(io_error("remove", &file))?;
        }
    }
    Ok(())
}

/// Removes the oldest backups and returns how many are left.
fn remove_oldest(folder: &Path, made: &str, keep: u32) -> Result<usize, JobError> {
    // The backup just made is never removed.
    let keep = usize::try_from(keep).unwrap_or(usize::MAX).max(1);
    let mut backups = named(folder, SUFFIX)?;
    // Backups named by a clock that was ahead go first: they would outlive all others.
    let is_ahead = |file: &PathBuf| file.file_name().is_some_and(|name| name > OsStr::new(made));
    backups.sort_by_cached_key(|file| (!is_ahead(file), file.clone()));
    let too_many = backups.len().saturating_sub(keep);
    for file in backups.iter().take(too_many) {
        std::fs::remove_file(file).map_err(io_error("remove", file))?;
    }
    sync(folder)?;
    Ok(backups.len() - too_many)
}

/// Backups that this job named, oldest first. A copy that a person put here under another name is
/// left alone.
fn named(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, JobError> {
    let unread = || io_error("read the folder", folder);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread())? {
        let entry = entry.map_err(unread())?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| is_ours(name, ending)) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn is_ours(name: &str, ending: &str) -> bool {
    let stamp = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(ending));
    stamp.is_some_and(|stamp| NaiveDateTime::parse_from_str(stamp, STAMP).is_ok())
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JobError {
    let path = path.display().to_string();
    move |source| JobError::File { what, path, source }
}
