//! A notice: one message that waits in the outbox for its receiver; and the memory of what each receiver was notified
//! of, separate from what is true, so that a digest is the difference between the two.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attachment::Attachment;
use super::channel::Channel;
use super::outage::Outage;
use crate::domain::accounts::access::AccountNumber;
use crate::domain::ids::{
    AlertId, CycleNumber, ImportNumber, MinistryCode, MissionId, NoticeId, ProjectId,
};
use crate::domain::level::Level;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::subject::Subject;
use crate::domain::text_schema::text_schema;
use crate::domain::words::words;

/// Written `sg/MJ`, `project/si-samu`, `relay/MJ`, `dinum`, `director`, `account/7`, `webhook/supervision`, `tchap`.
/// Never an address: the holder of the office when the notice leaves gets it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Receiver {
    SecretaryGeneral(MinistryCode),
    /// Whoever directs a project.
    ProjectDirector(ProjectId),
    /// Whoever relays questions about a ministry's projects: its security relay, or else its digital director.
    SecurityRelay(MinistryCode),
    /// The risk team.
    Dinum,
    /// DINUM's director, to whom what stays unanswered is escalated.
    Director,
    /// The person that an account is for, when its name is an address.
    Account(AccountNumber),
    Webhook(String),
    Tchap,
}

words! {
    pub enum NoticeKind, "a kind" {
        /// What changed since the last one.
        Digest = "digest" => "Bulletin",
        /// What has just become critical, without waiting for office hours.
        Critical = "critical" => "Alerte critique",
        /// An alert that was notified and not acknowledged.
        Reminder = "reminder" => "Rappel",
        /// The same, to DINUM's director.
        Escalation = "escalation" => "Escalade",
        /// One change, for a program.
        Event = "event" => "Événement",
        /// What was done to an account, to the person it is for.
        Account = "account" => "Compte",
        /// What was sent because of a cycle that was made void no longer holds.
        Correction = "correction" => "Rectificatif",
        /// The questions of a campaign.
        Questionnaire = "questionnaire" => "Questionnaire",
        /// The same, to those who have not answered.
        QuestionnaireReminder = "questionnaire_reminder" => "Rappel du questionnaire",
        /// What a campaign came to, once it is closed.
        QuestionnaireClosing = "questionnaire_closing" => "Clôture du questionnaire",
    }
}

/// As it is written when it is decided: what is sent again is the same to the byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    pub id: NoticeId,
    pub receiver: Receiver,
    pub kind: NoticeKind,
    /// The cycle that decided it; none for a reminder.
    pub cycle: Option<CycleNumber>,
    /// Notices of one thread leave in the order in which they were written.
    pub thread: String,
    /// Earlier notices that this one follows on, oldest first.
    pub follows: Vec<NoticeId>,
    /// In one line.
    pub title: String,
    pub content: Content,
    pub created_at: DateTime<Utc>,
    /// The first moment at which it may leave.
    pub not_before: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// For people.
    Message {
        text: String,
        html: String,
        /// All of it, when the message itself was capped.
        page: Option<String>,
        /// Carried by mail alone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false)]
        attachments: Vec<Attachment>,
    },
    /// For programs.
    Post { media_type: String, body: String },
}

words! {
    pub enum NoticeState, "a notice's state" {
        Waiting = "waiting" => "en attente",
        Delivered = "delivered" => "remis",
        /// Given up; can be replayed.
        Dead = "dead" => "abandonné",
        /// Of a cycle that was made void before it left: never sent.
        Withdrawn = "withdrawn" => "retiré",
    }
}

/// A notice and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueuedNotice {
    #[serde(flatten)]
    pub notice: Notice,
    pub state: NoticeState,
    pub attempts: u32,
    pub first_attempt_at: Option<DateTime<Utc>>,
    pub next_attempt_at: DateTime<Utc>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// What an attempt to deliver came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Delivered,
    Waits {
        until: DateTime<Utc>,
        error: String,
    },
    Dead {
        error: String,
    },
    /// Dead, and the receiver asks for nothing more: its lane is closed.
    Refused {
        error: String,
    },
    /// Its channel failed, not the notice: it waits as it was, and no attempt counts against it.
    Spared {
        /// When another notice should be tried first, in case this one is to blame.
        until: Option<DateTime<Utc>>,
        error: String,
    },
}

/// What one receiver was notified of about one ministry, or about the portfolio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiverMemory {
    pub receiver: Receiver,
    /// A ministry or the portfolio.
    pub about: Subject,
    #[serde(flatten)]
    pub memory: NotifiedState,
}

/// Open alerts and live missions that the receiver was notified of: one whose end was notified is forgotten.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NotifiedState {
    pub alerts: BTreeMap<AlertId, NotifiedAlert>,
    /// Missions with the word of their state.
    pub missions: BTreeMap<MissionId, String>,
    /// Datasets that nobody has fed for too long, by their last import.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stale: BTreeMap<Dataset, DateTime<Utc>>,
    /// Imports that wait for a person.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub on_hold: BTreeSet<ImportNumber>,
    /// The last notice, which the next one follows on.
    pub last: Option<NoticeId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotifiedAlert {
    pub level: Level,
    /// The day in Paris.
    pub on: NaiveDate,
    /// The notice that carried it; none when it was old news the first time that the lane opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeId>,
    /// The cycle of the last new fact that the receiver knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<CycleNumber>,
}

/// What a cycle says to the world: written in its transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outgoing {
    pub notices: Vec<Notice>,
    pub told: Vec<ReceiverMemory>,
    /// Lanes that open with this cycle.
    pub opened: Vec<Channel>,
    /// Alerts not sent because their lane has just opened and the past is old news.
    pub old_news: usize,
    /// Ministries for which nobody could be notified: no secretary-general is known there, nor the risk
    /// team's address.
    pub unheard: Vec<Subject>,
}

/// The state of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelState {
    pub lane: Channel,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    /// The outage under way, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
}

/// How often a receiver was reminded of an alert, since it was notified of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reminded {
    pub receiver: Receiver,
    pub alert: AlertId,
    /// The notice that carried it: with another notice, counting begins anew.
    pub told: NoticeId,
    pub reminders: u32,
    pub last_on: Option<NaiveDate>,
    pub escalated_on: Option<NaiveDate>,
}

text_schema!(
    Receiver,
    "Whom a notice is for: an office or an account, never an address.",
    "^((sg|project|relay)/[^\\u0000-\\u001F\\u007F-\\u009F]+|dinum|director|account/[1-9][0-9]*|webhook/[^\\u0000-\\u001F\\u007F-\\u009F]+|tchap)$",
    "sg/MJ"
);

impl Content {
    /// The files that go with it.
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Self::Message { attachments, .. } => attachments,
            Self::Post { .. } => &[],
        }
    }

    /// The same with its files by name alone, as lists show them.
    #[must_use]
    pub fn with_files_named(self) -> Self {
        match self {
            Self::Message { text, html, page, attachments } => {
                let attachments = attachments.iter().map(Attachment::named).collect();
                Self::Message { text, html, page, attachments }
            }
            Self::Post { .. } => self,
        }
    }
}

impl QueuedNotice {
    /// The same with its files by name alone, as lists show them.
    #[must_use]
    pub fn with_files_named(mut self) -> Self {
        self.notice.content = self.notice.content.with_files_named();
        self
    }
}

impl Receiver {
    /// Whether it is an office of a ministry, whose holder may have no account.
    pub fn is_of_ministry(&self) -> bool {
        matches!(self, Self::SecretaryGeneral(_))
    }

    pub fn lane(&self) -> Channel {
        match self {
            Self::SecretaryGeneral(_)
            | Self::ProjectDirector(_)
            | Self::SecurityRelay(_)
            | Self::Dinum
            | Self::Director
            | Self::Account(_) => Channel::Mail,
            Self::Webhook(name) => Channel::Webhook(name.clone()),
            Self::Tchap => Channel::Tchap,
        }
    }
}

impl fmt::Display for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretaryGeneral(ministry) => write!(f, "sg/{ministry}"),
            Self::ProjectDirector(project) => write!(f, "project/{project}"),
            Self::SecurityRelay(ministry) => write!(f, "relay/{ministry}"),
            Self::Dinum => f.write_str("dinum"),
            Self::Director => f.write_str("director"),
            Self::Account(account) => write!(f, "account/{}", account.0),
            Self::Webhook(name) => write!(f, "webhook/{name}"),
            Self::Tchap => f.write_str("tchap"),
        }
    }
}

impl TryFrom<String> for Receiver {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let account = text.strip_prefix("account/").and_then(|number| number.parse().ok());
        if let Some(number) = account {
            return Ok(Self::Account(AccountNumber(number)));
        }
        match (text.as_str(), text.split_once('/')) {
            ("dinum", _) => Ok(Self::Dinum),
            ("director", _) => Ok(Self::Director),
            ("tchap", _) => Ok(Self::Tchap),
            (_, Some(("sg", code))) => Ok(Self::SecretaryGeneral(MinistryCode::new(code))),
            (_, Some(("project", id))) => Ok(Self::ProjectDirector(ProjectId::new(id))),
            (_, Some(("relay", code))) => Ok(Self::SecurityRelay(MinistryCode::new(code))),
            (_, Some(("webhook", name))) => Ok(Self::Webhook(name.to_owned())),
            _ => Err(format!(
                "found `{text}`, expected `sg/…`, `project/…`, `relay/…`, `dinum`, `director`, `account/…`, \
                 `webhook/…` or `tchap`"
            )),
        }
    }
}

impl From<Receiver> for String {
    fn from(receiver: Receiver) -> Self {
        receiver.to_string()
    }
}

impl From<Channel> for String {
    fn from(lane: Channel) -> Self {
        lane.to_string()
    }
}
