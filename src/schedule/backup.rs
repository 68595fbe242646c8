//! The backup job: a copy of the database, verified before it bears its name; the oldest go.

use std::ffi::OsStr;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use chrono::NaiveDateTime;

use super::JobError;
use super::work::Work;
use crate::domain::french;
use crate::domain::job::Done;
use crate::domain::job::RunOutcome;
use crate::store;

/// `vigie-20261124T034500Z.db`: by name is by time.
const PREFIX: &str = "vigie-";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
const SUFFIX: &str = ".db";
const UNFINISHED: &str = ".part";

/// A backup holds all that the database holds: for its owner alone.
const MODE: u32 = 0o600;

const BYTES_PER_MEGABYTE: u64 = 1_000_000;

pub(super) async fn run(work: &Work) -> Result<Done, JobError> {
    let folder = &work.backup.folder;
    if folder.as_os_str().is_empty() {
        return Err(JobError::NoBackupFolder);
    }
    store::create_private_folder(folder).map_err(told_of("create the folder", folder))?;
    remove_unfinished(folder)?;
    let stamp = work.parts.clock.now().format(STAMP);
    let name = format!("{PREFIX}{stamp}{SUFFIX}");
    let unfinished = folder.join(format!("{name}{UNFINISHED}"));
    let copied = copy(work, &unfinished).await;
    if copied.is_err() {
        // What is left of it would be removed next time anyway.
        drop(store::remove_with_side_files(&unfinished));
    }
    let bytes = copied?;
    let finished = folder.join(&name);
    std::fs::rename(&unfinished, &finished).map_err(told_of("name the backup", &finished))?;
    sync(folder)?;
    let kept = remove_oldest(folder, &name, work.backup.keep)?;
    let megabytes = i64::try_from(bytes.div_ceil(BYTES_PER_MEGABYTE)).unwrap_or(i64::MAX);
    let detail =
        format!("{name}, {}\u{a0}Mo, vérifiée\u{a0}; {kept} en tout", french::integer(megabytes));
    Ok(Done::of(RunOutcome::Success, detail))
}

/// On the disk for good, and found whole.
async fn copy(work: &Work, unfinished: &Path) -> Result<u64, JobError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(unfinished)
        .map_err(told_of("create", unfinished))?;
    work.parts.store.copy_into(unfinished).await?;
    sync(unfinished)?;
    store::verify(unfinished).await?;
    let about = std::fs::metadata(unfinished).map_err(told_of("look at", unfinished))?;
    Ok(about.len())
}

fn sync(path: &Path) -> Result<(), JobError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(told_of("put on the disk", path))
}

/// Left by a backup that was killed, with what `SQLite` wrote beside it. This job is held: no other is under way.
fn remove_unfinished(folder: &Path) -> Result<(), JobError> {
    for ending in ["", "-journal", "-wal", "-shm"] {
        for file in named(folder, &format!("{SUFFIX}{UNFINISHED}{ending}"))? {
            std::fs::remove_file(&file).map_err(told_of("remove", &file))?;
        }
    }
    Ok(())
}

/// How many are kept.
fn remove_oldest(folder: &Path, made: &str, keep: u32) -> Result<usize, JobError> {
    // The one just made is never removed.
    let keep = usize::try_from(keep).unwrap_or(usize::MAX).max(1);
    let mut backups = named(folder, SUFFIX)?;
    // Those that a clock which was ahead named go first: they would outlive all others.
    let is_ahead = |file: &PathBuf| file.file_name().is_some_and(|name| name > OsStr::new(made));
    backups.sort_by_cached_key(|file| (!is_ahead(file), file.clone()));
    let too_many = backups.len().saturating_sub(keep);
    for file in backups.iter().take(too_many) {
        std::fs::remove_file(file).map_err(told_of("remove", file))?;
    }
    sync(folder)?;
    Ok(backups.len() - too_many)
}

/// Those that this job named, the oldest first: a copy that a person put here under another name is theirs.
fn named(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, JobError> {
    let unread = || told_of("read the folder", folder);
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

fn told_of(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JobError {
    let path = path.display().to_string();
    move |source| JobError::File { what, path, source }
}
