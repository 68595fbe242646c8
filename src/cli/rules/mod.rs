//! `vigie rules`: the catalogue, its faults, the cases that prove it, and what it would change.

mod beside;
mod check;
mod diff;
mod docs;
mod explain;
mod list;
mod test;

use std::collections::BTreeMap;

use vigie::app::config::Config;
use vigie::clock::Clock as _;
use vigie::clock::SystemClock;
use vigie::cycle::CycleError;
use vigie::cycle::today;
use vigie::rules;
use vigie::rules::Catalogue;
use vigie::rules::RuleFault;

use super::CliError;
use super::Conclusion;
use super::args::RulesCommand;
use super::print;
use super::print::Printer;

/// The catalogue as it lies on disk, and what is wrong with it.
struct Shelf {
    texts: BTreeMap<String, String>,
    catalogue: Catalogue,
    faults: Vec<RuleFault>,
}

impl Shelf {
    /// Every fault is told at once, whatever the command goes on to do.
    fn open(config: &Config) -> Result<Self, CliError> {
        let texts = rules::read_folder(&config.rules).map_err(CycleError::from)?;
        let (catalogue, mut faults) = rules::compile(&texts, &config.limits);
        faults.extend(beside::faults(&texts, &catalogue));
        for fault in &faults {
            print::message(&fault.to_string());
        }
        Ok(Self { texts, catalogue, faults })
    }

    fn conclusion(&self) -> Conclusion {
        if self.faults.is_empty() { Conclusion::Good } else { Conclusion::Bad }
    }
}

pub(super) async fn run(
    command: &RulesCommand,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        RulesCommand::List => list::run(&Shelf::open(config)?, printer),
        RulesCommand::Check { lint_fatal } => {
            check::run(*lint_fatal, &Shelf::open(config)?, printer)
        }
        RulesCommand::Test(request) => test::run(request, &Shelf::open(config)?, printer),
        RulesCommand::Docs { out, as_of } => {
            let as_of = as_of.unwrap_or_else(|| today(SystemClock.now()));
            docs::run(out.as_deref(), as_of, &Shelf::open(config)?)
        }
        RulesCommand::Explain { rule, subject, as_of } => {
            let parts = super::parts(config).await?;
            let told = vigie::cycle::explain(&parts, rule, subject, *as_of).await;
            parts.store.close().await;
            explain::show(&told?, printer)
        }
        RulesCommand::Diff { before, after, as_of } => {
            let parts = super::parts(config).await?;
            let found = vigie::cycle::diff(&parts, before, after, *as_of).await;
            parts.store.close().await;
            diff::show(&found?, printer)
        }
    }
}
