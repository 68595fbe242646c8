//! A mission: a piece of support work opened because of alerts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::progress::MissionProgress;
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{AlertId, CycleNumber, MissionId};
use crate::domain::portfolio::subject::Subject;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

words! {
    pub enum MissionKind, "a kind" {
        /// Mission de sécurisation
        Securisation = "securisation" => "Mission de sécurisation",
        /// Audit de suivi à un jalon
        FollowUpAudit = "follow_up_audit" => "Audit de suivi",
        /// Coaching du directeur de projet
        Coaching = "coaching" => "Coaching du directeur de projet",
        /// Conseil amont PI2
        UpstreamAdvice = "upstream_advice" => "Conseil amont PI2",
        /// Revue des moyens
        MeansReview = "means_review" => "Revue des moyens",
        /// Escalade prestataire
        VendorEscalation = "vendor_escalation" => "Escalade prestataire",
        /// Revue systématique SG/DINUM
        JointReview = "joint_review" => "Revue SG/DINUM",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mission {
    pub id: MissionId,
    pub subject: Subject,
    pub kind: MissionKind,
    pub state: MissionState,
    /// Opened without waiting for a decision, because the playbook says so.
    pub automatic: bool,
    /// In French: why, one line for each alert that called for it.
    pub reasons: Vec<String>,
    pub alerts: Vec<AlertId>,
    /// The cycle that opened it.
    pub opened_in: CycleNumber,
    pub opened_on: NaiveDate,
    /// By when what it waits for is due: see `awaits`.
    pub due_on: NaiveDate,
    /// How many times it has changed, its opening included: a decision made on an older one is stale.
    #[serde(default)]
    #[schema(required = true)]
    pub revision: u32,
    /// What people made of it.
    #[serde(default, flatten)]
    pub conduct: MissionProgress,
}

impl Mission {
    pub fn id_of(subject: &Subject, kind: MissionKind, opened_in: CycleNumber) -> MissionId {
        let fingerprint = Fingerprint::of_parts(&[
            "mission",
            &subject.to_string(),
            kind.as_str(),
            &opened_in.to_string(),
        ]);
        MissionId::new(fingerprint.short())
    }

    /// What `due_on` is the date of; `None` once nothing more is expected.
    pub fn awaits(&self) -> Option<Awaited> {
        match self.state {
            MissionState::Proposed => Some(Awaited::Decision),
            MissionState::Open if self.is_under_way() => Some(Awaited::End),
            MissionState::Open => Some(Awaited::Start),
            MissionState::Declined | MissionState::Withdrawn | MissionState::Closed => None,
        }
    }

    pub fn is_under_way(&self) -> bool {
        self.state == MissionState::Open && self.conduct.started_on.is_some()
    }

    /// Whether what it waits for should have come before this day.
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.awaits().is_some() && self.due_on < today
    }
}

words! {
    /// The next step of a live mission.
    pub enum Awaited, "what a mission waits for" {
        /// That someone accept or decline it.
        Decision = "decision" => "à décider",
        Start = "start" => "à démarrer",
        End = "end" => "à terminer",
    }
}

words! {
    pub enum MissionState, "a state" {
        /// Waits for DINUM's decision.
        Proposed = "proposed" => "proposée",
        /// Decided, by a person or by the playbook.
        Open = "open" => "ouverte",
        /// Decided against: not proposed again until an alert behind it moves.
        Declined = "declined" => "écartée",
        /// Proposed, and every alert behind it was resolved before anyone decided.
        Withdrawn = "withdrawn" => "retirée",
        Closed = "closed" => "close",
    }
}

impl MissionState {
    pub fn is_live(self) -> bool {
        matches!(self, Self::Proposed | Self::Open)
    }
}

/// What a cycle or a person did to one mission. `mission` is its state afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MissionChange {
    pub mission: Mission,
    pub kind: MissionChangeKind,
    /// In French.
    pub reason: String,
    /// Who did it; `None` when a cycle did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub by: Option<Actor>,
}

words! {
    pub enum MissionChangeKind, "a kind of change" {
        // Labels are past participles of « la mission ».
        Proposed = "proposed" => "proposée",
        /// Opened at once by the playbook, or a proposal that became automatic.
        Opened = "opened" => "ouverte d’office",
        /// One more alert joined a live mission.
        Gathered = "gathered" => "alerte jointe",
        Withdrawn = "withdrawn" => "retirée",
        /// Folded into another one, since their two projects are found to be one.
        Merged = "merged" => "réunie à une autre",
        Accepted = "accepted" => "acceptée",
        Declined = "declined" => "écartée",
        Started = "started" => "démarrée",
        MilestoneAdded = "milestone_added" => "jalon posé",
        MilestoneDone = "milestone_done" => "jalon franchi",
        Noted = "noted" => "note",
        VendorReplied = "vendor_replied" => "réponse du prestataire",
        VendorNamed = "vendor_named" => "citation publique décidée",
        Closed = "closed" => "close",
        /// As it was before a cycle that was made void.
        Restored = "restored" => "remise en l’état, cycle annulé",
    }
}
