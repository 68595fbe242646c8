//! Opening the database: its file, its settings, its schema.

use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::connections::{BUSY_TIMEOUT, Connections, end};
use super::engine::sqlite::SqliteFile;
use super::error::StoreError;
use super::handle::Store;
use super::postgres::PostgresServer;
use super::queries::query_scalar;
use super::schema::schemas;
use super::{postgres, schema};
use crate::store::disk::storage::Storage;
use crate::store::disk::storage_fault::is_busy;
use crate::store::disk::{database_files, permissions};

/// Between two attempts to change a mode that another program is changing.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

impl Store {
    /// Opens `sqlite://path/to/vigie.db`, creating the file and its folder, or a database of `postgres://…`, which exists;
    /// and brings the schema up to date. A database in memory is refused: each connection would see its own.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self::open_to_fill(url).await?;
        if store.is_being_filled().await? {
            return Err(StoreError::CopyUnfinished { database: store.place() });
        }
        Ok(store)
    }

    /// The same, even where the beginning of a copy is.
    pub async fn open_to_fill(url: &str) -> Result<Self, StoreError> {
        if postgres::is_server_address(url) {
            let store = Self::connect(postgres::options(url)?).await?;
            store.bring_up_to_date().await?;
            return Ok(store);
        }
        Self::open_file(options(url)?).await
    }

    /// The path of the file, or the address of the database at its server without who signs in.
    pub fn place(&self) -> String {
        self.storage.place().display().to_string()
    }

    async fn is_being_filled(&self) -> Result<bool, StoreError> {
        let statement = if self.is_on_server() {
            "select to_regclass('copy_under_way') is not null"
        } else {
            "select count(*) > 0 from sqlite_schema where name = 'copy_under_way'"
        };
        query_scalar(statement).one(self.readers()?, "the mark of a copy").await
    }

    async fn connect(options: PgConnectOptions) -> Result<Self, StoreError> {
        let address = postgres::address(&options);
        let storage = Storage::of_server(&address);
        let server = PostgresServer::open(options).await.map_err(unopened(Path::new(&address)))?;
        let connections = Connections::to_postgres(server, &storage);
        Ok(Self::new(storage, connections))
    }

    /// Whether a server's database has tables of ours.
    async fn has_schema(&self) -> Result<bool, StoreError> {
        query_scalar("select to_regclass('_sqlx_migrations') is not null")
            .one(self.readers()?, "the schema's version")
            .await
    }

    /// A table in a database that has none of ours.
    async fn other_table(&self) -> Result<Option<String>, StoreError> {
        query_scalar("select cast(tablename as text) from pg_tables where schemaname = current_schema() limit 1")
            .optional(self.readers()?, "the tables of the database")
            .await
    }

    /// Nothing is done, and no lock is waited for, where nothing is to be done.
    async fn bring_up_to_date(&self) -> Result<(), StoreError> {
        let has_schema = self.has_schema().await?;
        if has_schema && self.check().await.is_ok() {
            return Ok(());
        }
        if !has_schema && let Some(table) = self.other_table().await? {
            return Err(StoreError::NotOurs { database: self.place(), table });
        }
        let mut transaction = self.begin_write().await?;
        schema::migrate(&mut transaction).await?;
        end(transaction).await
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
        let opened = SqliteFile::open(options, &storage).await.map_err(unopened(&file))?;
        let store = Store::new(storage, Connections::to_sqlite(opened));
        store.migrate(&file).await?;
        Ok(store)
    }

    /// The same, unless there is no database there yet.
    pub async fn open_existing(url: &str) -> Result<Option<Self>, StoreError> {
        if postgres::is_server_address(url) {
            let store = Self::connect(postgres::options(url)?).await?;
            if !store.has_schema().await? {
                return Ok(None);
            }
            store.bring_up_to_date().await?;
            return Ok(Some(store));
        }
        let found = options(url)?.get_filename().exists();
        if found { Self::open(url).await.map(Some) } else { Ok(None) }
    }

    /// Opens a database that exists and is up to date; creates and changes nothing.
    pub async fn open_read_only(url: &str) -> Result<Self, StoreError> {
        if postgres::is_server_address(url) {
            let options = postgres::options(url)?;
            let store =
                Self::connect(options.options([("default_transaction_read_only", "on")])).await?;
            store.check().await?;
            return Ok(store);
        }
        let options = options(url)?.read_only(true).create_if_missing(false);
        let file = options.get_filename().to_owned();
        let storage = storage(&file, false)?;
        let opened =
            SqliteFile::open_read_only(options, &storage).await.map_err(unopened(&file))?;
        let store = Store::new(storage, Connections::to_sqlite(opened));
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
        schema::migrate(&mut transaction).await?;
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
