//! Settings of the jobs.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::support::redaction;

/// When jobs run: cron expressions with seconds, in Paris time; empty for never.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub import: String,
    pub cycle: String,
    pub reviews: String,
    pub documents: String,
    pub digest: String,
    pub reminders: String,
    pub housekeeping: String,
    pub backup: String,
    /// Each firing is delayed at random by up to this many seconds.
    pub jitter_seconds: u32,
}

/// Where the import job looks for files.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportSettings {
    /// The watched folder; empty for none.
    pub folder: PathBuf,
    #[serde(serialize_with = "redaction::serialize_urls")]
    pub urls: Vec<String>,
    /// Seconds since a file last changed before it is read: a newer one may still be being written.
    pub settle_seconds: u32,
    /// Longest wait for the whole answer of an address.
    pub timeout_seconds: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupSettings {
    /// The folder of backups; empty for no backup.
    pub folder: PathBuf,
    pub keep: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HousekeepingSettings {
    /// Days for which the runs of jobs are stored.
    pub keep_days: u32,
}

impl fmt::Debug for ImportSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redaction::debug_as_serialized(self, f)
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            import: "0 0/15 6-20 * * Mon-Fri".to_owned(),
            cycle: "0 30 6 * * Mon-Fri".to_owned(),
            reviews: "0 0 7 * * Mon-Fri".to_owned(),
            documents: "0 15 7 * * Mon-Fri".to_owned(),
            digest: "0 0 8-18/2 * * Mon-Fri".to_owned(),
            reminders: "0 30 7 * * Mon-Fri".to_owned(),
            housekeeping: "0 15 4 * * *".to_owned(),
            backup: "0 45 4 * * *".to_owned(),
            jitter_seconds: 20,
        }
    }
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self { folder: PathBuf::new(), urls: Vec::new(), settle_seconds: 60, timeout_seconds: 60 }
    }
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { folder: PathBuf::from("data/backups"), keep: 14 }
    }
}

impl Default for HousekeepingSettings {
    fn default() -> Self {
        Self { keep_days: 400 }
    }
}
