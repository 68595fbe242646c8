//! Settings of the channels: who receives notices and when. Everything is off by default.

use std::fmt;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::ids::MinistryCode;
use crate::domain::plausible;
use crate::support::redaction;
use crate::support::secret::Secret;

/// All the settings of the channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NotifySettings {
    /// Address of Vigie for its readers, without a final slash; empty when they have none.
    pub public_url: String,
    pub outbox: OutboxSettings,
    pub mail: MailSettings,
    pub webhooks: Vec<WebhookSettings>,
    pub tchap: TchapSettings,
    pub calendar: CalendarSettings,
    /// Whether digests lead to the document that their receiver prints.
    pub links_documents: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboxSettings {
    /// Days of a notice's own failures. Time in which its channel is down does not count.
    pub give_up_after_days: u32,
    /// Minutes after which an outage is reported to the risk team through another channel.
    pub tell_outage_after_minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Host of the mail server; empty: no mail.
    pub host: String,
    /// Port of the mail server; 0: the usual one of `tls`.
    pub port: u16,
    pub tls: MailTls,
    /// File of a certificate authority to trust in addition to the system's; empty for none.
    pub ca_file: PathBuf,
    /// Account on the mail server; empty: no authentication.
    pub username: String,
    pub password: Secret,
    /// For example `Vigie <vigie@example.fr>`.
    pub from: String,
    pub reply_to: String,
    /// The risk team's address.
    pub dinum: String,
    /// Address to which unanswered reminders are escalated.
    pub director: String,
    /// Shown at the foot of mails.
    pub contact: String,
    pub timeout_seconds: u64,
    /// Simultaneous connections.
    pub connections: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    None,
    Starttls,
    Implicit,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    pub name: String,
    /// Its path and query may hold the receiver's key.
    #[serde(serialize_with = "redaction::serialize_url_host")]
    pub url: String,
    /// `whsec_…`; several while one replaces another.
    pub secrets: Vec<Secret>,
    #[serde(default)]
    pub format: WebhookFormat,
    /// Types of events to send; empty for all.
    #[serde(default)]
    pub events: Vec<String>,
    /// Ministries whose events are sent; empty for all, and for those of the portfolio.
    #[serde(default)]
    pub ministries: Vec<MinistryCode>,
    /// Private networks that may be reached, in CIDR notation.
    #[serde(default)]
    pub allow: Vec<String>,
    #[serde(default = "WebhookSettings::default_timeout")]
    pub timeout_seconds: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookFormat {
    #[default]
    #[serde(rename = "standard")]
    Standard,
    #[serde(rename = "cloudevents")]
    CloudEvents,
    #[serde(rename = "alertmanager-v4")]
    AlertmanagerV4,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TchapSettings {
    /// Address of the Matrix server; empty: no messages to Tchap.
    #[serde(serialize_with = "redaction::serialize_url")]
    pub homeserver: String,
    pub room: String,
    pub token: Secret,
    /// Ministries that messages are about; empty for all, and for the portfolio.
    pub ministries: Vec<MinistryCode>,
    /// Milliseconds between two messages.
    pub pause_ms: u64,
    pub timeout_seconds: u64,
}

/// All times are in Paris time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSettings {
    pub opens: NaiveTime,
    pub closes: NaiveTime,
    pub night_from: NaiveTime,
    pub night_until: NaiveTime,
    pub working_days_only: bool,
    #[serde(deserialize_with = "plausible_days")]
    pub closed_on: Vec<NaiveDate>,
}

fn plausible_days<'de, D: Deserializer<'de>>(days: D) -> Result<Vec<NaiveDate>, D::Error> {
    let days: Vec<String> = Vec::deserialize(days)?;
    let refused = |found: &str, expected| {
        serde::de::Error::custom(format!("found `{found}`, expected {expected}"))
    };
    days.iter().map(|day| plausible::date(day).map_err(|expected| refused(day, expected))).collect()
}

impl NotifySettings {
    /// Whether mails can carry links to Vigie.
    pub fn sends_links(&self) -> bool {
        self.mail.is_on() && !self.public_url.is_empty()
    }
}

impl MailSettings {
    pub fn is_on(&self) -> bool {
        !self.host.is_empty()
    }
}

impl TchapSettings {
    pub fn is_on(&self) -> bool {
        !self.homeserver.is_empty()
    }
}

impl WebhookSettings {
    const fn default_timeout() -> u64 {
        20
    }
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redaction::debug_as_serialized(self, f)
    }
}

impl fmt::Debug for TchapSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redaction::debug_as_serialized(self, f)
    }
}

impl Default for OutboxSettings {
    fn default() -> Self {
        Self { give_up_after_days: 7, tell_outage_after_minutes: 30 }
    }
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 0,
            tls: MailTls::Starttls,
            ca_file: PathBuf::new(),
            username: String::new(),
            password: Secret::default(),
            from: String::new(),
            reply_to: String::new(),
            dinum: String::new(),
            director: String::new(),
            contact: String::new(),
            timeout_seconds: 60,
            connections: 4,
        }
    }
}

impl Default for TchapSettings {
    fn default() -> Self {
        Self {
            homeserver: String::new(),
            room: String::new(),
            token: Secret::default(),
            ministries: vec![],
            pause_ms: 1000,
            timeout_seconds: 20,
        }
    }
}

impl Default for CalendarSettings {
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self {
            opens: hour(8),
            closes: hour(19),
            night_from: hour(22),
            night_until: hour(7),
            working_days_only: true,
            closed_on: vec![],
        }
    }
}
