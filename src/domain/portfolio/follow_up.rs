//! What DINUM holds beyond the panorama: single facts, and lists per project.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::level::Level;
use crate::domain::value::Value;
use crate::domain::words::words;

/// One field of one project at a date. The latest one reported by the evaluation date holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub project: ProjectId,
    /// A field of the data dictionary.
    pub field: String,
    #[serde(rename = "value")]
    pub answer: Answer,
    pub reported_on: NaiveDate,
    /// Name and function of the person who answers for it. Personal data: never logged, never in a frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
}

/// What was answered of a field: a value, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    Value(Value),
    /// A former value no longer holds.
    None(NoAnswer),
}

impl Answer {
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::None(_) => None,
        }
    }
}

words! {
    /// Why an answer gives no value. A question left blank is no answer.
    pub enum NoAnswer, "a reason for giving no value" {
        /// Nobody knows it at the project.
        Unknown = "unknown" => "ne sait pas",
        /// Known, and kept back on purpose.
        Withheld = "withheld" => "non communiqué",
    }
}

/// A dated decision to measure a project against a new reference; the original stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rebaseline {
    pub project: ProjectId,
    pub decided_on: NaiveDate,
    pub cost_meur: Option<f64>,
    pub duration_months: Option<f64>,
    pub reason: String,
    pub decided_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Milestone {
    pub project: ProjectId,
    pub label: String,
    /// `release`, `go_live`, `audit`, `other`.
    pub kind: String,
    pub baseline_on: NaiveDate,
    pub forecast_on: Option<NaiveDate>,
    pub actual_on: Option<NaiveDate>,
    pub reported_on: NaiveDate,
    /// By the field that the catalogue adds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    pub project: ProjectId,
    pub vendor: String,
    pub kind: Option<String>,
    pub notified_on: Option<NaiveDate>,
    pub end_on: Option<NaiveDate>,
    pub ceiling_meur: Option<f64>,
    pub consumed_meur: Option<f64>,
    /// `nominal`, `watched`, `formal_notice`, `failing`, `terminated`.
    pub vendor_status: Option<String>,
    pub reported_on: NaiveDate,
    /// By the field that the catalogue adds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    pub project: ProjectId,
    /// `strategy`, `finance`, `governance`, `delivery`, `planning`, `security`.
    pub axis: String,
    /// `low`, `medium`, `high`.
    pub severity: String,
    pub text: Option<String>,
    pub issued_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
}

/// A root cause ticked during the article 3 instruction; it holds until a dated decision lifts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeclaredCause {
    pub project: ProjectId,
    /// `RC01` to `RC24`.
    pub cause: String,
    pub level: Level,
    pub declared_on: NaiveDate,
    pub lifted_on: Option<NaiveDate>,
    pub author_role: Option<String>,
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchEntry {
    pub project: ProjectId,
    pub watch: WatchList,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
    pub note: Option<String>,
}

words! {
    /// The fiche's four lists.
    pub enum WatchList, "a watch" {
        /// Projets en clôture
        Closing = "closing" => "en clôture",
        /// Projets récurrents
        Recurrent = "recurrent" => "récurrent",
        /// Projets en recadrage
        Reframing = "reframing" => "en recadrage",
        /// Projets en vigilance accrue
        Heightened = "heightened" => "en vigilance accrue",
    }
}

words! {
    /// What a contact is to the messages of its ministry.
    pub enum ContactRole, "a role of a contact" {
        /// Receives them.
        SecretaryGeneral = "secretary_general" => "secrétaire général",
        /// Receives them in place of the secretary-general, during an absence.
        Delegate = "delegate" => "délégué",
        /// Receives them besides the secretary-general.
        Recipient = "recipient" => "destinataire",
        /// Receives a copy.
        DigitalDirector = "digital_director" => "directeur du numérique",
        /// Receives none, but the questionnaires of projects without a known director.
        SecurityRelay = "security_relay" => "relais de sécurisation",
        /// Receives none, but the questionnaire of one project.
        ProjectDirector = "project_director" => "directeur de projet",
    }
}

/// Whom to tell at a ministry. Personal data: never logged, never in a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub ministry: MinistryCode,
    pub role: ContactRole,
    /// Of a project's director alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    pub name: Option<String>,
    pub email: String,
    pub since: Option<NaiveDate>,
    /// The last day, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}
