//! What one edition says of one project.

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::edition::EditionId;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::value::Reported;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub project: ProjectId,
    pub edition: EditionId,
    /// The name as published in this edition.
    pub name: String,
    pub ministry: MinistryCode,
    /// The ministry's name as published in this edition.
    pub ministry_label: String,
    pub phase: Reported<Phase>,
    /// Month precision: always the first of the month.
    pub start_on: Reported<NaiveDate>,
    pub duration_months: Reported<f64>,
    /// Full cost in M€, taxes included: construction and 24 months of maintenance.
    pub cost_meur: Reported<f64>,
    pub inter_ministerial: Option<bool>,
    pub functional_zone: Option<String>,
    pub programme: Option<String>,
    pub description: Option<String>,
    /// The sentence that the publisher put in place of the figures.
    pub withheld_reason: Option<String>,
    /// Row of the file, counted from 1 with the header, so that anyone can look it up.
    pub row: u32,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Cadrage
    Scoping,
    /// Conception / Réalisation
    Build,
    /// Expérimentation
    Trial,
    /// Déploiement
    Rollout,
    /// Terminé
    Completed,
    /// Arrêté
    Stopped,
    /// En révision
    UnderRevision,
}

impl Phase {
    pub const ALL: [Self; 7] = [
        Self::Scoping,
        Self::Build,
        Self::Trial,
        Self::Rollout,
        Self::Completed,
        Self::Stopped,
        Self::UnderRevision,
    ];

    /// The word used in rules, files of ours and the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scoping => "scoping",
            Self::Build => "build",
            Self::Trial => "trial",
            Self::Rollout => "rollout",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::UnderRevision => "under_revision",
        }
    }

    /// The word that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Scoping => "Cadrage",
            Self::Build => "Conception / Réalisation",
            Self::Trial => "Expérimentation",
            Self::Rollout => "Déploiement",
            Self::Completed => "Terminé",
            Self::Stopped => "Arrêté",
            Self::UnderRevision => "En révision",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }
}
