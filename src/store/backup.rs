//! Copies of the database's file: made while it is in use, verified, and put back.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use chrono::DateTime;
use chrono::Utc;
use serde_json::json;
use sqlx::ConnectOptions;
use sqlx::Connection as _;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteConnectOptions;

use super::Store;
use super::audit;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::open::options;
use super::open::schemas;
use super::permissions::FILE_MODE;
use super::permissions::create_folder;
use super::storage::beside;
use super::storage::is_busy;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;

/// How long someone who is about to leave is waited for, before the database counts as in use.
const LEAVING: Duration = Duration::from_secs(2);

/// What was put back, and where what it replaced is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub database: PathBuf,
    pub replaced: Option<PathBuf>,
}

impl Store {
    /// Writes the database as it stands at one moment to a new or empty file, while others read and
    /// write. The caller puts it on the disk for good.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        self.check_whole("a copy of the database")?;
        self.storage.check_readable()?;
        let written = writing("a copy of the database");
        // One of its own: those that serve readers refuse whatever writes.
        let mut connection =
            self.connections.options.connect().await.map_err(writing("a copy of the database"))?;
        let copied = sqlx::query("vacuum into $1")
            .bind(file.display().to_string())
            .execute(&mut connection)
            .await;
        // Whatever it says, it is gone.
        drop(connection.close().await);
        copied.map(|_| ()).map_err(written)
    }

    /// Says in the trail of a database that it was put back, from which file, and by whom.
    pub async fn note_restoration(
        &self,
        actor: &Actor,
        backup: &Path,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.check_whole("a restoration")?;
        let from = json!({ "backup": backup.display().to_string() });
        let deed = Deed::by(actor, "database_restored", "database").became(&from);
        let mut transaction = self.begin_write().await?;
        audit::append(&mut transaction, now, &[deed]).await?;
        end(transaction).await
    }
}

/// Reads all of a database's file, and refuses what is damaged, not ours, or from a later version.
pub async fn verify(file: &Path) -> Result<(), StoreError> {
    let unopened = |source| StoreError::Open { path: file.to_owned(), source };
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = options.connect().await.map_err(unopened)?;
    let verified = verify_all(&mut connection, file).await;
    connection.close().await.map_err(unopened)?;
    verified
}

async fn verify_all(connection: &mut SqliteConnection, file: &Path) -> Result<(), StoreError> {
    let damaged = |found: String| StoreError::Damaged { path: file.to_owned(), found };
    let found: Vec<String> = sqlx::query_scalar("pragma integrity_check")
        .fetch_all(&mut *connection)
        .await
        .map_err(|source| StoreError::Open { path: file.to_owned(), source })?;
    if found != ["ok"] {
        return Err(damaged(found.into_iter().next().unwrap_or_default()));
    }
    let orphans: Vec<(String, Option<i64>, String, i64)> =
        sqlx::query_as("pragma foreign_key_check")
            .fetch_all(&mut *connection)
            .await
            .map_err(reading("references"))?;
    if let Some((table, ..)) = orphans.first() {
        return Err(damaged(format!("rows of {table} that refer to nothing")));
    }
    let applied: Result<Vec<i64>, _> =
        sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
            .fetch_all(connection)
            .await;
    let Ok(applied) = applied else {
        return Err(damaged("a database that is not Vigie's".to_owned()));
    };
    let known = schemas();
    match applied.iter().find(|version| !known.contains(version)) {
        None => Ok(()),
        Some(version) => Err(StoreError::Schema {
            found: *version,
            expected: known.last().copied().unwrap_or_default(),
        }),
    }
}

/// Puts a backup in the place of the database at `url`. What stood there is kept beside it; it is
/// only replaced when `force` says so, and never while someone has it open.
pub async fn restore(
    url: &str,
    backup: &Path,
    force: bool,
    now: DateTime<Utc>,
) -> Result<Restored, StoreError> {
    let target = options(url)?;
    let database = target.get_filename().to_owned();
    verify(backup).await?;
    create_folder(&database)?;
    let exists = database.exists();
    if exists && !force {
        return Err(StoreError::Exists { path: database });
    }
    let holder = if exists { alone(&target, &database).await? } else { None };
    let copy = beside(&database, ".restoring");
    let replaced = unused(&database, now);
    let done = match put_copy(backup, &copy) {
        Ok(()) => verify(&copy).await.and_then(|()| swap(&copy, &database, &replaced)),
        Err(source) => Err(StoreError::File { path: copy.clone(), source }),
    };
    if let Some(holder) = holder {
        // Of the file that was replaced: nothing of it matters any more.
        drop(holder.close().await);
    }
    if done.is_err() {
        drop(std::fs::remove_file(&copy));
    }
    done?;
    Ok(Restored { database, replaced: exists.then_some(replaced) })
}

/// Whoever has the database open has a hand on it that bars this change of mode, which also folds
/// the write-ahead log into the file. What is returned bars newcomers; none when the file is too
/// damaged to be opened by anyone.
async fn alone(
    target: &SqliteConnectOptions,
    database: &Path,
) -> Result<Option<SqliteConnection>, StoreError> {
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
    Ok(Some(connection))
}

fn put_copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut copy =
        OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(to)?;
    io::copy(&mut source, &mut copy)?;
    copy.sync_all()
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
    for log in ["-wal", "-shm"] {
        let (from, to) = (beside(database, log), beside(replaced, log));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(moved(&to))?;
        }
    }
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::rename(copy, database)
        .and_then(|()| File::open(folder.unwrap_or(Path::new(".")))?.sync_all())
        .map_err(moved(database))
}

/// A name for what is replaced that nothing bears yet.
fn unused(database: &Path, now: DateTime<Utc>) -> PathBuf {
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let mut name = beside(database, &format!(".replaced-{stamp}"));
    let mut number = 1;
    while name.exists() {
        number += 1;
        name = beside(database, &format!(".replaced-{stamp}-{number}"));
    }
    name
}
