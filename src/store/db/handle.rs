//! The handle through which everything is read and written: what it shows, how long it waits, and what is remembered
//! between two requests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::connections::{BUSY_TIMEOUT, Connections, WriteTransaction};
use super::engine::connection::{Connection, Held, Pool};
use super::error::StoreError;
use super::version::{ChangeWatch, DatabaseVersion};
use super::visibility::{IndexCache, Visible};
use crate::domain::accounts::access::Scope;
use crate::store::accounts::idempotent_attempt::{IdempotentAttempt, Released};
use crate::store::accounts::token_memory::{TokenCache, Uses};
use crate::store::disk::storage::Storage;

/// Handles share their connections: cloning is cheap. Each sees the whole State, or some ministries only.
///
/// # Errors
///
/// Each function fails when the database cannot be read or written, and with [`StoreError::BeyondScope`] when it is for handles
/// that see the whole State. Where a function can fail for another reason, it says so.
#[derive(Clone, Debug)]
pub struct Store {
    pub(in crate::store) connections: Arc<Connections>,
    pub(in crate::store) storage: Storage,
    /// How long a writer waits for those before it.
    pub(in crate::store) write_wait: Duration,
    pub(in crate::store) scope: Scope,
    pub(in crate::store) remembered: IndexCache,
    pub(in crate::store) uses: Uses,
    pub(in crate::store) watch: ChangeWatch,
    pub(in crate::store) callers: TokenCache,
    pub(in crate::store) released: Released,
    /// Tells those who deliver that a message waits which is to leave at once.
    outbox: Arc<watch::Sender<()>>,
    /// What is written is written for it.
    pub(in crate::store) attempt: Option<IdempotentAttempt>,
}

impl Store {
    /// Sees the whole State.
    pub(in crate::store) fn new(storage: Storage, connections: Connections) -> Self {
        Self {
            connections: Arc::new(connections),
            storage,
            write_wait: BUSY_TIMEOUT,
            scope: Scope::Whole,
            remembered: IndexCache::default(),
            uses: Uses::default(),
            watch: ChangeWatch::default(),
            callers: TokenCache::default(),
            released: Released::default(),
            outbox: Arc::new(watch::Sender::new(())),
            attempt: None,
        }
    }

    /// The same, of which only what both scopes show can be read.
    #[must_use]
    pub fn seen_by(&self, scope: &Scope) -> Self {
        Self { scope: self.scope.and(scope), ..self.clone() }
    }

    /// The same, whose writers wait that long at most for those before them.
    #[must_use]
    pub fn writing_within(&self, wait: Duration) -> Self {
        Self { write_wait: wait, ..self.clone() }
    }

    /// Writes through this handle are of the attempt.
    #[must_use]
    pub fn attempting(&self, attempt: IdempotentAttempt) -> Self {
        Self { attempt: Some(attempt), ..self.clone() }
    }

    /// Changes when a message is written that is to leave at once, by a handle of this program.
    pub fn watch_outbox(&self) -> watch::Receiver<()> {
        self.outbox.subscribe()
    }

    pub(in crate::store) fn outbox_filled(&self) {
        self.outbox.send_replace(());
    }

    /// What this handle shows.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Refuses what is for those who see the whole State.
    pub fn check_whole(&self, what: &'static str) -> Result<(), StoreError> {
        if self.scope.is_whole() { Ok(()) } else { Err(StoreError::BeyondScope { what }) }
    }

    /// What this handle shows, as of the moment of a transaction: called at its beginning, before it
    /// writes. Costs nothing when that is everything.
    pub(in crate::store) async fn visible(
        &self,
        connection: &mut Connection,
    ) -> Result<Visible, StoreError> {
        Visible::of(&self.scope, &self.remembered, connection).await
    }

    /// Changes with every commit, whichever program makes it. What is read after this call is at least as new.
    pub async fn version(&self) -> Result<DatabaseVersion, StoreError> {
        self.watch.version(&self.connections, &self.storage).await
    }

    /// For a single statement that reads.
    pub(in crate::store) fn readers(&self) -> Result<&Pool, StoreError> {
        self.storage.check_readable()?;
        Ok(self.connections.readers())
    }

    /// Several reads of one moment.
    pub(in crate::store) async fn begin_read(&self) -> Result<Held, StoreError> {
        self.storage.check_readable()?;
        let begun = Box::pin(self.connections.begin_read()).await;
        begun.map(Held).map_err(|source| StoreError::Transaction { source })
    }

    /// A transaction that means to write takes its turn at once. What it writes is of the handle's attempt, if it has one.
    pub(in crate::store) async fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        let begun = self.connections.begin_write(&self.storage, self.write_wait).await;
        let mut transaction = begun?;
        if let Some(attempt) = &self.attempt {
            attempt.mark(&mut transaction).await?;
        }
        Ok(transaction)
    }

    /// The connection that writes, for what is no transaction.
    pub(in crate::store) async fn writer(&self) -> Result<Held, StoreError> {
        self.connections.writer(&self.storage, self.write_wait).await.map(Held)
    }
}
