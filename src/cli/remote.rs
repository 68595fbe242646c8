//! Commands that a server answers in place of the database of this machine, in the same words.

use std::path::Path;

use vigie::app::config::Config;
use vigie::client::PlainHttp;
use vigie::client::Remote;
use vigie::domain::secret::Secret;

use super::CliError;
use super::Conclusion;
use super::accounts;
use super::alerts;
use super::args::Args;
use super::args::Command;
use super::args::CyclesCommand;
use super::audit;
use super::coverage;
use super::cycle;
use super::cycle_remote;
use super::export;
use super::import;
use super::jobs;
use super::lists;
use super::missions;
use super::notices;
use super::panorama;
use super::print::Printer;
use super::project;
use super::projects;
use super::reviews;
use super::rules;
use super::settings;
use super::timeline;

/// The server that was asked for, if one was.
pub(super) fn open(args: &Args, config: &Config) -> Result<Option<Remote>, CliError> {
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
    Ok(Some(Remote::open(server, token(args, config)?, plain)?))
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

/// Commands about this machine, by name.
fn here_only(command: &Command) -> Option<&'static str> {
    match command {
        Command::Serve => Some("serve"),
        Command::Healthcheck => Some("healthcheck"),
        Command::Restore(_) => Some("restore"),
        Command::Judge(_) => Some("judge"),
        Command::Accounts { .. }
        | Command::Alerts(_)
        | Command::Audit { .. }
        | Command::Config { .. }
        | Command::Coverage { .. }
        | Command::Cycle(_)
        | Command::Cycles { .. }
        | Command::Dictionary
        | Command::Export(_)
        | Command::Import(_)
        | Command::Imports
        | Command::Jobs { .. }
        | Command::Missions(_)
        | Command::Notices { .. }
        | Command::Panorama { .. }
        | Command::Project { .. }
        | Command::Projects { .. }
        | Command::Receivers { .. }
        | Command::Replay { .. }
        | Command::Reviews { .. }
        | Command::Rules { .. }
        | Command::Tokens { .. } => None,
    }
}

pub(super) async fn dispatch(
    command: &Command,
    config: &Config,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        // The settings are those of whoever asks.
        Command::Config { command } => settings::run(*command, config, printer),
        Command::Accounts { command } => accounts::remote::run(command, remote, printer).await,
        Command::Tokens { command } => accounts::remote::tokens(command, remote, printer).await,
        Command::Alerts(request) => alerts::remote::run(request, remote, printer).await,
        Command::Audit { command } => audit::ask(command, remote, printer).await,
        Command::Coverage { per, cycle } => coverage::ask(*per, *cycle, remote, printer).await,
        Command::Cycle(request) => cycle_remote::run(request, remote, printer).await,
        Command::Cycles { command: None } => cycle::ask_list(remote, printer).await,
        Command::Cycles { command: Some(CyclesCommand::Void { cycle, reason }) } => {
            cycle_remote::void(*cycle, reason, remote, printer).await
        }
        Command::Dictionary => lists::ask_dictionary(remote, printer).await,
        Command::Export(request) => export::ask(request, remote).await,
        Command::Import(request) => import::ask(request, remote, printer).await,
        Command::Imports => lists::ask_imports(remote, printer).await,
        Command::Jobs { command } => jobs::ask(command, remote, printer).await,
        Command::Missions(request) => missions::remote::run(request, remote, printer).await,
        Command::Notices { command } => notices::remote::run(command, remote, printer).await,
        Command::Receivers { command } => {
            notices::remote::receivers(command, remote, printer).await
        }
        Command::Panorama { as_of } => panorama::ask(*as_of, remote, printer).await,
        Command::Project { name, timeline: true, .. } => timeline::ask(name, remote, printer).await,
        Command::Project { name, as_of, .. } => project::ask(name, *as_of, remote, printer).await,
        Command::Projects { command } => projects::ask(command, remote, printer).await,
        Command::Replay { cycle } => cycle_remote::replay(*cycle, remote, printer).await,
        Command::Reviews { command } => reviews::remote::run(command, remote, printer).await,
        Command::Rules { command } => rules::remote::run(command, config, remote, printer).await,
        Command::Healthcheck | Command::Judge(_) | Command::Restore(_) | Command::Serve => {
            Err(CliError::HereOnly(here_only(command).unwrap_or_default()))
        }
    }
}
