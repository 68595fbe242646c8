//! Imports that wait for a person, why they wait, and what people decided on imports.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::ids::ImportNumber;
use crate::domain::words::words;

words! {
    /// Whether cycles use an import.
    pub enum ImportState, "the state of an import" {
        InUse = "in_use" => "en service",
        /// Out of the bounds of plausibility: no cycle uses it until a person confirms it.
        OnHold = "on_hold" => "en attente de confirmation",
        /// Taken out by a person: what stood before it stands again.
        Withdrawn = "withdrawn" => "retirée",
    }
}

words! {
    /// What a person decides on an import.
    pub enum ImportAction, "`confirm` or `withdraw`" {
        Confirm = "confirm" => "confirmée",
        Withdraw = "withdraw" => "retirée",
    }
}

words! {
    /// What is out of bounds in an import.
    pub enum HoldKind, "what is out of bounds" {
        SameBytes = "same_bytes" => "même fichier qu’une autre édition",
        EmptyColumn = "empty_column" => "colonne vide",
        ValuesLost = "values_lost" => "valeurs perdues",
        ProjectsGone = "projects_gone" => "projets disparus",
        TotalCost = "total_cost" => "coût total",
        ProjectCost = "project_cost" => "coût d’un projet",
        TotalDuration = "total_duration" => "durée totale",
        ProjectDuration = "project_duration" => "durée d’un projet",
        Starts = "starts" => "dates de début",
        Phases = "phases" => "phases",
    }
}

/// One reason for which an import waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldReason {
    pub kind: HoldKind,
    /// In French, with the figures before and after, and the bound.
    pub text: String,
}

/// One entry of the log of decisions on imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportDecision {
    pub number: i64,
    pub import: ImportNumber,
    pub action: ImportAction,
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
}
