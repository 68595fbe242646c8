//! `vigie rules`: the catalogue, its faults, the cases that prove it, what it would change, and how it
//! is changed.

mod args;
mod check;
mod compare;
mod diff;
mod docs;
mod drafts;
mod explain;
mod list;
pub(super) mod remote;
mod shelf;
mod test;

use super::outcome::{CliError, Conclusion};
use super::output::print::Printer;
use super::session;
use shelf::Shelf;
use vigie::application;
use vigie::application::{CatalogueTexts, Services, today};
use vigie::domain::ids::DraftNumber;
use vigie::domain::rules::draft::DraftStep;
use vigie::server::config::Config;
use vigie::support::clock::{Clock as _, SystemClock};

pub(crate) use args::RulesCommand;

pub(super) async fn run(
    command: &RulesCommand,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        RulesCommand::List { of } => list::run(&Shelf::open(*of, config).await?, printer),
        RulesCommand::Check { lint_fatal, of } => {
            check::run(*lint_fatal, &Shelf::open(*of, config).await?, printer)
        }
        RulesCommand::Test(request) => {
            test::run(request, &Shelf::open(request.of, config).await?, printer)
        }
        RulesCommand::Docs { out, as_of, of } => {
            let as_of = as_of.unwrap_or_else(|| today(SystemClock.now()));
            docs::run(out.as_deref(), as_of, &Shelf::open(*of, config).await?)
        }
        RulesCommand::Explain { .. }
        | RulesCommand::Diff { .. }
        | RulesCommand::Overrides
        | RulesCommand::Drafts { .. }
        | RulesCommand::Draft(_)
        | RulesCommand::Submit(_)
        | RulesCommand::Return(_)
        | RulesCommand::Withdraw(_)
        | RulesCommand::Publish(_)
        | RulesCommand::Rollback { .. }
        | RulesCommand::Versions { .. }
        | RulesCommand::Compare { .. } => {
            let parts = session::parts(config).await?;
            let conclusion = run_with_store(command, config, &parts, printer).await;
            parts.store.close().await;
            conclusion
        }
    }
}

async fn run_with_store(
    command: &RulesCommand,
    config: &Config,
    parts: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let trial = config.trials.of_command();
    match command {
        RulesCommand::Explain { rule, subject, as_of, draft } => {
            let draft = draft.map(DraftNumber);
            explain::show(
                &application::explain(parts, &trial, (rule, subject), *as_of, draft).await?,
                printer,
            )
        }
        RulesCommand::Diff { before: Some(before), after: Some(after), as_of, .. } => {
            let before = CatalogueTexts::read(before).await?;
            let after = CatalogueTexts::read(after).await?;
            diff::show(&application::diff(parts, &trial, (before, after), *as_of).await?, printer)
        }
        RulesCommand::Diff { draft: Some(draft), as_of, .. } => {
            let found = application::diff_draft(parts, &trial, DraftNumber(*draft), *as_of).await?;
            diff::show(&found, printer)
        }
        RulesCommand::Overrides => compare::overrides(parts, printer).await,
        RulesCommand::Drafts { draft: None, all } => drafts::list(*all, parts, printer).await,
        RulesCommand::Drafts { draft: Some(draft), .. } => {
            drafts::show(DraftNumber(*draft), parts, printer).await
        }
        RulesCommand::Draft(request) => drafts::save(request, config, parts, printer).await,
        RulesCommand::Submit(request) => {
            drafts::step(request, DraftStep::Submitted, config, parts).await
        }
        RulesCommand::Return(request) => {
            drafts::step(request, DraftStep::Returned, config, parts).await
        }
        RulesCommand::Withdraw(request) => {
            drafts::step(request, DraftStep::Withdrawn, config, parts).await
        }
        RulesCommand::Publish(request) => drafts::publish(request, config, parts).await,
        RulesCommand::Rollback { name, to_shipped, reason } => {
            drafts::roll_back(name, *to_shipped, reason, config, parts).await
        }
        RulesCommand::Versions { name } => compare::versions(name, parts, printer).await,
        RulesCommand::Compare { name, from: Some(from), to: Some(to) } => {
            compare::two(name, *from, *to, parts, printer).await
        }
        RulesCommand::Compare { name, .. } => compare::three(name, parts, printer).await,
        // Answered without a store, or refused by the command line.
        RulesCommand::List { .. }
        | RulesCommand::Check { .. }
        | RulesCommand::Test(_)
        | RulesCommand::Docs { .. }
        | RulesCommand::Diff { .. } => Ok(Conclusion::Good),
    }
}
