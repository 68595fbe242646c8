//! The command line: results on standard output, messages on standard error, exit codes 0 (done),
//! 1 (refused, or not as it should be), 2 (wrong usage) and 3 (remarks that count as failures on request).

mod accounts;
mod args;
mod decisions;
mod operation;
mod output;
mod portfolio;
mod remote;
mod rules;
mod session;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use thiserror::Error;

use args::{Args, Command, CyclesCommand};
use output::print::Printer;
use session::{Session, parts};
use vigie::application::{ApplicationError, Services, TableError};
use vigie::client::{ApiClient, HttpTransport, RemoteFault};
use vigie::domain::accounts::audit::{ActionContext, Actor, ActorError};
use vigie::rules::OverBudget;
use vigie::server::config::Config;
use vigie::server::{config, telemetry};
use vigie::store::fault_behind;

/// The exit code of `promtool` for lints that are fatal.
const LINTED: u8 = 3;

/// What a command came to, when nothing broke down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conclusion {
    Good,
    /// The command did its work, and what it checked is not as it should be.
    Bad,
    /// Nothing is at fault, yet there are remarks and they count as failures on request.
    Linted,
}

#[derive(Debug, Error)]
enum CliError {
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
    OverBudget(#[from] OverBudget),
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

impl From<ApplicationError> for CliError {
    fn from(error: ApplicationError) -> Self {
        if let ApplicationError::OverBudget(over) = error {
            return Self::OverBudget(over);
        }
        Self::Cycle(error)
    }
}

pub(crate) fn run() -> ExitCode {
    let args = Args::parse();
    match conclude(&args) {
        Ok(Conclusion::Good) => ExitCode::SUCCESS,
        Ok(Conclusion::Bad) => ExitCode::FAILURE,
        Ok(Conclusion::Linted) => ExitCode::from(LINTED),
        // A reader that has read enough, such as `head`, is no fault.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::print::fault(&error);
            ExitCode::FAILURE
        }
    }
}

fn conclude(args: &Args) -> Result<Conclusion, CliError> {
    let mut config = config::load(args.config.as_deref())?;
    if let Some(name) = &args.by {
        config.actor.clone_from(name);
    }
    telemetry::start(&config.log, config.log_format, console::colors_enabled_stderr())?;
    let printer = Printer::new(args.format);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    let server = remote::open(args, &config)?;
    let concluded = runtime.block_on(dispatch(&args.command, &config, server, &printer));
    if let Err(error) = &concluded
        && let Some(fault) = fault_behind(error, &config.database_url)
    {
        output::print::message(&fault.to_string());
    }
    concluded
}

async fn dispatch(
    command: &Command,
    config: &Config,
    server: Option<HttpTransport>,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        Command::Config { command } => operation::settings::run(*command, config, printer),
        Command::Dictionary => output::lists::dictionary(server, printer).await,
        Command::Healthcheck => operation::healthcheck::run(config).await,
        Command::Judge(request) => portfolio::judge::run(request, config),
        Command::Restore(request) => operation::restore::run(request, config, printer).await,
        Command::Rules { command } => match server {
            Some(server) => {
                rules::remote::run(command, config, &ApiClient::new(server), printer).await
            }
            None => rules::run(command, config, printer).await,
        },
        Command::Serve => operation::serve::run(config).await,
        Command::Import(_)
        | Command::Imports
        | Command::Cycle(_)
        | Command::Cycles { .. }
        | Command::Accounts { .. }
        | Command::Tokens { .. }
        | Command::Audit { .. }
        | Command::Notices { .. }
        | Command::Receivers { .. }
        | Command::Coverage { .. }
        | Command::Export(_)
        | Command::Jobs { .. }
        | Command::Replay { .. }
        | Command::Panorama { .. }
        | Command::Project { .. }
        | Command::Projects { .. }
        | Command::Alerts(_)
        | Command::Missions(_)
        | Command::Reviews { .. } => {
            let session = Session::open(config, printer, server).await?;
            let conclusion = dispatch_in_session(command, &session).await;
            session.close().await;
            conclusion
        }
    }
}

async fn dispatch_in_session(
    command: &Command,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match command {
        Command::Notices { command } => decisions::notices::run(command, session).await,
        Command::Receivers { command } => decisions::notices::receivers(command, session).await,
        Command::Accounts { command } => accounts::run(command, session).await,
        Command::Tokens { command } => accounts::tokens(command, session).await,
        Command::Audit { command } => operation::audit::run(command, session).await,
        Command::Import(request) => portfolio::import::run(request, session).await,
        Command::Imports => output::lists::imports(session).await,
        Command::Cycle(request) => operation::cycle::run(request, session).await,
        Command::Coverage { per, cycle } => portfolio::coverage::run(*per, *cycle, session).await,
        Command::Cycles { command: None } => operation::cycle::list(session).await,
        Command::Cycles { command: Some(CyclesCommand::Void { cycle, reason }) } => {
            operation::cycle::void(*cycle, reason, session).await
        }
        Command::Export(request) => portfolio::export::run(request, session).await,
        Command::Jobs { command } => operation::jobs::run(command, session).await,
        Command::Replay { cycle } => operation::cycle::replay(*cycle, session).await,
        Command::Panorama { as_of } => portfolio::panorama::run(*as_of, session).await,
        Command::Project { name, timeline: true, .. } => {
            portfolio::timeline::run(name, session).await
        }
        Command::Project { name, as_of, .. } => {
            portfolio::project::run(name, *as_of, session).await
        }
        Command::Projects { command } => portfolio::projects::run(command, session).await,
        Command::Alerts(request) => decisions::alerts::run(request, session).await,
        Command::Reviews { command } => decisions::reviews::run(command, session).await,
        Command::Missions(request) => decisions::missions::run(request, session).await,
        // Those that need no session were answered before one was opened.
        Command::Config { .. }
        | Command::Dictionary
        | Command::Healthcheck
        | Command::Judge(_)
        | Command::Restore(_)
        | Command::Rules { .. }
        | Command::Serve => Ok(Conclusion::Good),
    }
}

/// Whether what was looked for is not there.
fn is_not_found(fault: &RemoteFault) -> bool {
    matches!(fault, RemoteFault::Refused(refusal) if refusal.kind() == "not-found")
}

/// The person who runs the command next to the database, whose name nobody proved.
///
/// # Errors
/// When no person is named.
fn person(config: &Config) -> Result<Actor, ActorError> {
    Actor::person(&config.actor)?;
    Actor::local(&config.actor)
}

/// The same person, or Vigie itself when nobody is named.
fn anybody(config: &Config) -> Actor {
    Actor::local(&config.actor).unwrap_or_else(|_| Actor::local_vigie())
}

/// What a person does now, for a reason. Nothing is decided by nobody.
fn act(config: &Config, parts: &Services, reason: &str) -> Result<ActionContext, CliError> {
    let actor = person(config)?;
    Ok(ActionContext { actor, at: parts.clock.now(), reason: reason.to_owned() })
}
