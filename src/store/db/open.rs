//! Opening the database: its file, its settings, its schema.

use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::connections::{BUSY_TIMEOUT, Connections, end};
use super::error::StoreError;
use super::handle::Store;
use super::queries::{Fetch, query_scalar};
use crate::store::audit::audit_trail;
use crate::store::disk::storage::Storage;
use crate::store::disk::storage_fault::is_busy;
use crate::store::disk::{database_files, permissions};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Between two attempts to change a mode that another program is changing.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

impl Store {
    /// Opens `sqlite://path/to/vigie.db`, creating the file and its folder, and brings the schema up
    /// to date. A database in memory is refused: each connection would see its own.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_file(options(url)?).await
    }

    pub(in crate::store) async fn open_file(
        options: SqliteConnectOptions,
    ) -> Result<Self, StoreError> {
        let options = options.create_if_missing(false).synchronous(SqliteSynchronous::Full);
        let file = options.get_filename().to_owned();
        permissions::create_folder(&file)?;
        permissions::make_private(&file)?;
        write_ahead(options.clone()).await?;
        let storage = storage(&file, true)?;
        let connections = Connections::open(options, &storage).await;
        let store = Store::new(storage, connections.map_err(unopened(&file))?);
        store.migrate(&file).await?;
        Ok(store)
    }

    /// The same, unless there is no database there yet.
    pub async fn open_existing(url: &str) -> Result<Option<Self>, StoreError> {
        let found = options(url)?.get_filename().exists();
        if found { Self::open(url).await.map(Some) } else { Ok(None) }
    }

    /// Opens a database that exists and is up to date; creates and changes nothing.
    pub async fn open_read_only(url: &str) -> Result<Self, StoreError> {
        let options = options(url)?.read_only(true).create_if_missing(false);
        let file = options.get_filename().to_owned();
        let storage = storage(&file, false)?;
        let connections = Connections::open_read_only(options, &storage).await;
        let store = Store::new(storage, connections.map_err(unopened(&file))?);
        store.check().await?;
        Ok(store)
    }

    /// Whether the database answers and has the schema that this program expects.
    pub async fn check(&self) -> Result<(), StoreError> {
        let applied: Vec<i64> =
            query_scalar("select version from _sqlx_migrations where success order by version")
                .all(self.readers()?, "the schema's version")
                .await?;
        let known = schemas();
        if applied == known {
            return Ok(());
        }
        let latest = |versions: &[i64]| versions.last().copied().unwrap_or(0);
        Err(StoreError::Schema { found: latest(&applied), expected: latest(&known) })
    }

    /// Waits for connections to end and folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.write_uses().await;
        self.watch.close().await;
        self.connections.close().await;
    }

    /// In one transaction, so that of two programs that start at once the second finds it done.
    async fn migrate(&self, file: &Path) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        remove_spent_journal(file)?;
        // `run` does the same, but a future that calls it cannot be spawned.
        MIGRATIONS
            .run_direct(None, &mut *transaction, false)
            .await
            .map_err(|source| StoreError::Migrate { source })?;
        audit_trail::guard(&mut transaction).await?;
        end(transaction).await
    }
}

/// What a process that was killed while it changed the file's mode may leave. In write-ahead mode, and under the
/// lock of a writer, nobody has a rollback journal: what one held was rolled back when the file was opened.
fn remove_spent_journal(file: &Path) -> Result<(), StoreError> {
    let journal = database_files::side_file(&database_files::resolve(file)?, "-journal");
    match std::fs::remove_file(&journal) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::File { path: journal, source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The versions of the schema, the first to the last.
pub(in crate::store) fn schemas() -> Vec<i64> {
    MIGRATIONS.iter().map(|migration| migration.version).collect()
}

pub(in crate::store) fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let scheme = url.split_once(':').map_or("no scheme", |(scheme, _)| scheme);
    let refuse = |found: &str| Err(StoreError::Address { found: found.to_owned() });
    if scheme != "sqlite" {
        return refuse(scheme);
    }
    if url.contains(":memory:") || url.contains("mode=memory") {
        return refuse("sqlite::memory:");
    }
    let Ok(options) = SqliteConnectOptions::from_str(url) else { return refuse("sqlite") };
    if options.get_filename().as_os_str().is_empty() {
        return refuse("sqlite://");
    }
    Ok(options
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // 32 MB for each connection: indexes of a large cycle are filled in no order.
        .pragma("cache_size", "-32000")
        // After a large cycle the write-ahead log shrinks back to 64 MB.
        .pragma("journal_size_limit", "67108864")
        // Rows are handed from thread to thread by the hundred, not by the fifty.
        .row_buffer_size(500)
        // An insert of a thousand rows is no line for a log.
        .disable_statement_logging())
}

/// Puts the file in write-ahead mode, which it keeps: the pool's connections find it so. `SQLite`
/// refuses at once, whatever the timeout, when another program is changing the mode too.
async fn write_ahead(options: SqliteConnectOptions) -> Result<(), StoreError> {
    let path = options.get_filename().to_owned();
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let give_up = Instant::now() + BUSY_TIMEOUT;
    let opened = loop {
        match options.connect().await {
            Err(source) if is_busy(&source) && Instant::now() < give_up => {
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            opened => break opened,
        }
    };
    let closed = match opened {
        Ok(connection) => connection.close().await,
        Err(source) => Err(source),
    };
    closed.map_err(unopened(&path))
}

fn unopened(file: &Path) -> impl FnOnce(sqlx::Error) -> StoreError {
    let path = file.to_owned();
    move |source| StoreError::Open { path, source }
}

fn storage(file: &Path, is_held: bool) -> Result<Storage, StoreError> {
    Storage::of(file, is_held).map_err(|error| unopened(file)(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), MIGRATIONS.iter().count());
    }
}
