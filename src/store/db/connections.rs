//! The connections to the database: many that read, one that writes.
//!
//! Writers wait for the one connection that may, in the order they came, for a bounded time. Readers
//! have connections of their own and wait for nobody, whatever is being written.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::engine::connection::{Connection, Lent, Pool};
use super::engine::sqlite::SqliteFile;
use super::error::StoreError;
use super::postgres::{self, Committed, PostgresServer};
use super::queries::query_scalar;
use crate::store::disk::storage::Storage;

/// How long a writer waits for another program: longer than a cycle of a million verdicts takes to commit.
pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(in crate::store) struct Connections {
    pub(in crate::store) engine: Engine,
    readers: Pool,
}

#[derive(Debug)]
pub(in crate::store) enum Engine {
    Sqlite(Box<SqliteFile>),
    Postgres(Arc<PostgresServer>),
}

/// A transaction that writes. It is rolled back unless it is given to `end`.
#[derive(Debug)]
pub(in crate::store) struct WriteTransaction {
    inner: Connection,
    storage: Storage,
    /// Where to learn what became of it, when its commit is not answered.
    server: Option<Arc<PostgresServer>>,
}

impl Connections {
    pub(in crate::store) fn to_sqlite(file: SqliteFile) -> Self {
        Self { readers: Pool::Sqlite(file.readers.clone()), engine: Engine::Sqlite(Box::new(file)) }
    }

    pub(in crate::store) fn to_postgres(server: PostgresServer, storage: &Storage) -> Self {
        let readers = Pool::Postgres(server.readers.clone(), storage.clone());
        Self { readers, engine: Engine::Postgres(Arc::new(server)) }
    }

    pub(in crate::store) fn is_closed(&self) -> bool {
        self.readers.is_closed()
    }

    pub(in crate::store) fn readers(&self) -> &Pool {
        &self.readers
    }

    /// Opens every connection that readers may have, where none could be opened later.
    pub(in crate::store) async fn open_readers(&self) {
        if let Engine::Sqlite(file) = &self.engine {
            file.open_readers().await;
        }
    }

    /// Several reads of one moment.
    pub(in crate::store) async fn begin_read(&self) -> Result<Connection, sqlx::Error> {
        Ok(match &self.engine {
            Engine::Sqlite(file) => {
                Connection::Sqlite(Lent::InTransaction(file.readers.begin().await?))
            }
            Engine::Postgres(server) => {
                let begun = server.readers.begin_with(postgres::BEGIN_READ).await?;
                Connection::Postgres(Lent::InTransaction(begun))
            }
        })
    }

    /// A transaction that means to write takes its turn at once: one that upgraded later could find
    /// that what it read has changed.
    pub(in crate::store) async fn begin_write(
        &self,
        storage: &Storage,
        wait: Duration,
    ) -> Result<WriteTransaction, StoreError> {
        storage.check_file()?;
        match tokio::time::timeout(wait, Box::pin(self.begun(wait))).await {
            Ok(Ok(inner)) => {
                let server = match &self.engine {
                    Engine::Sqlite(_) => None,
                    Engine::Postgres(server) => Some(Arc::clone(server)),
                };
                Ok(WriteTransaction { inner, storage: storage.clone(), server })
            }
            Err(_) => Err(self.waited_in_vain(storage, wait).await),
            Ok(Err(source)) => {
                let error = StoreError::Transaction { source };
                if !error.is_busy() {
                    storage.suspect();
                }
                Err(error)
            }
        }
    }

    /// Others were writing, or nobody lets anyone in.
    async fn waited_in_vain(&self, storage: &Storage, waited: Duration) -> StoreError {
        if let Engine::Postgres(server) = &self.engine
            && let Err(source) = Box::pin(server.is_read_only()).await
        {
            storage.suspect();
            return StoreError::Transaction { source };
        }
        StoreError::WriterBusy { waited }
    }

    async fn begun(&self, wait: Duration) -> Result<Connection, sqlx::Error> {
        Ok(match &self.engine {
            Engine::Sqlite(file) => {
                let begun = file.writer.begin_with("begin immediate").await?;
                Connection::Sqlite(Lent::InTransaction(begun))
            }
            Engine::Postgres(server) => {
                let begun = server.writer.begin_with(postgres::begin_write(wait)).await?;
                Connection::Postgres(Lent::InTransaction(begun))
            }
        })
    }

    /// The connection that writes, for what is no transaction.
    pub(in crate::store) async fn writer(
        &self,
        storage: &Storage,
        wait: Duration,
    ) -> Result<Connection, StoreError> {
        storage.check_file()?;
        let acquired = async {
            Ok(match &self.engine {
                Engine::Sqlite(file) => {
                    Connection::Sqlite(Lent::ByPool(file.writer.acquire().await?))
                }
                Engine::Postgres(server) => {
                    Connection::Postgres(Lent::ByPool(server.writer.acquire().await?))
                }
            })
        };
        match tokio::time::timeout(wait, acquired).await {
            Ok(acquired) => acquired.map_err(|source| StoreError::Transaction { source }),
            Err(_) => Err(StoreError::WriterBusy { waited: wait }),
        }
    }

    pub(in crate::store) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(file) => file.close().await,
            Engine::Postgres(server) => server.close().await,
        }
    }
}

impl WriteTransaction {
    /// What was written is as if it had never been.
    pub(in crate::store) async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await.map_err(|source| StoreError::Transaction { source })
    }
}

/// Commits. What is acknowledged afterwards is in the database that was opened, and not in another that took its place.
///
/// Where the connection breaks before the server has answered, the server itself is asked what became of it.
pub(in crate::store) async fn end(mut transaction: WriteTransaction) -> Result<(), StoreError> {
    let number = match &transaction.server {
        None => None,
        Some(_) => Some(next_version(&mut transaction.inner).await?),
    };
    let WriteTransaction { inner, storage, server } = transaction;
    if let Err(source) = Box::pin(inner.commit()).await {
        storage.suspect();
        let error = StoreError::Transaction { source };
        let (Some(server), Some(number)) = (server, number) else { return Err(error) };
        if error.disk_fault().is_none() {
            return Err(error);
        }
        return match Box::pin(server.committed(&number)).await {
            Committed::Yes => {
                warn!("The connection broke before the answer to a commit: it was done");
                Ok(())
            }
            Committed::No => Err(error),
            Committed::Unknown => Err(StoreError::CommitUnknown),
        };
    }
    Ok(storage.check_file()?)
}

/// Counts what is about to be committed, and gives the transaction's name at the server.
async fn next_version(connection: &mut Connection) -> Result<String, StoreError> {
    query_scalar(
        "update database_version set number = number + 1
         returning cast(pg_current_xact_id() as text)",
    )
    .one(connection, "the version of the data")
    .await
}

impl Deref for WriteTransaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.inner
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.inner
    }
}
