//! The settings: defaults, then the file, then the environment. The only reader of either.

use std::convert::Infallible;
use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use figment::Figment;
use figment::providers::Env;
use figment::providers::Serialized;
use figment::value::Value;
use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::api;
use crate::api::Cookies;
use crate::api::SignIn;
use crate::app::settings_fault::SettingsFault;
use crate::app::telemetry::LogFormat;
use crate::clock::Clock;
use crate::cycle::TrialSettings;
use crate::domain::redaction;
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

/// Shown, by `Debug` too, as it is serialised: without secrets, nor what may be one in an address.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(serialize_with = "redaction::serialize_database")]
    pub database_url: String,
    pub listen: String,
    pub rules: PathBuf,
    pub aliases: PathBuf,
    /// Empty when there is none.
    pub profiles: PathBuf,
    /// Who decides when a command does not say; empty for nobody.
    pub actor: String,
    /// The server that commands are answered by; empty for the database of this machine.
    #[serde(serialize_with = "redaction::serialize_url")]
    pub server: String,
    pub token: Secret,
    /// Empty for none.
    pub token_file: PathBuf,
    pub missions: missions::Settings,
    pub log: String,
    pub log_format: LogFormat,
    /// Address of Vigie for its readers; empty when they have none.
    #[serde(serialize_with = "redaction::serialize_url")]
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
    pub publication: PublicationSettings,
    pub limits: Limits,
    pub trials: TrialSettings,
}

/// Who may put rules in force, and from where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationSettings {
    /// Refuse to publish and to roll back on the local command line, where nobody proves
    /// who they are.
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
            publication: PublicationSettings::default(),
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
    let defaults = serde_json::to_value(Config::default()).map_err(ConfigError::Defaults)?;
    let mut settings = Figment::from(Serialized::defaults(Config::default()));
    match file {
        Some(path) if !path.is_file() => {
            return Err(ConfigError::NoFile { path: path.to_owned() });
        }
        Some(path) => settings = settings.merge(Serialized::defaults(read(path, &defaults)?)),
        None if Path::new(DEFAULT_FILE).is_file() => {
            let found = read(Path::new(DEFAULT_FILE), &defaults)?;
            settings = settings.merge(Serialized::defaults(found));
        }
        None => {}
    }
    let mut variables = Vec::new();
    for (key, text) in Env::prefixed("VIGIE_").split("__").iter() {
        let key = key.to_string();
        settings = settings.merge(Serialized::default(&key, typed(&key, text, &defaults)));
        variables.push(key);
    }
    settings
        .extract()
        .map_err(|error| ConfigError::Invalid(SettingsFault::of(error, &defaults, &variables)))
}

/// A text of the environment where text is expected, whatever it looks like: `007` is a password, not a number.
fn typed(key: &str, text: String, defaults: &serde_json::Value) -> Value {
    let is_quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
    let pointer = format!("/{}", key.replace('.', "/"));
    let expected = defaults.pointer(&pointer);
    if expected.is_some_and(serde_json::Value::is_string) && !is_quoted {
        return Value::from(text);
    }
    // What is neither a list, a number nor the like is a text.
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

/// `username = 12345` is the text of these digits.
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
