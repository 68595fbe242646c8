//! The catalogue that a command of rules asks for, compiled on this machine.

use std::collections::BTreeMap;

use super::args::OfArgs;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::session;
use vigie::application;
use vigie::application::{CatalogueInForce, CatalogueTexts};
use vigie::domain::ids::DraftNumber;
use vigie::server::config::Config;
use vigie::store::Store;

/// The requested catalogue, and what is wrong with it.
pub(super) struct Shelf(pub(super) CatalogueInForce);

impl Shelf {
    /// Every fault is reported at once, whatever the command goes on to do. Without a database there is
    /// nothing but the folder.
    pub(super) async fn open(of: OfArgs, config: &Config) -> Result<Self, CliError> {
        let texts = if let Some(number) = of.draft {
            let parts = session::parts(config).await?;
            let found = application::with_draft(&parts, DraftNumber(number)).await;
            parts.store.close().await;
            found?.1.texts
        } else if of.shipped {
            CatalogueTexts::read(&config.rules).await?.texts
        } else {
            let store = Store::open_existing(&config.database_url).await?;
            let source = application::source(&config.rules, store.as_ref()).await;
            if let Some(store) = store {
                store.close().await;
            }
            source?.texts()
        };
        Self::of(texts, config)
    }

    pub(super) fn of(texts: BTreeMap<String, String>, config: &Config) -> Result<Self, CliError> {
        let trial = config.trials.of_command();
        let found = CatalogueInForce::compile(texts, &config.limits, trial.budget());
        trial.budget().check()?;
        for fault in &found.faults {
            print::message(&fault.to_string());
        }
        Ok(Self(found))
    }

    pub(super) fn conclusion(&self) -> Conclusion {
        if self.0.faults.is_empty() { Conclusion::Good } else { Conclusion::Bad }
    }
}
