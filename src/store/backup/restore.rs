//! A backup put in the place of the database.
//!
//! The backup is copied next to the database, what must not live again is ended in that copy, and only then does it
//! take the database's name: a process that is killed leaves the old database or the new one, never one in which
//! a revoked token is valid.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::backup_files::verify;
use super::restore_endings::{Ended, Restoration};
use super::restore_fault::RestoreFault;
use crate::domain::accounts::audit::Actor;
use crate::store::copies::copy::copy;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::open::options;
use crate::store::db::postgres::is_server_address;
use crate::store::disk::database_files::{
    folder_of, holds_something, is_same_file, lock_folder, remove_with_side_files, resolve,
    side_file,
};
use crate::store::disk::permissions::{FILE_MODE, create_folder};
use crate::store::disk::storage_fault::is_busy;

/// How long someone who is about to leave is waited for, before the database counts as in use.
const LEAVING: Duration = Duration::from_secs(2);

const UNFINISHED: &str = ".restoring";
const REPLACED: &str = ".replaced-";
const LOG: &str = "-wal";

/// A write-ahead log that holds more than its header says something.
const LOG_HEADER_BYTES: u64 = 32;

/// What was put back, where what it replaced is now, and what ended with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub database: PathBuf,
    pub replaced: Option<PathBuf>,
    pub ended: Ended,
}

/// Puts a backup in the place of the database at `url`. The database that was there is moved next to it; it is
/// only replaced when `force` says so, and never while someone has it open.
///
/// Sessions, tokens, invitations and idempotency keys of the backup end, whatever became of them since; who was
/// signed in must sign in again, and programs need new tokens. Symbolic links are followed.
pub async fn restore(
    url: &str,
    backup: &Path,
    force: bool,
    (actor, now): (&Actor, DateTime<Utc>),
) -> Result<Restored, StoreError> {
    if is_server_address(url) {
        return restore_to_server(url, backup, (actor, now)).await;
    }
    let target = options(url)?;
    create_folder(target.get_filename())?;
    let database = resolve(target.get_filename())?;
    create_folder(&database)?;
    let target = target.filename(&database);
    let source = resolve(backup)?;
    if is_same_file(&source, &database) {
        return Err(RestoreFault::FromItself { path: database }.into());
    }
    if holds_something(&side_file(&source, "-journal")) {
        return Err(RestoreFault::CutBackup { path: side_file(&source, "-journal") }.into());
    }
    let has_log = holds_something(&side_file(&source, LOG));
    if !has_log {
        // One with its log is verified where it is copied: reading it here would write next to it.
        verify(&source).await?;
    }
    let exists = database.exists();
    if exists && !force {
        return Err(StoreError::Exists { path: database });
    }
    let Some(_lock) = lock_folder(folder_of(&database))? else {
        return Err(StoreError::InUse { path: database });
    };
    let mut holder = if exists { alone(&target, &database).await? } else { None };
    remove_leftovers(&database)?;
    let copy = side_file(&database, UNFINISHED);
    let restoration = Restoration { backup, actor, now };
    let made = match copy_backup(&source, &copy, has_log) {
        Ok(()) => end_access(&target, &copy, holder.as_mut(), &restoration).await,
        Err(fault) => Err(fault),
    };
    let replaced = unused(&database, now);
    let done = made.and_then(|ended| swap(&copy, &database, &replaced).map(|()| ended));
    if let Some(holder) = holder {
        // Of the file that was replaced: nothing of it matters any more.
        drop(holder.close().await);
    }
    if done.is_err() {
        drop(remove_with_side_files(&copy));
    }
    Ok(Restored { database, replaced: exists.then_some(replaced), ended: done? })
}

/// Fills an empty database of a server: one that holds something is never replaced, and stays for as long as it is of use.
async fn restore_to_server(
    url: &str,
    backup: &Path,
    (actor, now): (&Actor, DateTime<Utc>),
) -> Result<Restored, StoreError> {
    let source = resolve(backup)?;
    if holds_something(&side_file(&source, "-journal")) {
        return Err(RestoreFault::CutBackup { path: side_file(&source, "-journal") }.into());
    }
    let has_log = holds_something(&side_file(&source, LOG));
    let unmade = |cause| StoreError::File { path: std::env::temp_dir(), source: cause };
    let folder = tempfile::tempdir().map_err(unmade)?;
    let copied = folder.path().join("vigie.db");
    copy_backup(&source, &copied, has_log)?;
    let target = SqliteConnectOptions::new().foreign_keys(true);
    let restoration = Restoration { backup, actor, now };
    let ended = end_access(&target, &copied, None, &restoration).await?;
    let from = Store::open_file(target.filename(&copied)).await?;
    let into = Store::open_to_fill(url).await?;
    let filled = copy(&from, &into, &|_| {}).await;
    let database = PathBuf::from(into.place());
    from.close().await;
    into.close().await;
    filled?;
    Ok(Restored { database, replaced: None, ended })
}

/// Removes what a restoration that was killed left next to the database at `url`, unless one is under way.
/// Nothing is created.
pub fn remove_killed_restoration(url: &str) -> Result<(), StoreError> {
    if is_server_address(url) {
        return Ok(());
    }
    let file = options(url)?.get_filename().to_owned();
    if !folder_of(&file).exists() {
        return Ok(());
    }
    let database = resolve(&file)?;
    match lock_folder(folder_of(&database))? {
        Some(_lock) => remove_leftovers(&database),
        None => Ok(()),
    }
}

/// Half a copy; and the name under which the database was to be moved aside, when it is still the database itself.
fn remove_leftovers(database: &Path) -> Result<(), StoreError> {
    let copy = side_file(database, UNFINISHED);
    remove_with_side_files(&copy).map_err(|source| StoreError::File { path: copy, source })?;
    let unread = |source| StoreError::File { path: database.to_owned(), source };
    for entry in std::fs::read_dir(folder_of(database)).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let is_replaced = path.to_str().zip(database.to_str()).is_some_and(|(path, database)| {
            path.strip_prefix(database).is_some_and(|rest| rest.starts_with(REPLACED))
        });
        if is_replaced && is_same_file(&path, database) {
            give_logs_back(&path, database)?;
            std::fs::remove_file(&path).map_err(|source| StoreError::File { path, source })?;
        }
    }
    Ok(())
}

fn give_logs_back(from: &Path, database: &Path) -> Result<(), StoreError> {
    for ending in [LOG, "-shm"] {
        let (log, own) = (side_file(from, ending), side_file(database, ending));
        if log.exists() && !own.exists() {
            std::fs::rename(&log, &own).map_err(|source| StoreError::File { path: own, source })?;
        }
    }
    Ok(())
}

/// The copy brought up to date, with what must not live again ended in it; one file, verified.
async fn end_access(
    target: &SqliteConnectOptions,
    copy: &Path,
    replaced: Option<&mut Connection>,
    restoration: &Restoration<'_>,
) -> Result<Ended, StoreError> {
    verify(copy).await?;
    let store = Store::open_file(target.clone().filename(copy)).await?;
    let ended = store.end_access(replaced, restoration).await;
    store.close().await;
    let ended = ended?;
    if holds_something(&side_file(copy, LOG)) {
        let found = "a write-ahead log that could not be folded".to_owned();
        return Err(StoreError::Damaged { path: copy.to_owned(), found });
    }
    remove_side_files(copy)?;
    verify(copy).await?;
    File::open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|source| StoreError::File { path: copy.to_owned(), source })?;
    Ok(ended)
}

/// A program that has the database open holds a lock that bars this change of mode, which also folds
/// the write-ahead log into the file. What is returned bars newcomers; none when the file is too
/// damaged to be opened by anyone.
async fn alone(
    target: &SqliteConnectOptions,
    database: &Path,
) -> Result<Option<Connection>, StoreError> {
    let options = target.clone().busy_timeout(LEAVING).create_if_missing(false);
    let Ok(mut connection) = options.connect().await else { return Ok(None) };
    for statement in ["pragma journal_mode = delete", "begin exclusive"] {
        match sqlx::query(statement).execute(&mut connection).await {
            Ok(_) => {}
            Err(error) if is_busy(&error) => {
                return Err(StoreError::InUse { path: database.to_owned() });
            }
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(Connection::alone_on_sqlite(connection)))
}

/// With its log, when it has one; refused when either changes meanwhile, as those of a database in use do.
fn copy_backup(backup: &Path, copy: &Path, has_log: bool) -> Result<(), StoreError> {
    let (log, log_copy) = (side_file(backup, LOG), side_file(copy, LOG));
    let before = (state(backup)?, has_log.then(|| state(&log)).transpose()?);
    put_copy(backup, copy)?;
    if has_log {
        put_copy(&log, &log_copy)?;
        if before.1.is_some_and(|(bytes, _)| bytes > LOG_HEADER_BYTES) && !is_log(&log_copy)? {
            let found = "a write-ahead log that SQLite cannot read".to_owned();
            return Err(StoreError::Damaged { path: log, found });
        }
    }
    let after = (state(backup)?, has_log.then(|| state(&log)).transpose()?);
    if before != after || holds_something(&log) != has_log {
        return Err(RestoreFault::MovingBackup { path: backup.to_owned() }.into());
    }
    Ok(())
}

/// Size and time of the last change.
fn state(file: &Path) -> Result<(u64, Option<std::time::SystemTime>), StoreError> {
    let about = std::fs::metadata(file);
    let unread = |source| StoreError::File { path: file.to_owned(), source };
    about.map(|about: Metadata| (about.len(), about.modified().ok())).map_err(unread)
}

/// Whether it begins as a log does: of one that does not, `SQLite` reads nothing, and says nothing.
fn is_log(file: &Path) -> Result<bool, StoreError> {
    use std::io::Read as _;
    const MAGIC: u32 = 0x377f_0682;
    let mut first = [0; 4];
    File::open(file)
        .and_then(|mut file| file.read_exact(&mut first))
        .map_err(|source| StoreError::File { path: file.to_owned(), source })?;
    // Its last bit is the byte order of the checksums.
    Ok(u32::from_be_bytes(first) & !1 == MAGIC)
}

fn put_copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let copied = || -> io::Result<()> {
        let mut source = File::open(from)?;
        let mut copy =
            OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(to)?;
        io::copy(&mut source, &mut copy)?;
        copy.sync_all()
    };
    copied().map_err(|source| StoreError::File { path: to.to_owned(), source })
}

fn remove_side_files(database: &Path) -> Result<(), StoreError> {
    for ending in [LOG, "-shm"] {
        let file = side_file(database, ending);
        if file.exists() {
            std::fs::remove_file(&file)
                .map_err(|source| StoreError::File { path: file, source })?;
        }
    }
    Ok(())
}

/// At once: before, the file that was there; after, the new one. A write-ahead log that is left
/// goes with the file that it belongs to: the new one must not find it.
fn swap(copy: &Path, database: &Path, replaced: &Path) -> Result<(), StoreError> {
    let moved = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::File { path, source }
    };
    if database.exists() {
        std::fs::hard_link(database, replaced).map_err(moved(replaced))?;
    }
    for log in [LOG, "-shm", "-journal"] {
        let (from, to) = (side_file(database, log), side_file(replaced, log));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(moved(&to))?;
        }
    }
    std::fs::rename(copy, database)
        .and_then(|()| File::open(folder_of(database))?.sync_all())
        .map_err(moved(database))
}

/// A name for what is replaced that nothing bears yet.
fn unused(database: &Path, now: DateTime<Utc>) -> PathBuf {
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let mut name = side_file(database, &format!("{REPLACED}{stamp}"));
    let mut number = 1;
    while name.exists() {
        number += 1;
        name = side_file(database, &format!("{REPLACED}{stamp}-{number}"));
    }
    name
}
