//! The settings: defaults, then the file, then the environment. The only reader of either.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use figment::Figment;
use figment::providers::Env;
use figment::providers::Format;
use figment::providers::Serialized;
use figment::providers::Toml;
use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::api;
use crate::api::Cookies;
use crate::api::SignIn;
use crate::app::telemetry::LogFormat;
use crate::clock::Clock;
use crate::cycle::TrialSettings;
use crate::domain::secret::Secret;
use crate::domain::silence::SilenceTerms;
use crate::missions;
use crate::notify;
use crate::notify::CalendarSettings;
use crate::notify::MailSettings;
use crate::notify::OutboxSettings;
use crate::notify::TchapSettings;
use crate::notify::WebhookSettings;
use crate::rules::Limits;
use crate::schedule::BackupSettings;
use crate::schedule::HousekeepingSettings;
use crate::schedule::ImportSettings;
use crate::schedule::Schedule;
use crate::sign_in;
use crate::sign_in::Provider;
use crate::sign_in::SettingFault;
use crate::store::Credential;

/// Read when no file is named and this one is there.
pub const DEFAULT_FILE: &str = "vigie.toml";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub database_url: String,
    pub listen: String,
    pub rules: PathBuf,
    pub aliases: PathBuf,
    /// Empty when there is none.
    pub profiles: PathBuf,
    /// Who decides when a command does not say; empty for nobody.
    pub actor: String,
    /// The server that commands are answered by; empty for the database of this machine.
    pub server: String,
    pub token: Secret,
    /// Empty for none.
    pub token_file: PathBuf,
    pub missions: missions::Settings,
    pub log: String,
    pub log_format: LogFormat,
    /// Address of Vigie for its readers; empty when they have none.
    pub public_url: String,
    pub api: api::Settings,
    pub webhooks: Vec<WebhookSettings>,
    pub schedule: Schedule,
    pub outbox: OutboxSettings,
    pub mail: MailSettings,
    pub tchap: TchapSettings,
    pub calendar: CalendarSettings,
    pub sign_in: sign_in::Settings,
    pub import: ImportSettings,
    pub backup: BackupSettings,
    pub housekeeping: HousekeepingSettings,
    pub silences: SilenceTerms,
    pub limits: Limits,
    pub trials: TrialSettings,
}

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("no settings file at `{path}`; leave `--config` out to use the defaults")]
    NoFile { path: PathBuf },
    #[error("read the settings: {0}")]
    Invalid(#[source] Box<figment::Error>),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite://data/vigie.db".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            rules: PathBuf::from("rules"),
            aliases: PathBuf::from("aliases.toml"),
            profiles: PathBuf::new(),
            actor: String::new(),
            server: String::new(),
            token: Secret::default(),
            token_file: PathBuf::new(),
            missions: missions::Settings::default(),
            log: "warn".to_owned(),
            log_format: LogFormat::Text,
            public_url: String::new(),
            api: api::Settings::default(),
            webhooks: vec![],
            schedule: Schedule::default(),
            outbox: OutboxSettings::default(),
            mail: MailSettings::default(),
            tchap: TchapSettings::default(),
            calendar: CalendarSettings::default(),
            sign_in: sign_in::Settings::default(),
            import: ImportSettings::default(),
            backup: BackupSettings::default(),
            housekeeping: HousekeepingSettings::default(),
            silences: SilenceTerms::default(),
            limits: Limits::default(),
            trials: TrialSettings::default(),
        }
    }
}

impl Config {
    /// Where notices go and when.
    pub fn notify(&self) -> notify::Settings {
        notify::Settings {
            public_url: self.public_url.trim_end_matches('/').to_owned(),
            outbox: self.outbox.clone(),
            mail: self.mail.clone(),
            webhooks: self.webhooks.clone(),
            tchap: self.tchap.clone(),
            calendar: self.calendar.clone(),
        }
    }
}

impl Config {
    /// Who proves who people are, if anybody does.
    pub fn provider(&self, clock: Arc<dyn Clock>) -> Result<Option<Provider>, SettingFault> {
        Provider::new(&self.sign_in, &self.public_url, clock)
    }

    /// How people sign in, and whom refusals tell them to ask; `key` signs their cookies.
    pub fn sign_in(&self, clock: Arc<dyn Clock>, key: Credential) -> Result<SignIn, SettingFault> {
        let contact = match self.sign_in.contact.as_str() {
            "" => self.mail.contact.clone(),
            named => named.to_owned(),
        };
        Ok(SignIn {
            provider: self.provider(clock)?,
            contact,
            cookies: Cookies {
                secure: self.public_url.starts_with("https://"),
                hours: self.sign_in.session_hours,
                key,
            },
        })
    }
}

/// A file that was asked for must exist; without one, `vigie.toml` is read where it stands.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let mut settings = Figment::from(Serialized::defaults(Config::default()));
    match file {
        Some(path) if !path.is_file() => {
            return Err(ConfigError::NoFile { path: path.to_owned() });
        }
        Some(path) => settings = settings.merge(Toml::file_exact(path)),
        None if Path::new(DEFAULT_FILE).is_file() => {
            settings = settings.merge(Toml::file_exact(DEFAULT_FILE));
        }
        None => {}
    }
    settings
        .merge(Env::prefixed("VIGIE_").split("__"))
        .extract()
        .map_err(|error| ConfigError::Invalid(Box::new(error)))
}
