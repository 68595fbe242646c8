//! 503: what cannot be done now, and can be in a while, by no fault of whoever asks.

use std::fmt;
use std::sync::Arc;

use tracing::warn;

use super::trace;
use crate::store::StorageFault;
use crate::store::StoreError;

/// How long others take to write, most of the time.
const WRITERS_TAKE_SECONDS: u32 = 5;

/// How often a disk is worth being asked again.
const DISK_TAKES_SECONDS: u32 = 10;

#[derive(Debug)]
pub enum Unavailable {
    /// Others write.
    Busy(Arc<StoreError>),
    /// Why nothing can be written, and the fault that said so.
    Storage(String, Option<Arc<StoreError>>),
}

impl Unavailable {
    /// Why the store cannot do it now. The cause goes to the log of a server.
    ///
    /// # Errors
    /// The same fault, when it says something else.
    pub(super) fn of(error: StoreError) -> Result<Self, StoreError> {
        if error.is_busy() {
            return Ok(Self::Busy(Arc::new(error)));
        }
        let Some(kind) = error.disk_fault() else { return Err(error) };
        if trace::current().is_some() {
            let cause: &dyn std::error::Error = &error;
            warn!(error = cause, "A request could not be done: {kind}");
        }
        let words = if let StoreError::Storage(fault) = &error {
            fault.without_folder().to_string()
        } else {
            format!("the database: {kind}; nothing was done, and /readyz says when it can be")
        };
        Ok(Self::Storage(words, Some(Arc::new(error))))
    }

    /// The store's own fault.
    pub(super) fn cause(&self) -> Option<Arc<StoreError>> {
        match self {
            Self::Busy(cause) => Some(Arc::clone(cause)),
            Self::Storage(_, cause) => cause.clone(),
        }
    }

    /// What the health check found.
    pub(super) fn because_of(fault: &StorageFault) -> Self {
        Self::Storage(fault.without_folder().to_string(), None)
    }

    pub(super) fn wait_seconds(&self) -> u32 {
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
                "others are writing to the database; nothing was done: ask again in {} s",
                self.wait_seconds()
            ),
            Self::Storage(words, _) => f.write_str(words),
        }
    }
}
