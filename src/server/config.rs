//! The settings: defaults, overridden by the settings file, overridden by environment variables. Nothing else reads them.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use figment::Figment;
use figment::providers::{Env, Serialized};
use figment::value::Value;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::settings_fault::SettingsFault;
use super::telemetry::LogFormat;
use crate::api::{Cookies, SignIn};
use crate::application::{
    DigestDocuments, DocumentFormat, DocumentSettings, Services, TrialSettings,
};
use crate::auth::{Provider, SettingFault};
use crate::decisions::missions;
use crate::domain::alerts::silence::SilenceTerms;
use crate::domain::plausible;
use crate::notify::{
    CalendarSettings, MailSettings, OutboxSettings, TchapSettings, WebhookSettings,
};
use crate::rules::ScriptLimits;
use crate::schedule::{BackupSettings, HousekeepingSettings, ImportSettings, Schedule};
use crate::store::{Credential, Store, StoreError};
use crate::support::clock::{Clock, ShiftedClock, SystemClock};
use crate::support::redaction;
use crate::support::secret::Secret;
use crate::{api, auth, notify, store, web};

/// Settings file that is read if none is given and it exists.
pub const DEFAULT_FILE: &str = "vigie.toml";

/// The settings of a machine on which Vigie is installed as a package.
const SYSTEM_FILE: &str = "/etc/vigie/vigie.toml";

/// The settings. `Debug` shows them as they are serialized: without secrets, including those in addresses.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(serialize_with = "redaction::serialize_database")]
    pub database_url: String,
    pub listen: String,
    pub rules: PathBuf,
    pub aliases: PathBuf,
    /// Folder of additional import profiles; empty if there is none.
    pub profiles: PathBuf,
    /// Person on whose behalf commands act, unless they name one; empty if there is none.
    pub actor: String,
    /// Address of the server that commands use; empty to use the database of this machine.
    #[serde(serialize_with = "redaction::serialize_url")]
    pub server: String,
    /// Day on which commands and the service start, instead of today; empty for today.
    pub demonstration_date: String,
    pub token: Secret,
    /// File that contains the token; empty if there is none.
    pub token_file: PathBuf,
    pub missions: missions::MissionSettings,
    pub log: String,
    pub log_format: LogFormat,
    /// Public address of Vigie; empty if there is none.
    #[serde(serialize_with = "redaction::serialize_url")]
    pub public_url: String,
    pub api: api::ApiSettings,
    pub web: web::WebSettings,
    pub webhooks: Vec<WebhookSettings>,
    pub schedule: Schedule,
    pub outbox: OutboxSettings,
    pub mail: MailSettings,
    pub tchap: TchapSettings,
    pub calendar: CalendarSettings,
    pub sign_in: auth::SignInSettings,
    pub import: ImportSettings,
    pub backup: BackupSettings,
    pub housekeeping: HousekeepingSettings,
    pub silences: SilenceTerms,
    pub publication: PublicationSettings,
    pub limits: ScriptLimits,
    pub trials: TrialSettings,
    pub documents: DocumentSettings,
}

/// Who may publish rules, and from where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationSettings {
    /// Refuse to publish and to roll back rules on the local command line, where there is no authentication.
    pub over_http_only: bool,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redaction::debug_as_serialized(self, f)
    }
}

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("no settings file at `{path}`; leave `--config` out to use the defaults")]
    NoFile { path: PathBuf },
    #[error("read the settings file `{path}`")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("read the settings file `{path}`: {fault}")]
    Syntax { path: PathBuf, fault: SettingsFault },
    #[error("read the settings: {0}")]
    Invalid(SettingsFault),
    #[error("read the setting `demonstration_date`: found `{found}`, expected {expected}")]
    DemonstrationDate { found: String, expected: &'static str },
    #[error(
        "read the setting `listen`: found `{found}`, expected an address and a port such as `127.0.0.1:8080`"
    )]
    Listen { found: String },
    #[error(
        "read the setting `documents.formats`: found an empty list, expected `html`, `md`, `odt` or `pdf`"
    )]
    NoDocumentFormat,
    #[error(
        "read the setting `documents.formats`: found `pdf`, which this build of Vigie does not write"
    )]
    NoPdf,
    #[error("read the setting `documents.folder`: found the file `{path}`, expected a folder")]
    DocumentFolder { path: PathBuf },
    #[error("write the default settings")]
    Defaults(#[source] serde_json::Error),
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
            demonstration_date: String::new(),
            token: Secret::default(),
            token_file: PathBuf::new(),
            missions: missions::MissionSettings::default(),
            log: "warn".to_owned(),
            log_format: LogFormat::Text,
            public_url: String::new(),
            api: api::ApiSettings::default(),
            web: web::WebSettings::default(),
            webhooks: vec![],
            schedule: Schedule::default(),
            outbox: OutboxSettings::default(),
            mail: MailSettings::default(),
            tchap: TchapSettings::default(),
            calendar: CalendarSettings::default(),
            sign_in: auth::SignInSettings::default(),
            import: ImportSettings::default(),
            backup: BackupSettings::default(),
            housekeeping: HousekeepingSettings::default(),
            silences: SilenceTerms::default(),
            publication: PublicationSettings::default(),
            limits: ScriptLimits::default(),
            trials: TrialSettings::default(),
            documents: DocumentSettings::default(),
        }
    }
}

impl Config {
    /// Settings of notifications: channels and schedule.
    pub fn notify(&self) -> notify::NotifySettings {
        notify::NotifySettings {
            public_url: self.public_url.trim_end_matches('/').to_owned(),
            outbox: self.outbox.clone(),
            mail: self.mail.clone(),
            webhooks: self.webhooks.clone(),
            tchap: self.tchap.clone(),
            calendar: self.calendar.clone(),
            links_documents: self.documents.digests != DigestDocuments::None,
        }
    }
}

impl Config {
    /// The day of the demonstration, if the settings give one.
    ///
    /// # Errors
    /// If it is not a date.
    pub fn demonstration_date(&self) -> Result<Option<NaiveDate>, ConfigError> {
        let text = self.demonstration_date.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let odd = |expected| ConfigError::DemonstrationDate { found: text.to_owned(), expected };
        plausible::date(text).map(Some).map_err(odd)
    }

    /// Checks that `listen` is an address or a host, and a port. Whether the address can be listened on is known by trying.
    ///
    /// # Errors
    /// If it is not.
    pub fn check_listen(&self) -> Result<(), ConfigError> {
        let is_host = |host: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            !host.is_empty() && host.chars().all(fits)
        };
        let named = self.listen.rsplit_once(':');
        let is_named =
            named.is_some_and(|(host, port)| is_host(host) && port.parse::<u16>().is_ok());
        if is_named || self.listen.parse::<SocketAddr>().is_ok() {
            return Ok(());
        }
        Err(ConfigError::Listen { found: self.listen.clone() })
    }

    /// Checks that documents have formats that this build writes, and that their folder, which is made when it is not there, can be
    /// one.
    ///
    /// # Errors
    /// If they have none, or its name is that of a file.
    pub fn check_documents(&self) -> Result<(), ConfigError> {
        let DocumentSettings { folder, formats, .. } = &self.documents;
        if formats.is_empty() {
            return Err(ConfigError::NoDocumentFormat);
        }
        if formats.contains(&DocumentFormat::Pdf) && !cfg!(feature = "pdf") {
            return Err(ConfigError::NoPdf);
        }
        if folder.exists() && !folder.is_dir() {
            return Err(ConfigError::DocumentFolder { path: folder.clone() });
        }
        Ok(())
    }

    /// The clock of commands and of the service: the system's, or one that starts on the day of the demonstration. A
    /// date that cannot be read was refused when the settings were.
    pub fn clock(&self) -> Arc<dyn Clock> {
        match self.demonstration_date() {
            Ok(Some(day)) => Arc::new(ShiftedClock::on(day)),
            Ok(None) | Err(_) => Arc::new(SystemClock),
        }
    }

    /// What every operation needs: the database, and these settings.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn services(&self, clock: Arc<dyn Clock>) -> Result<Services, StoreError> {
        Ok(Services {
            store: Store::open(&self.database_url).await?,
            rules: self.rules.clone(),
            documents: self.documents.clone(),
            limits: self.limits,
            clock,
            notify: Arc::new(self.notify()),
            cache: Arc::default(),
        })
    }

    /// The identity provider, if one is configured.
    ///
    /// # Errors
    /// If its settings are not valid.
    pub fn provider(&self, clock: Arc<dyn Clock>) -> Result<Option<Provider>, SettingFault> {
        Provider::new(&self.sign_in, &self.public_url, clock)
    }

    /// Configuration of sign-in; `key` signs session cookies.
    ///
    /// # Errors
    /// If the settings of the identity provider are not valid.
    pub fn sign_in(&self, clock: Arc<dyn Clock>, key: Credential) -> Result<SignIn, SettingFault> {
        let contact = match self.sign_in.contact.as_str() {
            "" => self.mail.contact.clone(),
            named => named.to_owned(),
        };
        Ok(SignIn {
            provider: self.provider(clock)?,
            mail_links: self.sign_in.mail_links && self.notify().sends_links(),
            contact,
            cookies: Cookies {
                secure: self.public_url.starts_with("https://"),
                hours: self.sign_in.session_hours,
                key,
            },
        })
    }
}

/// Reads the settings from `file`, or from `vigie.toml` in the current folder, or else from that of the machine, whichever exists,
/// and from the environment.
///
/// # Errors
/// If `file` does not exist, or a setting cannot be read.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let defaults = serde_json::to_value(Config::default()).map_err(ConfigError::Defaults)?;
    let mut settings = Figment::from(Serialized::defaults(Config::default()));
    let chosen = match file {
        Some(path) if !path.is_file() => {
            return Err(ConfigError::NoFile { path: path.to_owned() });
        }
        Some(path) => Some(path),
        None => [DEFAULT_FILE, SYSTEM_FILE].map(Path::new).into_iter().find(|path| path.is_file()),
    };
    if let Some(path) = chosen {
        settings = settings.merge(Serialized::defaults(read(path, &defaults)?));
    }
    let mut variables = Vec::new();
    for (key, text) in of_platform() {
        settings = settings.merge(Serialized::default(key, text));
    }
    for (key, text) in Env::prefixed("VIGIE_").split("__").iter() {
        let key = key.to_string();
        settings = settings.merge(Serialized::default(&key, typed(&key, text, &defaults)));
        variables.push(key);
    }
    let config: Config = settings
        .extract()
        .map_err(|error| ConfigError::Invalid(SettingsFault::of(error, &defaults, &variables)))?;
    config.demonstration_date()?;
    Ok(config)
}

/// What platforms that host programs say in variables of their own: the address of the database that they lend, and the port
/// to listen on. Variables of Vigie come after them.
fn of_platform() -> Vec<(&'static str, String)> {
    let platform = |name: &str| Env::raw().only(&[name]).iter().next().map(|(_, text)| text);
    let database = platform("DATABASE_URL").filter(|url| store::is_server_address(url));
    let port = platform("PORT").filter(|port| port.parse::<u16>().is_ok());
    let database = database.map(|url| ("database_url", url));
    let listen = port.map(|port| ("listen", format!("0.0.0.0:{port}")));
    database.into_iter().chain(listen).collect()
}

/// The value of an environment variable. Where a text is expected it is a text, whatever it looks like: `007` may be a
/// password.
fn typed(key: &str, text: String, defaults: &serde_json::Value) -> Value {
    let is_quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
    let pointer = format!("/{}", key.replace('.', "/"));
    let expected = defaults.pointer(&pointer);
    if expected.is_some_and(serde_json::Value::is_string) && !is_quoted {
        return Value::from(text);
    }
    // Anything that is not a list, a number or the like is a text.
    text.parse().unwrap_or_else(|never: Infallible| match never {})
}

fn read(path: &Path, defaults: &serde_json::Value) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let fault = SettingsFault::of_syntax(&error, &text);
        ConfigError::Syntax { path: path.to_owned(), fault }
    })?;
    digits_as_text(&mut table, defaults);
    Ok(table)
}

/// Turns numbers into texts where a text is expected, as in `username = 12345`.
fn digits_as_text(table: &mut toml::Table, defaults: &serde_json::Value) {
    for (key, value) in table.iter_mut() {
        let Some(default) = defaults.get(key) else { continue };
        match value {
            toml::Value::Integer(number) if default.is_string() => {
                *value = toml::Value::String(number.to_string());
            }
            toml::Value::Table(inner) => digits_as_text(inner, default),
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_)
            | toml::Value::Array(_) => {}
        }
    }
}
