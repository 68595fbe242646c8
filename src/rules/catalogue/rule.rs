//! A rule of the catalogue as everything but its text reads it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guidance::Reference;
use super::signs::entries::Sign;
use crate::domain::ids::RuleId;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::{Inhibition, MissionCall, RuleStatus, RuleTerms};
use crate::domain::rules::worsening::WatchedField;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

/// A rule of the catalogue, without its script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    pub id: RuleId,
    /// In French, as are the guidance and the sources.
    pub title: String,
    pub family: Family,
    pub scope: SubjectKind,
    pub status: RuleStatus,
    pub mission: Option<MissionCall>,
    /// Evaluations in a row before the alert opens.
    pub for_evaluations: u32,
    /// Clear evaluations in a row before the alert closes.
    pub clear_for: u32,
    pub subjects: Subjects,
    /// Why the rule is no longer in use; set when it is deprecated.
    pub deprecated_reason: Option<String>,
    /// Alerts of other rules that this rule's alert makes redundant.
    pub inhibits: Vec<Inhibition>,
    /// The fields whose worsening makes a new fact of an alert that keeps its level.
    #[serde(default)]
    #[schema(required = true)]
    pub watched: Vec<WatchedField>,
    /// The reasons of a rule made of signs; none when its script is its own.
    #[serde(default)]
    #[schema(required = true)]
    pub signs: Vec<Sign>,
    pub sources: Vec<String>,
    /// Pages that say more.
    #[serde(default)]
    #[schema(required = true)]
    pub references: Vec<Reference>,
    pub guidance: String,
    /// Who wrote the rule, and who answers for it today.
    pub author: Option<String>,
    pub owner: Option<String>,
    pub created: Option<NaiveDate>,
    pub modified: Option<NaiveDate>,
    /// Relative to the catalogue's folder.
    pub file: String,
    /// Hash of the rule's whole text; of its former text, when a release rewrote it to the same verdicts.
    pub revision: Fingerprint,
}

impl Rule {
    pub fn terms(&self) -> RuleTerms {
        RuleTerms {
            id: self.id.clone(),
            title: self.title.clone(),
            status: self.status,
            on_departed: self.subjects == Subjects::Left,
            for_evaluations: self.for_evaluations,
            clear_for: self.clear_for,
            mission: self.mission,
            deprecated_reason: self.deprecated_reason.clone(),
            inhibits: self.inhibits.clone(),
            watched: self.watched.clone(),
        }
    }
}

words! {
    pub enum Family, "a family" {
        Drift = "drift" => "Dérives",
        Cause = "cause" => "Causes racines",
        Process = "process" => "Procédure et suivi",
        Portfolio = "portfolio" => "Portefeuille",
    }
}

/// Which projects a rule judges. Ministries and the portfolio are always judged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Subjects {
    /// Projects that the current edition lists.
    #[default]
    Present,
    /// Projects that an earlier edition lists and the current one does not.
    Left,
}

impl Subjects {
    /// The fields that a frame of projects must have, because they say which projects a rule
    /// judges.
    pub const FIELDS: [&'static str; 2] = ["in_panorama", "has_left"];

    /// The boolean field that is true of these projects.
    pub(in crate::rules) fn field(self) -> &'static str {
        match self {
            Self::Present => "in_panorama",
            Self::Left => "has_left",
        }
    }
}
