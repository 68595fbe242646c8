//! Whether anything was written since the last look, by this program or by another.

use std::sync::Arc;
use std::sync::Mutex as Held;
use std::sync::PoisonError;

use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::SqliteConnection;
use tokio::sync::Mutex;
use tokio::sync::OnceCell;

use super::Store;
use super::error::StoreError;
use super::error::reading;

const WHAT: &str = "the version of the data";

/// Two that are equal: nothing was written in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// Which connection said so: what two of them say cannot be compared.
    connection: u64,
    changes: i64,
}

/// A connection that never writes: `SQLite` tells it of everybody's writes, and only of those of others.
///
/// One look serves all who asked before it began: while one is under way, the next gathers.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    watching: Arc<Mutex<Watching>>,
    gathering: Arc<Held<Look>>,
}

#[derive(Debug, Default)]
struct Watching {
    connection: Option<SqliteConnection>,
    opened: u64,
}

/// What it finds, for whoever waits for it.
type Look = Arc<OnceCell<Version>>;

impl Store {
    /// Changes with every commit, whoever makes it. What is read after asking is at least as new.
    pub async fn version(&self) -> Result<Version, StoreError> {
        if self.pool.is_closed() {
            return Err(reading(WHAT)(sqlx::Error::PoolClosed));
        }
        let look = self.watch.join();
        look.get_or_try_init(|| self.look()).await.copied()
    }

    async fn look(&self) -> Result<Version, StoreError> {
        let mut watching = self.watch.watching.lock().await;
        self.watch.begin();
        // Taken out meanwhile: one whose question was broken off is not asked again.
        let mut connection = if let Some(connection) = watching.connection.take() {
            connection
        } else {
            watching.opened += 1;
            self.pool.connect_options().connect().await.map_err(reading(WHAT))?
        };
        let changes: i64 = sqlx::query_scalar("pragma data_version")
            .fetch_one(&mut connection)
            .await
            .map_err(reading(WHAT))?;
        watching.connection = Some(connection);
        Ok(Version { connection: watching.opened, changes })
    }
}

impl Watch {
    /// The look that has yet to begin.
    fn join(&self) -> Look {
        Arc::clone(&self.gathering.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whoever comes from now on waits for the next one.
    fn begin(&self) {
        *self.gathering.lock().unwrap_or_else(PoisonError::into_inner) = Look::default();
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.watching.lock().await.connection.take() {
            // Whatever it says, it is gone.
            drop(connection.close().await);
        }
    }
}
