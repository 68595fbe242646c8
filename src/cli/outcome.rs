//! What a command comes to: a conclusion, or why there is none.

use std::path::PathBuf;

use thiserror::Error;

use vigie::application::{ApplicationError, TableError};
use vigie::client::RemoteFault;
use vigie::domain::accounts::audit::ActorError;
use vigie::rules::OverBudget;
use vigie::server::{config, telemetry};

/// What a command came to, when nothing broke down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conclusion {
    Good,
    /// The command did its work, and what it checked is not as it should be.
    Bad,
    /// Nothing is at fault, yet there are remarks and they count as failures on request.
    Linted,
}

#[derive(Debug, Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    #[error(transparent)]
    Telemetry(#[from] telemetry::TelemetryError),
    #[error(transparent)]
    Store(#[from] vigie::store::StoreError),
    #[error(transparent)]
    Cycle(ApplicationError),
    #[error(
        "{0}; the settings `trials.command_cases`, `trials.command_seconds` and `trials.command_bytes` bound what \
         commands try on this machine"
    )]
    OverBudget(String),
    #[error(transparent)]
    Source(#[from] vigie::intake::SourceError),
    #[error(transparent)]
    Table(TableError),
    #[error("found `{found}`, expected a file that ends in `.csv` or `.parquet`")]
    VerdictFormat { found: String },
    #[error("found `{found}`, expected a file that ends in `.csv`, `.xlsx` or `.parquet`")]
    ExportFormat { found: String },
    #[error(transparent)]
    Actor(#[from] ActorError),
    #[error(transparent)]
    App(#[from] vigie::server::AppError),
    #[error(transparent)]
    Delivery(#[from] vigie::delivery::DeliveryError),
    #[error(transparent)]
    Channel(#[from] vigie::notify::ChannelFault),
    #[error("no notice `{0}`; `vigie notices list` lists those there are")]
    NoSuchNotice(String),
    #[error("found `{found}`, expected {expected}")]
    RuleArgument { found: String, expected: &'static str },
    #[error("read `{}`", path.display())]
    RuleFile { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Remote(#[from] RemoteFault),
    #[error(
        "`vigie {0}` works on this machine only: leave out `--server`, and the setting `server`"
    )]
    HereOnly(&'static str),
    #[error("who decides on a server is the account of the token: leave out `--by`")]
    ByOnServer,
    #[error("read the token from `{}`", path.display())]
    TokenFile { path: PathBuf, source: std::io::Error },
    #[error("no account is called `{0}`; `vigie accounts list` shows those there are")]
    NoSuchAccount(String),
    #[error(
        "there are accounts already: an administrator opens others, or `vigie accounts add` here"
    )]
    NotFirst,
    #[error("no valid token `{0}`")]
    NoSuchToken(i64),
    #[error("`{argument}`: {fault}")]
    Text { argument: &'static str, fault: String },
    #[error(transparent)]
    Job(#[from] vigie::schedule::JobError),
    #[error("start the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("write the answer")]
    Output(#[from] std::io::Error),
    #[error("write the report to `{}`", path.display())]
    Report { path: PathBuf, source: std::io::Error },
    #[error("write the answer as JSON")]
    Json(#[from] serde_json::Error),
    #[error("write the answer as CSV")]
    Csv(#[from] csv::Error),
}

impl From<TableError> for CliError {
    fn from(error: TableError) -> Self {
        if let TableError::Output(error) = error {
            return Self::Output(error);
        }
        Self::Table(error)
    }
}

impl From<OverBudget> for CliError {
    fn from(over: OverBudget) -> Self {
        Self::OverBudget(over.to_string())
    }
}

impl From<ApplicationError> for CliError {
    fn from(error: ApplicationError) -> Self {
        if let ApplicationError::OverBudget(over) = error {
            return over.into();
        }
        Self::Cycle(error)
    }
}
