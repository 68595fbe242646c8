//! 503: what cannot be done now, and can be in a while, by no fault of whoever asks.

use std::fmt;

use tracing::warn;

use crate::store::StorageFault;
use crate::store::StoreError;

/// How long others take to write, most of the time.
const WRITERS_TAKE_SECONDS: u32 = 5;

/// How often a disk is worth being asked again.
const DISK_TAKES_SECONDS: u32 = 10;

#[derive(Debug)]
pub enum Unavailable {
    /// Others write.
    Busy,
    /// Why nothing can be written.
    Storage(String),
}

impl Unavailable {
    /// `None` when the store says something else. The cause goes to the log.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        if error.is_busy() {
            return Some(Self::Busy);
        }
        let kind = error.disk_fault()?;
        let cause: &dyn std::error::Error = error;
        warn!(error = cause, "A request could not be done: {kind}");
        if let StoreError::Storage(fault) = error {
            return Some(Self::because_of(fault));
        }
        let words =
            format!("the database: {kind}; nothing was done, and /readyz says when it can be");
        Some(Self::Storage(words))
    }

    /// What the health check found.
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
                "others are writing to the database; nothing was done: ask again in {} s",
                self.wait_seconds()
            ),
            Self::Storage(words) => f.write_str(words),
        }
    }
}
