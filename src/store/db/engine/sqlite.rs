//! The connections to a file of `SQLite`: many that read, one that writes.
//!
//! A connection serves again only when nothing is left of what it was last used for. `SQLite` ends a transaction
//! by itself when a commit or a statement fails for want of room, and sqlx goes on counting it as open: what
//! would then be read through that connection is the moment at which it was next used, for ever. So each one
//! is tried when it comes back, and closed unless it can begin and end a transaction. Opening another takes
//! less than a millisecond.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool};
use tokio::sync::Mutex;
use tracing::warn;

use crate::store::disk::storage::Storage;

const READERS: u32 = 8;

/// How long a reader waits for a connection while others have them all.
const READ_WAIT: Duration = Duration::from_secs(10);

/// Longer than any handle lets a writer wait.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

#[derive(Debug)]
pub(in crate::store) struct SqliteFile {
    pub(in crate::store) readers: SqlitePool,
    pub(in crate::store) writer: SqlitePool,
    /// Holds the database open whatever becomes of the others, so that `SQLite` does not take its write-ahead
    /// log away in between, and a restoration sees that the database is in use.
    keeper: Mutex<Option<SqliteConnection>>,
    pub(in crate::store) options: SqliteConnectOptions,
}

impl SqliteFile {
    /// To a file that exists: no connection ever makes one.
    pub(in crate::store) async fn open(
        options: SqliteConnectOptions,
        storage: &Storage,
    ) -> Result<Self, sqlx::Error> {
        let options = options.create_if_missing(false);
        let mut keeper = options.connect().await?;
        // Its hand on the file comes with the first read.
        sqlx::query("select count(*) from sqlite_schema").fetch_one(&mut keeper).await?;
        let reading = options.clone().pragma("query_only", "on");
        let (readers, writer) = (pool(storage, READ_WAIT), pool(storage, LONGEST_WAIT));
        Ok(Self {
            readers: readers.max_connections(READERS).connect_with(reading).await?,
            writer: writer.max_connections(1).connect_with(options.clone()).await?,
            keeper: Mutex::new(Some(keeper)),
            options,
        })
    }

    /// To a file in which nothing is written.
    pub(in crate::store) async fn open_read_only(
        options: SqliteConnectOptions,
        storage: &Storage,
    ) -> Result<Self, sqlx::Error> {
        let readers = pool(storage, READ_WAIT).min_connections(0).max_connections(READERS);
        let readers = readers.connect_with(options.clone()).await?;
        Ok(Self { writer: readers.clone(), readers, keeper: Mutex::default(), options })
    }

    /// Opens every connection that readers may have: while the file is gone, none can be.
    pub(in crate::store) async fn open_readers(&self) {
        let mut opened = Vec::new();
        for _ in 0..READERS {
            opened.push(self.readers.acquire().await.ok());
        }
    }

    /// The last of them folds the write-ahead log into the file: not one that only reads.
    pub(in crate::store) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        if let Some(keeper) = self.keeper.lock().await.take() {
            // Whatever it says, it is gone.
            drop(keeper.close().await);
        }
    }
}

/// Connections are not closed for their age: while the file is gone, no other could be opened.
fn pool(storage: &Storage, wait: Duration) -> SqlitePoolOptions {
    let (opened, released) = (storage.clone(), storage.clone());
    SqlitePoolOptions::new()
        .min_connections(1)
        .acquire_timeout(wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            let same = opened.check_file();
            Box::pin(async move { same.map_err(sqlx::Error::config) })
        })
        .before_acquire(|connection, _| {
            let is_sound = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_sound) })
        })
        .after_release(move |connection, _| {
            let watched = released.clone();
            Box::pin(async move { Ok(is_sound(connection, &watched).await) })
        })
}

/// Checked with `SQLite` itself, which refuses to begin a transaction within another, and of sqlx, which keeps
/// count. What was last requested of the connection, such as a roll back, is done before.
async fn is_sound(connection: &mut SqliteConnection, storage: &Storage) -> bool {
    let tried = sqlx::query("begin; rollback").execute(&mut *connection).await;
    if tried.is_ok() && !connection.is_in_transaction() {
        return true;
    }
    let cause = tried.err().map(|error| error.to_string());
    warn!(cause, "A connection is closed: what it was used for did not end as it should");
    // Most often it is the disk's doing.
    storage.suspect();
    false
}
