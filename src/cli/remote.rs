//! The server that a command calls in place of the database of this machine.

use std::path::Path;

use super::args::{Args, Command};
use super::outcome::CliError;
use vigie::client::{HttpTransport, PlainHttp};
use vigie::server::config::Config;
use vigie::support::secret::Secret;

/// The connection to the server that the command line or the settings name; `None` when none is named.
pub(super) fn open(args: &Args, config: &Config) -> Result<Option<HttpTransport>, CliError> {
    let server = args.server.as_ref().unwrap_or(&config.server);
    if server.is_empty() {
        return Ok(None);
    }
    if let Some(alone) = here_only(&args.command) {
        return Err(CliError::HereOnly(alone));
    }
    if args.by.is_some() {
        return Err(CliError::ByOnServer);
    }
    let plain = if args.insecure_http { PlainHttp::Accepted } else { PlainHttp::Loopback };
    Ok(Some(HttpTransport::open(server, token(args, config)?, plain)?))
}

fn token(args: &Args, config: &Config) -> Result<Secret, CliError> {
    let named = args.token_file.as_deref();
    match (named, config.token_file.as_path()) {
        (Some(file), _) => read(file),
        (None, file) if config.token.is_empty() && !file.as_os_str().is_empty() => read(file),
        (None, _) => Ok(config.token.clone()),
    }
}

fn read(file: &Path) -> Result<Secret, CliError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| CliError::TokenFile { path: file.to_owned(), source })?;
    Ok(Secret::new(text.trim()))
}

/// The name of a command that is about this machine alone.
fn here_only(command: &Command) -> Option<&'static str> {
    match command {
        Command::Serve => Some("serve"),
        Command::Healthcheck => Some("healthcheck"),
        Command::Database { .. } => Some("database"),
        Command::Restore(_) => Some("restore"),
        Command::Judge(_) => Some("judge"),
        Command::Accounts { .. }
        | Command::Alerts(_)
        | Command::Audit { .. }
        | Command::Config { .. }
        | Command::Manual { .. }
        | Command::Completions { .. }
        | Command::Coverage { .. }
        | Command::Attention { .. }
        | Command::NearMisses(_)
        | Command::Backtest(_)
        | Command::Cycle(_)
        | Command::Cycles { .. }
        | Command::Dictionary { .. }
        | Command::Document { .. }
        | Command::Export(_)
        | Command::Import(_)
        | Command::Imports { .. }
        | Command::Profiles { .. }
        | Command::Names { .. }
        | Command::Jobs { .. }
        | Command::Missions(_)
        | Command::Notices { .. }
        | Command::Forecast(_)
        | Command::Panorama { .. }
        | Command::Project { .. }
        | Command::Projects(_)
        | Command::Campaigns { .. }
        | Command::Questionnaire { .. }
        | Command::Lists { .. }
        | Command::Editions { .. }
        | Command::Receivers { .. }
        | Command::Recipients { .. }
        | Command::Replay { .. }
        | Command::Reviews { .. }
        | Command::Rules { .. }
        | Command::Tokens { .. } => None,
    }
}
