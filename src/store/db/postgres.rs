//! The connections to a `PostgreSQL` server: some that read, one that writes.
//!
//! Of all programs that share a database, one writes at a time, as with `SQLite`: a write takes a lock of the database that ends with
//! its transaction. So numbers follow one another, the audit trail is one chain, and what a transaction read before it
//! wrote still holds, on either engine.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool};

use super::error::StoreError;

const READERS: u32 = 8;

/// How long a reader waits for a connection, and anyone for the server to answer a new one.
const READ_WAIT: Duration = Duration::from_secs(5);

/// Longer than any handle lets a writer wait.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// A connection that was idle for longer is tried before it serves: the server may have been restarted.
const TRUSTED: Duration = Duration::from_secs(1);

/// The advisory lock of a writer: the name of Vigie in ASCII.
const WRITE_LOCK: i64 = 0x0056_4947_4945;

/// For the server: a program that vanished with its machine lets go of its lock within a minute or so, and one that is idle
/// in the middle of a transaction is ended.
const SESSION: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "20"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
    ("idle_in_transaction_session_timeout", "600000"),
];

#[derive(Debug)]
pub(in crate::store) struct PostgresServer {
    pub(in crate::store) readers: PgPool,
    pub(in crate::store) writer: PgPool,
    pub(in crate::store) options: PgConnectOptions,
}

/// What became of a transaction whose commit was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Committed {
    Yes,
    No,
    Unknown,
}

impl PostgresServer {
    pub(in crate::store) async fn open(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        // Refused at once, and with the server's own words, where a pool would try again and again.
        attempt(&options).await?.close().await?;
        let readers = pool(READ_WAIT, TRUSTED).max_connections(READERS);
        // It may have been left within a transaction that failed to begin.
        let writer = pool(LONGEST_WAIT, Duration::ZERO).max_connections(1);
        Ok(Self {
            readers: readers.connect_lazy_with(options.clone()),
            writer: writer.connect_lazy_with(options.clone()),
            options,
        })
    }

    /// Whether nothing can be written: a copy that follows another server, or one whose settings say so. Through a new
    /// connection, which a pool would try for again and again.
    pub(in crate::store) async fn is_read_only(&self) -> Result<bool, sqlx::Error> {
        let mut connection = attempt(&self.options).await?;
        let found = sqlx::query_scalar("select current_setting('transaction_read_only') = 'on'")
            .fetch_one(&mut connection)
            .await;
        // Whatever it says when it closes, it was there.
        drop(connection.close().await);
        found
    }

    /// Whether a transaction was committed, as the server says once it can be reached again.
    pub(in crate::store) async fn committed(&self, transaction: &str) -> Committed {
        for _ in 0..5 {
            if let Ok(mut connection) = attempt(&self.options).await {
                let status: Result<Option<String>, _> =
                    sqlx::query_scalar("select pg_xact_status(cast($1 as xid8))")
                        .bind(transaction)
                        .fetch_one(&mut connection)
                        .await;
                match status.as_ref().map(Option::as_deref) {
                    Ok(Some("committed")) => return Committed::Yes,
                    Ok(Some("aborted")) => return Committed::No,
                    Ok(_) | Err(_) => {}
                }
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Committed::Unknown
    }

    pub(in crate::store) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Begins a transaction that waits its turn to write for so long at most.
pub(in crate::store) fn begin_write(wait: Duration) -> AssertSqlSafe<String> {
    let milliseconds = wait.as_millis().max(1);
    AssertSqlSafe(format!(
        "begin; set local lock_timeout = {milliseconds}; \
         select pg_advisory_xact_lock({WRITE_LOCK}); set local lock_timeout = 0"
    ))
}

/// Begins several reads of one moment.
pub(in crate::store) const BEGIN_READ: &str = "begin isolation level repeatable read read only";

/// Whether it is the address of a database of a server, rather than a file's.
pub fn is_server_address(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

pub(in crate::store) fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let refused = |_| StoreError::Address { found: "postgres".to_owned() };
    let options = PgConnectOptions::from_str(url).map_err(refused)?;
    Ok(options.application_name("vigie").options(SESSION).disable_statement_logging())
}

/// The address without who signs in and with what, for messages.
pub(in crate::store) fn address(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_default();
    format!("postgres://{}:{}/{database}", options.get_host(), options.get_port())
}

async fn attempt(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    match tokio::time::timeout(READ_WAIT, options.connect()).await {
        Ok(connected) => connected,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

fn pool(wait: Duration, trusted: Duration) -> PgPoolOptions {
    PgPoolOptions::new()
        .min_connections(0)
        .acquire_timeout(wait)
        .test_before_acquire(false)
        .before_acquire(move |connection, about| {
            Box::pin(async move {
                if about.idle_for < trusted {
                    return Ok(true);
                }
                Ok(sqlx::query("select 1").execute(connection).await.is_ok())
            })
        })
}
