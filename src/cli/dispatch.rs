//! Runs the command that was asked for, and turns what it comes to into an exit code.

use std::process::ExitCode;

use clap::Parser;

use super::args::{Args, Command};
use super::operation::cycle::CyclesCommand;
use super::outcome::{CliError, Conclusion};
use super::output::print;
use super::output::print::Printer;
use super::session::Session;
use super::{
    accounts, decisions, documents, foresight, language, operation, portfolio, questionnaire,
    remote, rules,
};
use vigie::client::HttpTransport;
use vigie::server::config::Config;
use vigie::server::{config, telemetry};
use vigie::store::fault_behind;

/// The exit code of `promtool` for lints that are fatal.
const LINTED: u8 = 3;

const WRONG_USAGE: u8 = 2;

pub(crate) fn run() -> ExitCode {
    let parsed = Args::try_parse();
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    language::settle(parsed.as_ref().map_or_else(|_| language::requested(words), |args| args.lang));
    let args = match parsed {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    match conclude(&args) {
        Ok(Conclusion::Good) => ExitCode::SUCCESS,
        Ok(Conclusion::Bad) => ExitCode::FAILURE,
        Ok(Conclusion::Linted) => ExitCode::from(LINTED),
        // A reader that has read enough, such as `head`, is no fault.
        Err(error) if error.is_closed_output() => ExitCode::SUCCESS,
        Err(error) => {
            print::fault(&error);
            ExitCode::FAILURE
        }
    }
}

/// Shows the requested help, or what is wrong with the arguments.
fn usage(error: &clap::Error) -> ExitCode {
    let is_fault = error.use_stderr();
    print::usage(&language::explain(error), is_fault);
    if is_fault { ExitCode::from(WRONG_USAGE) } else { ExitCode::SUCCESS }
}

fn conclude(args: &Args) -> Result<Conclusion, CliError> {
    let mut config = config::load(args.config.as_deref())?;
    if let Some(name) = &args.by {
        config.actor.clone_from(name);
    }
    if args.format.is_of_documents() && !matches!(args.command, Command::Document { .. }) {
        return Err(CliError::NoDocument { found: args.format.word() });
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
        print::message(&fault.to_string());
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
        Command::Database { command } => operation::database::run(command, config, printer).await,
        Command::Dictionary { words } => rules::dictionary(words, config, printer, server).await,
        Command::Healthcheck => operation::healthcheck::run(config).await,
        Command::Manual { folder } => operation::manual::write(folder),
        Command::Completions { shell } => operation::manual::complete(*shell),
        Command::Judge(request) => portfolio::judge::run(request, config),
        Command::Restore(request) => operation::restore::run(request, config, printer).await,
        Command::Rules { command } => rules::run(command, config, printer, server).await,
        Command::Serve => operation::serve::run(config).await,
        Command::Import(_)
        | Command::Imports { .. }
        | Command::Profiles { .. }
        | Command::Names { .. }
        | Command::Cycle(_)
        | Command::Cycles { .. }
        | Command::Accounts { .. }
        | Command::Tokens { .. }
        | Command::Audit { .. }
        | Command::Notices { .. }
        | Command::Receivers { .. }
        | Command::Recipients { .. }
        | Command::Coverage { .. }
        | Command::Attention { .. }
        | Command::NearMisses(_)
        | Command::Backtest(_)
        | Command::Export(_)
        | Command::Document { .. }
        | Command::Jobs { .. }
        | Command::Replay { .. }
        | Command::Panorama { .. }
        | Command::Forecast(_)
        | Command::Project { .. }
        | Command::Projects(_)
        | Command::Campaigns { .. }
        | Command::Questionnaire { .. }
        | Command::Lists { .. }
        | Command::Editions { .. }
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
        Command::Recipients { ministry, as_of } => {
            decisions::notices::recipients::run(ministry.as_deref(), *as_of, session).await
        }
        Command::Accounts { command } => accounts::run(command, session).await,
        Command::Tokens { command } => accounts::tokens(command, session).await,
        Command::Audit { command } => operation::audit::run(command, session).await,
        Command::Import(request) => portfolio::import::run(request, session).await,
        Command::Imports { command } => portfolio::imports::run(command.as_ref(), session).await,
        Command::Profiles { command } => portfolio::profiles::run(command, session).await,
        Command::Names { command } => portfolio::names::run(command, session).await,
        Command::Cycle(request) => operation::cycle::run(request, session).await,
        Command::Coverage { per, cycle } => portfolio::coverage::run(*per, *cycle, session).await,
        Command::Attention { as_of, first } => {
            foresight::attention::run(*as_of, *first, session).await
        }
        Command::NearMisses(request) => foresight::near_misses::run(request, session).await,
        Command::Backtest(request) => foresight::backtest::run(request, session).await,
        Command::Cycles { command: None } => operation::cycle::list(session).await,
        Command::Cycles { command: Some(CyclesCommand::Void { cycle, reason }) } => {
            operation::cycle::void(*cycle, reason, session).await
        }
        Command::Document { command } => documents::run(command, session).await,
        Command::Export(request) => portfolio::export::run(request, session).await,
        Command::Campaigns { command } => questionnaire::campaigns::run(command, session).await,
        Command::Questionnaire { command } => questionnaire::run(command, session).await,
        Command::Jobs { command } => operation::jobs::run(command, session).await,
        Command::Replay { cycle } => operation::replay::run(*cycle, session).await,
        Command::Panorama { as_of } => portfolio::panorama::run(*as_of, session).await,
        Command::Forecast(request) => foresight::forecast::run(request, session).await,
        Command::Project { name, timeline: true, .. } => {
            portfolio::timeline::run(name, session).await
        }
        Command::Project { name, as_of, .. } => {
            portfolio::project::run(name, *as_of, session).await
        }
        Command::Projects(request) => portfolio::projects::run(request, session).await,
        Command::Lists { list } => portfolio::lists::watched(*list, session).await,
        Command::Editions { command } => portfolio::editions::run(command, session).await,
        Command::Alerts(request) => decisions::alerts::run(request, session).await,
        Command::Reviews { command } => decisions::reviews::run(command, session).await,
        Command::Missions(request) => decisions::missions::run(request, session).await,
        // Those that need no session were answered before one was opened.
        Command::Config { .. }
        | Command::Database { .. }
        | Command::Dictionary { .. }
        | Command::Healthcheck
        | Command::Manual { .. }
        | Command::Completions { .. }
        | Command::Judge(_)
        | Command::Restore(_)
        | Command::Rules { .. }
        | Command::Serve => Ok(Conclusion::Good),
    }
}
