//! Temporary errors (503): a busy database, or storage that cannot be written.

use std::fmt;

use tracing::warn;

use crate::store::StorageFault;
use crate::store::StoreError;

/// Suggested wait when other writers hold the database.
const WRITERS_TAKE_SECONDS: u32 = 5;

/// Suggested wait when the storage cannot be written.
const DISK_TAKES_SECONDS: u32 = 10;

#[derive(Debug)]
pub enum Unavailable {
    /// Other writers hold the database.
    Busy,
    /// The storage cannot be written, with the reason.
    Storage(String),
}

impl Unavailable {
    /// The temporary error behind a store error, if it is one. Storage errors are logged.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        if error.is_busy() {
            return Some(Self::Busy);
        }
        let kind = error.disk_fault()?;
        let cause: &dyn std::error::Error = error;
        warn!(error = cause, "A request failed: {kind}");
        if let StoreError::Storage(fault) = error {
            return Some(Self::because_of(fault));
        }
        let words =
            format!("the database: {kind}; nothing was done; /readyz reports when it works again");
        Some(Self::Storage(words))
    }

    /// The error for a storage fault found by the health check.
    pub(super) fn because_of(fault: &StorageFault) -> Self {
        Self::Storage(fault.without_folder().to_string())
    }

    pub(super) fn wait_seconds(&self) -> u32 {
        match self {
            Self::Busy => WRITERS_TAKE_SECONDS,
            Self::Storage(_) => DISK_TAKES_SECONDS,
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(
                f,
                "the database is busy with other writes; nothing was done; retry in {} s",
                self.wait_seconds()
            ),
            Self::Storage(words) => f.write_str(words),
        }
    }
}
