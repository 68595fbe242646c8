//! What the service does by itself: its jobs, their runs, and what the import job found where.

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audit::Actor;
use crate::domain::cycle::CyclePhase;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::ImportNumber;

/// In the order in which those that are due at once run: data first, then what is made of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum JobName {
    /// Files of the watched folder and of addresses.
    Import,
    Cycle,
    /// The next review of each listed project.
    Reviews,
    /// What people decided between two cycles is told.
    Digest,
    /// What nobody acknowledged is recalled.
    Reminders,
    /// What no longer serves is removed, the database tidied.
    Housekeeping,
    /// A verified copy of the database.
    Backup,
}

impl JobName {
    pub const ALL: [Self; 7] = [
        Self::Import,
        Self::Cycle,
        Self::Reviews,
        Self::Digest,
        Self::Reminders,
        Self::Housekeeping,
        Self::Backup,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Cycle => "cycle",
            Self::Reviews => "reviews",
            Self::Digest => "digest",
            Self::Reminders => "reminders",
            Self::Housekeeping => "housekeeping",
            Self::Backup => "backup",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }
}

/// Why a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    Timetable,
    /// At least one firing found nobody.
    CatchUp,
    Person,
}

impl Occasion {
    pub const ALL: [Self; 3] = [Self::Timetable, Self::CatchUp, Self::Person];

    pub fn word(self) -> &'static str {
        match self {
            Self::Timetable => "timetable",
            Self::CatchUp => "catch_up",
            Self::Person => "person",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.word() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    Processing,
    Success,
    /// Some of it was done, and the detail says what was not.
    PartialFailure,
    Failure,
    /// The service was told to stop; the job runs again at the next start.
    Stopped,
    /// The service died meanwhile.
    Interrupted,
}

impl RunOutcome {
    pub const ALL: [Self; 6] = [
        Self::Processing,
        Self::Success,
        Self::PartialFailure,
        Self::Failure,
        Self::Stopped,
        Self::Interrupted,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Success => "success",
            Self::PartialFailure => "partial_failure",
            Self::Failure => "failure",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What a run comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub outcome: RunOutcome,
    /// In French, for those who operate the service.
    pub detail: String,
    /// As JSON, for whoever asked.
    pub report: Option<String>,
}

impl Done {
    pub fn of(outcome: RunOutcome, detail: String) -> Self {
        Self { outcome, detail, report: None }
    }
}

/// Why a run begins now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub occasion: Occasion,
    pub firing: Option<DateTime<Utc>>,
    pub missed: u64,
    /// Who asked, when a person did.
    pub actor: Option<Actor>,
}

impl Call {
    pub fn of(actor: Actor) -> Self {
        Self { occasion: Occasion::Person, firing: None, missed: 0, actor: Some(actor) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobRun {
    pub number: i64,
    pub job: JobName,
    pub occasion: Occasion,
    /// The firing that it answers; none when a person asked.
    pub firing: Option<DateTime<Utc>>,
    /// Firings missed that it answers too.
    pub missed: u64,
    /// Who asked, when a person did.
    #[serde(default)]
    #[schema(required = true)]
    pub actor: Option<Actor>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Of a cycle under way.
    #[serde(default)]
    #[schema(required = true)]
    pub phase: Option<CyclePhase>,
    pub outcome: RunOutcome,
    pub detail: String,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobStanding {
    pub job: JobName,
    /// Firings up to this instant are answered.
    pub settled_to: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
    pub missed: u64,
    pub last_success_at: Option<DateTime<Utc>>,
    /// Until when whoever runs it holds it.
    pub held_until: Option<DateTime<Utc>>,
    pub last_run: Option<JobRun>,
}

impl JobStanding {
    /// Of a job that never ran: it counts from now.
    pub fn unseen(job: JobName, now: DateTime<Utc>) -> Self {
        Self {
            job,
            settled_to: now,
            next_at: None,
            missed: 0,
            last_success_at: None,
            held_until: None,
            last_run: None,
        }
    }
}

/// What the import job last found at a path or an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportSource {
    /// A path, or an address without what may be secret in it.
    pub source: String,
    pub sha256: Option<Fingerprint>,
    pub size: Option<u64>,
    pub modified_at: Option<DateTime<Utc>>,
    pub etag: Option<String>,
    /// As the server said it.
    pub last_modified: Option<String>,
    pub outcome: SourceOutcome,
    pub import: Option<ImportNumber>,
    /// Of what a refusal depends on besides the file: known projects, aliases, profiles, program.
    pub context: Fingerprint,
    pub detail: String,
    pub seen_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceOutcome {
    Imported,
    /// The same bytes had been imported before.
    Known,
    /// Not tried again until the file, or what the refusal depends on, is another.
    Refused,
    /// It could not be had; tried again at the next firing.
    Failed,
}

impl SourceOutcome {
    pub const ALL: [Self; 4] = [Self::Imported, Self::Known, Self::Refused, Self::Failed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Known => "known",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}
