//! Whether anything was written since the last look, by this program or by another.

use std::sync::Arc;

use sqlx::ConnectOptions as _;
use tokio::sync::Mutex;

use super::connections::{Connections, Engine};
use super::engine::connection::Connection;
use super::error::{StoreError, reading};
use super::queries::query_scalar;
use crate::store::disk::storage::Storage;
use crate::support::single_flight::SingleFlight;

const WHAT: &str = "the version of the data";

/// Two that are equal: nothing was written in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DatabaseVersion {
    /// Which connection said so: what two of them say cannot be compared.
    connection: u64,
    changes: i64,
}

/// With `SQLite`, a connection that never writes, which is shown the commits of all others. With `PostgreSQL`, a row that each
/// commit counts.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct ChangeWatch {
    watching: Arc<Mutex<Watching>>,
    looks: Arc<SingleFlight<DatabaseVersion>>,
}

#[derive(Debug, Default)]
struct Watching {
    connection: Option<Connection>,
    opened: u64,
}

impl ChangeWatch {
    /// Changes with every commit, whichever program makes it. What is read after this call is at least as new.
    pub(in crate::store) async fn version(
        &self,
        connections: &Connections,
        storage: &Storage,
    ) -> Result<DatabaseVersion, StoreError> {
        if connections.is_closed() {
            return Err(reading(WHAT)(sqlx::Error::PoolClosed));
        }
        self.looks.share(async || self.look(connections, storage).await).await
    }

    async fn look(
        &self,
        connections: &Connections,
        storage: &Storage,
    ) -> Result<DatabaseVersion, StoreError> {
        storage.check_readable()?;
        let file = match &connections.engine {
            Engine::Sqlite(file) => file,
            Engine::Postgres(_) => {
                let changes = query_scalar("select number from database_version")
                    .one(connections.readers(), WHAT)
                    .await?;
                return Ok(DatabaseVersion { connection: 0, changes });
            }
        };
        let mut watching = self.watching.lock().await;
        // Taken out meanwhile: a connection whose query was cancelled is not used again.
        let mut connection = if let Some(connection) = watching.connection.take() {
            connection
        } else {
            watching.opened += 1;
            let opened = file.options.connect().await.map_err(reading(WHAT))?;
            storage.check_file()?;
            Connection::alone_on_sqlite(opened)
        };
        let changes: i64 = query_scalar("pragma data_version").one(&mut connection, WHAT).await?;
        watching.connection = Some(connection);
        Ok(DatabaseVersion { connection: watching.opened, changes })
    }

    pub(in crate::store) async fn close(&self) {
        if let Some(connection) = self.watching.lock().await.connection.take() {
            // Whatever it says, it is gone.
            drop(connection.close().await);
        }
    }
}
