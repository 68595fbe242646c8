//! What one edition says of one project.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::edition::EditionId;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::value::Reported;
use crate::domain::words::words;

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

impl Snapshot {
    /// Whether the project is completed or stopped.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Reported::Given(Phase::Completed | Phase::Stopped))
    }
}

words! {
    pub enum Phase, "a phase" {
        /// Cadrage
        Scoping = "scoping" => "Cadrage",
        /// Conception / Réalisation
        Build = "build" => "Conception / Réalisation",
        /// Expérimentation
        Trial = "trial" => "Expérimentation",
        /// Déploiement
        Rollout = "rollout" => "Déploiement",
        /// Terminé
        Completed = "completed" => "Terminé",
        /// Arrêté
        Stopped = "stopped" => "Arrêté",
        /// En révision
        UnderRevision = "under_revision" => "En révision",
    }
}
