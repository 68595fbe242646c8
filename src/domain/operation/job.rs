//! What the service does by itself: its jobs, their runs, and what the import job found where.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cycle::CyclePhase;
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::ImportNumber;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

words! {
    /// In the order in which those that are due at once run: data first, then what is made of it.
    pub enum JobName, "a job" {
        /// Files of the watched folder and of addresses.
        Import = "import" => "importation",
        Cycle = "cycle" => "cycle",
        /// The next review of each listed project.
        Reviews = "reviews" => "revues",
        /// The note and the page of each ministry, written to a folder after each cycle.
        Documents = "documents" => "documents",
        /// Notices of what people decided between two cycles.
        Digest = "digest" => "bulletins",
        /// What nobody acknowledged is recalled.
        Reminders = "reminders" => "rappels",
        /// What no longer serves is removed, the database tidied.
        Housekeeping = "housekeeping" => "entretien",
        /// A verified copy of the database.
        Backup = "backup" => "sauvegarde",
    }
}

words! {
    /// Why a job runs.
    pub enum JobTrigger, "an occasion" {
        Timetable = "timetable" => "à l’heure",
        /// At least one firing found nobody.
        CatchUp = "catch_up" => "rattrapage",
        Person = "person" => "à la demande",
    }
}

words! {
    pub enum RunOutcome, "an outcome" {
        Processing = "processing" => "en cours",
        Success = "success" => "faite",
        /// Some of it was done, and the detail says what was not.
        PartialFailure = "partial_failure" => "faite en partie",
        Failure = "failure" => "échec",
        /// The service was stopped; the job runs again at the next start.
        Stopped = "stopped" => "arrêtée, à reprendre",
        /// The service died meanwhile.
        Interrupted = "interrupted" => "interrompue",
    }
}

/// What a run comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub outcome: RunOutcome,
    /// In French, for those who operate the service.
    pub detail: String,
    /// As JSON, for the caller that requested the run.
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
    pub occasion: JobTrigger,
    pub firing: Option<DateTime<Utc>>,
    pub missed: u64,
    /// The person who requested it, if one did.
    pub actor: Option<Actor>,
}

impl Call {
    pub fn of(actor: Actor) -> Self {
        Self { occasion: JobTrigger::Person, firing: None, missed: 0, actor: Some(actor) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobRun {
    pub number: i64,
    pub job: JobName,
    pub occasion: JobTrigger,
    /// The firing that it answers; none when a person requested it.
    pub firing: Option<DateTime<Utc>>,
    /// Firings missed that it answers too.
    pub missed: u64,
    /// The person who requested it, if one did.
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

/// The state of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobStanding {
    pub job: JobName,
    /// Firings up to this instant are answered.
    pub settled_to: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
    pub missed: u64,
    pub last_success_at: Option<DateTime<Utc>>,
    /// Until when the service that runs it holds it.
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

words! {
    pub enum SourceOutcome, "an outcome" {
        Imported = "imported",
        /// The same bytes had been imported before.
        Known = "known",
        /// Not tried again until the file, or what the refusal depends on, is another.
        Refused = "refused",
        /// It could not be had; tried again at the next firing.
        Failed = "failed",
    }
}
