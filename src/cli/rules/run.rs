//! Runs the commands of rules.

use std::path::Path;

use chrono::NaiveDate;

use super::args::{OfArgs, RulesCommand};
use super::shelf::{Shelf, tried};
use super::{check, compare, diff, docs, drafts, explain, export, list, new, shelf, test};
use crate::cli::foresight::scorecards::DiffWithScores;
use crate::cli::foresight::{scorecards, sweep};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::Printer;
use crate::cli::output::words::FieldLabels;
use crate::cli::session::Session;
use vigie::application;
use vigie::application::{Backtest, CatalogueTexts, today};
use vigie::client::HttpTransport;
use vigie::domain::rules::draft::DraftStep;
use vigie::server::config::Config;

pub(in crate::cli) async fn run(
    command: &RulesCommand,
    config: &Config,
    printer: &Printer,
    server: Option<HttpTransport>,
) -> Result<Conclusion, CliError> {
    match command {
        RulesCommand::List { of } => {
            let scores = scores_of(*of, config, server.clone()).await?;
            let shelf = Shelf::open(*of, config, printer, server).await?;
            list::run(&shelf, scores.as_ref(), printer)
        }
        RulesCommand::Check { lint_fatal, of } => {
            let shelf = Shelf::open(*of, config, printer, server).await?;
            check::run(*lint_fatal, &shelf, printer)
        }
        RulesCommand::Test(request) => {
            test::run(request, &Shelf::open(request.of, config, printer, server).await?, printer)
        }
        RulesCommand::Docs { out, as_of, of } => {
            let as_of = as_of.unwrap_or_else(|| today(config.clock().now()));
            let scores = scores_of(*of, config, server.clone()).await?;
            let shelf = Shelf::open(*of, config, printer, server).await?;
            docs::run(out.as_deref(), as_of, (&shelf, scores.as_ref()))
        }
        RulesCommand::Export { folder, of } => {
            export::run(folder, &shelf::texts(*of, config, printer, server).await?.texts)
        }
        RulesCommand::Explain { .. }
        | RulesCommand::Sweep { .. }
        | RulesCommand::Diff { .. }
        | RulesCommand::Overrides
        | RulesCommand::Drafts { .. }
        | RulesCommand::New(_)
        | RulesCommand::NewField(_)
        | RulesCommand::Draft(_)
        | RulesCommand::Submit(_)
        | RulesCommand::Return(_)
        | RulesCommand::Withdraw(_)
        | RulesCommand::Publish(_)
        | RulesCommand::Rollback { .. }
        | RulesCommand::Versions { .. }
        | RulesCommand::Compare { .. } => {
            let session = Session::open(config, printer, server).await?;
            let conclusion = run_in_session(command, &session).await;
            session.close().await;
            conclusion
        }
    }
}

async fn run_in_session(
    command: &RulesCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Session { printer, api, .. } = session;
    match command {
        RulesCommand::Explain { rule, subject, as_of, draft, code } => {
            let place = api
                .at(&["rules", rule, "explanation"])
                .with("subject", Some(subject))
                .with("as_of", *as_of)
                .with("draft", *draft);
            let found = tried(api.get(place).await, session)?;
            explain::show(&found, &FieldLabels::read(api).await?, *code, printer)
        }
        RulesCommand::Diff { before: Some(before), after: Some(after), as_of, .. } => {
            diff::show(&diff_folders([before, after], *as_of, session).await?, printer)
        }
        RulesCommand::Diff { draft: Some(draft), as_of, .. } => {
            diff::show(&diff_draft(*draft, *as_of, session).await?, printer)
        }
        RulesCommand::Sweep { threshold, range, values } => {
            let found = api.get(sweep::place(api, threshold, *range, *values)).await;
            sweep::show(&tried(found, session)?, printer)
        }
        RulesCommand::Overrides => {
            compare::show_overrides(&api.whole(api.at(&["overrides"])).await?.value, printer)
        }
        RulesCommand::Drafts { draft: None, all, .. } => {
            drafts::show_list(&api.all(api.at(&["drafts"]).with("all", Some(all))).await?, printer)
        }
        RulesCommand::Drafts { draft: Some(draft), whole, .. } => {
            drafts::show(*draft, *whole, session).await
        }
        RulesCommand::New(request) => new::run(request, session).await,
        RulesCommand::NewField(request) => new::field(request, session).await,
        RulesCommand::Draft(request) => drafts::save(request, session).await,
        RulesCommand::Submit(request) => drafts::step(request, DraftStep::Submitted, api).await,
        RulesCommand::Return(request) => drafts::step(request, DraftStep::Returned, api).await,
        RulesCommand::Withdraw(request) => drafts::step(request, DraftStep::Withdrawn, api).await,
        RulesCommand::Publish(request) => drafts::publish(request, session).await,
        RulesCommand::Rollback { name, to_shipped, reason } => {
            drafts::roll_back(name, *to_shipped, reason, session).await
        }
        RulesCommand::Versions { name } => compare::versions(name, session).await,
        RulesCommand::Compare { name, from: Some(from), to: Some(to) } => {
            let place = api
                .at(&["rules", name, "comparison"])
                .with("from", Some(from.word()))
                .with("to", Some(to.word()));
            compare::show_two(&api.whole(place).await?.value, (*from, *to), printer)
        }
        RulesCommand::Compare { name, .. } => {
            compare::show_three(&api.whole(api.at(&["overrides", name])).await?.value, printer)
        }
        // Answered without a session, or refused by the command line.
        RulesCommand::List { .. }
        | RulesCommand::Check { .. }
        | RulesCommand::Test(_)
        | RulesCommand::Docs { .. }
        | RulesCommand::Export { .. }
        | RulesCommand::Diff { .. } => Ok(Conclusion::Good),
    }
}

/// The scorecards of the rules in force; of no others.
async fn scores_of(
    of: OfArgs,
    config: &Config,
    server: Option<HttpTransport>,
) -> Result<Option<Backtest>, CliError> {
    if of.shipped || of.draft.is_some() {
        return Ok(None);
    }
    scorecards::of_rules(config, server).await
}

/// What a draft would change, with its scorecards.
async fn diff_draft(
    draft: i64,
    as_of: Option<NaiveDate>,
    session: &Session<'_>,
) -> Result<DiffWithScores, CliError> {
    let api = &session.api;
    let place = api.at(&["drafts", &draft.to_string(), "diff"]).with("as_of", as_of);
    let diff = tried(api.get(place).await, session)?;
    // What was judged as of a date is compared with that date alone.
    let scores = match as_of {
        None => scorecards::of_draft(draft, session).await?,
        Some(_) => None,
    };
    Ok(DiffWithScores { diff, scores })
}

/// Both folders are those of this machine.
async fn diff_folders(
    [before, after]: [&Path; 2],
    as_of: Option<NaiveDate>,
    session: &Session<'_>,
) -> Result<DiffWithScores, CliError> {
    let parts = session.database_for("rules diff FOLDER_A FOLDER_B")?;
    let before = CatalogueTexts::read(before).await?;
    let after = CatalogueTexts::read(after).await?;
    let trial = session.config.trials.of_command();
    let folders = (before, after);
    let diff = application::diff(parts, &trial, folders.clone(), as_of).await?;
    let scores = match as_of {
        None => scorecards::of_folders(folders, session).await?,
        Some(_) => None,
    };
    Ok(DiffWithScores { diff, scores })
}
