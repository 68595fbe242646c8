//! The catalogue that a command of rules asks for, compiled on this machine.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::args::OfArgs;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::Printer;
use crate::cli::session::Session;
use vigie::application::{CatalogueInForce, CatalogueTexts};
use vigie::client::{ApiClient, HttpTransport, RemoteFault};
use vigie::rules::{FileNames, RuleFault};
use vigie::server::config::Config;
use vigie::store::Store;
use vigie::{application, rules};

/// The requested catalogue, and what is wrong with it.
pub(super) struct Shelf {
    pub(super) catalogue: CatalogueInForce,
    pub(super) file_names: FileNames,
}

/// The files of a catalogue, as the API sends them.
#[derive(Deserialize)]
struct CatalogueFiles {
    files: BTreeMap<String, String>,
    /// Older servers send none.
    #[serde(default)]
    names: FileNames,
}

impl Shelf {
    /// Every fault is reported at once, whatever the command goes on to do.
    pub(super) async fn open(
        of: OfArgs,
        config: &Config,
        printer: &Printer,
        server: Option<HttpTransport>,
    ) -> Result<Self, CliError> {
        let shelf = Self::compiled(texts(of, config, printer, server).await?, config)?;
        for fault in &shelf.catalogue.faults {
            print::message(&shelf.file_names.placed(fault.clone()).to_string());
        }
        Ok(shelf)
    }

    /// The catalogue that these texts make.
    pub(super) fn compiled(texts: CatalogueTexts, config: &Config) -> Result<Self, CliError> {
        let CatalogueTexts { texts, file_names, .. } = texts;
        let trial = config.trials.of_command();
        let found = CatalogueInForce::compile(texts, &config.limits, trial.budget());
        trial.budget().check()?;
        Ok(Self { catalogue: found, file_names })
    }

    /// All faults, those of the files of cases included, in files as they are named on disk.
    pub(super) fn faults(&self) -> Vec<RuleFault> {
        self.placed(self.catalogue.faults_with_cases())
    }

    pub(super) fn lints(&self) -> Vec<RuleFault> {
        let CatalogueInForce { catalogue, texts, .. } = &self.catalogue;
        let mut found = rules::lints(catalogue, texts);
        found.extend(rules::to_complete(texts));
        self.placed(found)
    }

    fn placed(&self, faults: Vec<RuleFault>) -> Vec<RuleFault> {
        faults.into_iter().map(|fault| self.file_names.placed(fault)).collect()
    }

    pub(super) fn conclusion(&self) -> Conclusion {
        if self.catalogue.faults.is_empty() { Conclusion::Good } else { Conclusion::Bad }
    }
}

/// The files of the catalogue in force, by path.
pub(in crate::cli) async fn texts_of(
    api: &ApiClient,
) -> Result<BTreeMap<String, String>, RemoteFault> {
    files(OfArgs::default(), api).await
}

/// The texts of the requested catalogue.
pub(super) async fn texts(
    of: OfArgs,
    config: &Config,
    printer: &Printer,
    server: Option<HttpTransport>,
) -> Result<CatalogueTexts, CliError> {
    if server.is_none() && of.draft.is_none() {
        return folder(of, config).await;
    }
    let session = Session::open(config, printer, server).await?;
    let found = catalogue(of, &session.api).await;
    session.close().await;
    let CatalogueFiles { files, names } = found?;
    Ok(CatalogueTexts { name: String::new(), texts: files, file_names: names })
}

/// The files of a catalogue, by path.
pub(super) async fn files(
    of: OfArgs,
    api: &ApiClient,
) -> Result<BTreeMap<String, String>, RemoteFault> {
    Ok(catalogue(of, api).await?.files)
}

async fn catalogue(of: OfArgs, api: &ApiClient) -> Result<CatalogueFiles, RemoteFault> {
    let place =
        api.at(&["catalogue"]).with("draft", of.draft).with("shipped", of.shipped.then_some(true));
    api.get(place).await
}

/// The folder of rules, with what was published over it. Where there is no database, none is made.
async fn folder(of: OfArgs, config: &Config) -> Result<CatalogueTexts, CliError> {
    if of.shipped {
        return Ok(CatalogueTexts::read(&config.rules).await?);
    }
    let store = Store::open_existing(&config.database_url).await?;
    let source = application::source(&config.rules, store.as_ref()).await;
    if let Some(store) = store {
        store.close().await;
    }
    Ok(source?.in_force())
}

/// What a trial of rules gave. One that this machine refused for its size is told with the settings that bound it.
pub(super) fn tried<T>(
    outcome: Result<T, RemoteFault>,
    session: &Session<'_>,
) -> Result<T, CliError> {
    outcome.map_err(|fault| {
        if let RemoteFault::Refused(refusal) = &fault
            && session.database().is_some()
            && refusal.kind() == "out-of-bounds"
        {
            return CliError::OverBudget(refusal.problem.detail.clone());
        }
        fault.into()
    })
}
