//! Whether anything was written since the last look, by this program or by another.

use std::sync::Arc;

use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::SqliteConnection;
use tokio::sync::Mutex;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::queries::Fetch;
use super::queries::query_scalar;
use crate::looks::Looks;

const WHAT: &str = "the version of the data";

/// Two that are equal: nothing was written in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// Which connection said so: what two of them say cannot be compared.
    connection: u64,
    changes: i64,
}

/// A connection that never writes: `SQLite` tells it of everybody's writes, and only of those of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    watching: Arc<Mutex<Watching>>,
    looks: Arc<Looks<Version>>,
}

#[derive(Debug, Default)]
struct Watching {
    connection: Option<SqliteConnection>,
    opened: u64,
}

impl Store {
    /// Changes with every commit, whichever program makes it. What is read after this call is at least as new.
    pub async fn version(&self) -> Result<Version, StoreError> {
        if self.connections.is_closed() {
            return Err(reading(WHAT)(sqlx::Error::PoolClosed));
        }
        self.watch.looks.share(async || self.look().await).await
    }

    async fn look(&self) -> Result<Version, StoreError> {
        self.storage.check_readable()?;
        let mut watching = self.watch.watching.lock().await;
        // Taken out meanwhile: a connection whose query was cancelled is not used again.
        let mut connection = if let Some(connection) = watching.connection.take() {
            connection
        } else {
            watching.opened += 1;
            let opened = self.connections.options.connect().await.map_err(reading(WHAT))?;
            self.storage.check_file()?;
            opened
        };
        let changes: i64 = query_scalar("pragma data_version").one(&mut connection, WHAT).await?;
        watching.connection = Some(connection);
        Ok(Version { connection: watching.opened, changes })
    }
}

impl Watch {
    pub(super) async fn close(&self) {
        if let Some(connection) = self.watching.lock().await.connection.take() {
            // Whatever it says, it is gone.
            drop(connection.close().await);
        }
    }
}
