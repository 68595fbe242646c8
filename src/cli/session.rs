//! What a command works with: the API, answered by a server or by this process over the opened database.

use super::outcome::CliError;
use super::output::print::Printer;
use vigie::application::Services;
use vigie::client::{ApiClient, HttpTransport};
use vigie::server::InProcess;
use vigie::server::config::Config;

pub(super) struct Session<'a> {
    pub(super) config: &'a Config,
    pub(super) printer: &'a Printer,
    pub(super) api: ApiClient,
    /// `None` when a server answers.
    database: Option<Services>,
}

impl<'a> Session<'a> {
    /// A session with `server`, or else over the database of this machine, which is opened.
    pub(super) async fn open(
        config: &'a Config,
        printer: &'a Printer,
        server: Option<HttpTransport>,
    ) -> Result<Self, CliError> {
        if let Some(server) = server {
            return Ok(Self { config, printer, api: ApiClient::new(server), database: None });
        }
        let services = config.services(config.clock()).await?;
        let api = match InProcess::open(config, services.clone()).await {
            Ok(application) => ApiClient::new(application),
            Err(fault) => {
                services.store.close().await;
                return Err(fault.into());
            }
        };
        Ok(Self { config, printer, api, database: Some(services) })
    }

    /// The database of this machine; `None` when a server answers.
    pub(super) fn database(&self) -> Option<&Services> {
        self.database.as_ref()
    }

    /// The database, for the command `name`, which a server does not take.
    pub(super) fn database_for(&self, name: &'static str) -> Result<&Services, CliError> {
        self.database().ok_or(CliError::HereOnly(name))
    }

    /// Closes the database, so that everything is in its one file when the command ends.
    pub(super) async fn close(self) {
        if let Some(services) = self.database {
            drop(self.api);
            services.store.close().await;
        }
    }
}
