//! Copies of the database's file: made while it is in use, and verified.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

use crate::store::copies::copy::copy;
use crate::store::db::connections::Engine;
use crate::store::db::error::{StoreError, reading, writing};
use crate::store::db::handle::Store;
use crate::store::db::schema::schemas;
use crate::store::disk::database_files;

impl Store {
    /// Writes the database as it is at one moment to a new or empty file, while others read and
    /// write. The caller puts it on the disk for good. The database of a server is copied into a file of the same kind as
    /// those of `SQLite`: one form of backup for both.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        self.check_whole("a copy of the database")?;
        self.storage.check_readable()?;
        let written = writing("a copy of the database");
        let Engine::Sqlite(database) = &self.connections.engine else {
            let options = SqliteConnectOptions::new().filename(file).foreign_keys(true);
            let into = Self::open_file(options).await?;
            let copied = copy(self, &into, &|_| {}).await;
            into.close().await;
            return copied.map(|_| ());
        };
        // One of its own: those that serve readers refuse whatever writes.
        let mut connection =
            database.options.connect().await.map_err(writing("a copy of the database"))?;
        let copied = sqlx::query("vacuum into $1")
            .bind(file.display().to_string())
            .execute(&mut connection)
            .await;
        // Whatever it says, it is gone.
        drop(connection.close().await);
        copied.map(|_| ()).map_err(written)
    }
}

/// Reads all of a database's file, and refuses what is damaged, not ours, or from a later version.
/// Nothing is created next to it, unless a write-ahead log lies there already.
pub async fn verify(file: &Path) -> Result<(), StoreError> {
    let unopened = |source| StoreError::Open { path: file.to_owned(), source };
    // Without `immutable`, even a reader of a file in write-ahead mode leaves `-wal` and `-shm` behind.
    let has_log = database_files::holds_something(&database_files::side_file(file, "-wal"));
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(!has_log);
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
