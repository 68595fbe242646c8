//! Logs, on standard error so that results on standard output stay clean.

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Error)]
pub enum TelemetryError {
    #[error(
        "read the setting `log`: found `{found}`, expected a level or directives such as `info,vigie::cycle=debug`"
    )]
    Filter { found: String, source: tracing_subscriber::filter::ParseError },
    #[error("start the logs")]
    Start(#[from] tracing_subscriber::util::TryInitError),
}

/// `colour` is the caller's to decide: it knows the terminal and `NO_COLOR`.
pub fn start(filter: &str, format: LogFormat, colour: bool) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|source| TelemetryError::Filter { found: filter.to_owned(), source })?;
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Text => registry.with(layer.with_ansi(colour)).try_init()?,
        LogFormat::Json => registry.with(layer.json()).try_init()?,
    }
    Ok(())
}
