//! Temporary errors (503): a busy database, or storage that cannot be written.

use std::fmt;
use std::sync::Arc;

use tracing::warn;

use crate::api::middleware::trace;
use crate::store::{StorageFault, StoreError};

/// Suggested wait when other writers hold the database.
const WRITERS_TAKE_SECONDS: u32 = 5;

/// Suggested wait when the storage cannot be written.
const DISK_TAKES_SECONDS: u32 = 10;

#[derive(Debug)]
pub enum Unavailable {
    /// Other writers hold the database.
    Busy(Arc<StoreError>),
    /// The storage cannot be written: the reason, and the error that gave it.
    Storage(String, Option<Arc<StoreError>>),
}

impl Unavailable {
    /// The temporary error behind a store error. Storage errors are logged by a server.
    ///
    /// # Errors
    /// The same fault, when it says something else.
    pub(in crate::api) fn of(error: StoreError) -> Result<Self, StoreError> {
        if error.is_busy() {
            return Ok(Self::Busy(Arc::new(error)));
        }
        if matches!(error, StoreError::CommitUnknown) {
            return Ok(Self::Storage(error.to_string(), Some(Arc::new(error))));
        }
        let Some(kind) = error.disk_fault() else { return Err(error) };
        if trace::current().is_some() {
            let cause: &dyn std::error::Error = &error;
            warn!(error = cause, "A request failed: {kind}");
        }
        let words = if let StoreError::Storage(fault) = &error {
            fault.without_folder().to_string()
        } else {
            format!("the database: {kind}; nothing was done; /readyz reports when it works again")
        };
        Ok(Self::Storage(words, Some(Arc::new(error))))
    }

    /// The store's own fault.
    pub(in crate::api) fn cause(&self) -> Option<Arc<StoreError>> {
        match self {
            Self::Busy(cause) => Some(Arc::clone(cause)),
            Self::Storage(_, cause) => cause.clone(),
        }
    }

    /// The error for a storage fault found by the health check.
    pub(in crate::api) fn because_of(fault: &StorageFault) -> Self {
        Self::Storage(fault.without_folder().to_string(), None)
    }

    pub(in crate::api) fn wait_seconds(&self) -> u32 {
        match self {
            Self::Busy(_) => WRITERS_TAKE_SECONDS,
            Self::Storage(..) => DISK_TAKES_SECONDS,
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(_) => write!(
                f,
                "the database is busy with other writes; nothing was done; retry in {} s",
                self.wait_seconds()
            ),
            Self::Storage(words, _) => f.write_str(words),
        }
    }
}
