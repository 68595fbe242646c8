//! A mission: a piece of support work opened because of alerts.

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MissionId;
use crate::domain::subject::Subject;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissionKind {
    /// Mission de sécurisation
    Securisation,
    /// Audit de suivi à un jalon
    FollowUpAudit,
    /// Coaching du directeur de projet
    Coaching,
    /// Conseil amont PI2
    UpstreamAdvice,
    /// Revue des moyens
    MeansReview,
    /// Escalade prestataire
    VendorEscalation,
    /// Revue systématique SG/DINUM
    JointReview,
}

impl MissionKind {
    pub const ALL: [Self; 7] = [
        Self::Securisation,
        Self::FollowUpAudit,
        Self::Coaching,
        Self::UpstreamAdvice,
        Self::MeansReview,
        Self::VendorEscalation,
        Self::JointReview,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Securisation => "securisation",
            Self::FollowUpAudit => "follow_up_audit",
            Self::Coaching => "coaching",
            Self::UpstreamAdvice => "upstream_advice",
            Self::MeansReview => "means_review",
            Self::VendorEscalation => "vendor_escalation",
            Self::JointReview => "joint_review",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Securisation => "Mission de sécurisation",
            Self::FollowUpAudit => "Audit de suivi",
            Self::Coaching => "Coaching du directeur de projet",
            Self::UpstreamAdvice => "Conseil amont PI2",
            Self::MeansReview => "Revue des moyens",
            Self::VendorEscalation => "Escalade prestataire",
            Self::JointReview => "Revue SG/DINUM",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// By when the playbook wants it decided, or started when it is automatic.
    pub due_on: NaiveDate,
}

impl Mission {
    pub fn id_of(subject: &Subject, kind: MissionKind, opened_in: CycleNumber) -> MissionId {
        let fingerprint = Fingerprint::of_parts(&[
            "mission",
            &subject.to_string(),
            kind.word(),
            &opened_in.to_string(),
        ]);
        MissionId::new(fingerprint.short())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissionState {
    /// Waits for DINUM's decision.
    Proposed,
    /// Decided, by a person or by the playbook.
    Open,
    /// Proposed, and every alert behind it was resolved before anyone decided.
    Withdrawn,
    Closed,
}

impl MissionState {
    pub const ALL: [Self; 4] = [Self::Proposed, Self::Open, Self::Withdrawn, Self::Closed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Open => "open",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    pub fn is_live(self) -> bool {
        matches!(self, Self::Proposed | Self::Open)
    }
}

/// What a cycle did to one mission. `mission` is its state afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissionChange {
    pub mission: Mission,
    pub kind: MissionChangeKind,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissionChangeKind {
    Proposed,
    /// Opened at once by the playbook, or a proposal that became automatic.
    Opened,
    /// One more alert joined a live mission.
    Gathered,
    Withdrawn,
}

impl MissionChangeKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Opened => "opened",
            Self::Gathered => "gathered",
            Self::Withdrawn => "withdrawn",
        }
    }
}
