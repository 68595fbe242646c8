//! A mission: a piece of support work opened because of alerts.

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audit::Actor;
use crate::domain::conduct::Conduct;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MissionId;
use crate::domain::subject::Subject;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
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
    pub conduct: Conduct,
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

/// The next step of a live mission.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// That someone accept or decline it.
    Decision,
    Start,
    End,
}

impl Awaited {
    pub fn word(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Start => "start",
            Self::End => "end",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Decision => "à décider",
            Self::Start => "à démarrer",
            Self::End => "à terminer",
        }
    }
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MissionState {
    /// Waits for DINUM's decision.
    Proposed,
    /// Decided, by a person or by the playbook.
    Open,
    /// Decided against: not proposed again until an alert behind it moves.
    Declined,
    /// Proposed, and every alert behind it was resolved before anyone decided.
    Withdrawn,
    Closed,
}

impl MissionState {
    pub const ALL: [Self; 5] =
        [Self::Proposed, Self::Open, Self::Declined, Self::Withdrawn, Self::Closed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Open => "open",
            Self::Declined => "declined",
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

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MissionChangeKind {
    Proposed,
    /// Opened at once by the playbook, or a proposal that became automatic.
    Opened,
    /// One more alert joined a live mission.
    Gathered,
    Withdrawn,
    /// Folded into another one, since their two projects are found to be one.
    Merged,
    Accepted,
    Declined,
    Started,
    MilestoneAdded,
    MilestoneDone,
    Noted,
    VendorReplied,
    VendorNamed,
    Closed,
    /// As it was before a cycle that was made void.
    Restored,
}

impl MissionChangeKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Opened => "opened",
            Self::Gathered => "gathered",
            Self::Withdrawn => "withdrawn",
            Self::Merged => "merged",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Started => "started",
            Self::MilestoneAdded => "milestone_added",
            Self::MilestoneDone => "milestone_done",
            Self::Noted => "noted",
            Self::VendorReplied => "vendor_replied",
            Self::VendorNamed => "vendor_named",
            Self::Closed => "closed",
            Self::Restored => "restored",
        }
    }

    /// In French, as a past participle of « la mission ».
    pub fn label(self) -> &'static str {
        match self {
            Self::Proposed => "proposée",
            Self::Opened => "ouverte d’office",
            Self::Gathered => "alerte jointe",
            Self::Withdrawn => "retirée",
            Self::Merged => "réunie à une autre",
            Self::Accepted => "acceptée",
            Self::Declined => "écartée",
            Self::Started => "démarrée",
            Self::MilestoneAdded => "jalon posé",
            Self::MilestoneDone => "jalon franchi",
            Self::Noted => "note",
            Self::VendorReplied => "réponse du prestataire",
            Self::VendorNamed => "citation publique décidée",
            Self::Closed => "close",
            Self::Restored => "remise en l’état, cycle annulé",
        }
    }
}
