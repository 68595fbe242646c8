//! Scheduled jobs: when each is due, who runs it, and what it does.

mod backup;
mod due;
mod fetch;
mod folder_scan;
mod import;
mod orders;
mod runner;
mod running_job;
mod settings;
mod timetable;
mod work;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::application::ApplicationError;
use crate::intake::SourceError;
use crate::store::StoreError;

pub use due::{Due, Jitter, TimetableState, due};
pub use orders::take_orders;
pub use runner::Runner;
pub use settings::{BackupSettings, HousekeepingSettings, ImportSettings, Schedule};
pub use timetable::{JobTimetable, JobTimetableError};
pub use work::Work;

/// Why a job failed.
#[derive(Debug, Error)]
pub enum JobError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Cycle(#[from] ApplicationError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{job} already runs, and is held until {until}")]
    Held { job: &'static str, until: DateTime<Utc> },
    #[error("{job} died too often and was given up")]
    GivenUp { job: &'static str },
    #[error("{what} `{path}`")]
    File { what: &'static str, path: String, source: std::io::Error },
    #[error("no folder for backups: set `backup.folder`")]
    NoBackupFolder,
    #[error(
        "read the setting `import.urls`: found `{found}`, expected an address such as `https://example.org/2020-11.panorama.csv`"
    )]
    Address { found: String },
    #[error("prepare the download from addresses")]
    Client(#[source] reqwest::Error),
    #[error("the work of the job was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// An error with its causes, on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// For example `3 fichiers importés`, `1 fichier importé`.
fn counted(count: usize, one: &str, many: &str) -> String {
    let words = if count > 1 { many } else { one };
    format!("{count}\u{a0}{words}")
}
