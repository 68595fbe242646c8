//! Why a job failed.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::application::ApplicationError;
use crate::intake::SourceError;
use crate::store::StoreError;

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
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
