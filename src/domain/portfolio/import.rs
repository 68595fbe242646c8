//! One file read once: what it gave, what was set aside, and what it says of known projects.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::edition::EditionId;
use super::follow_up::{
    Contact, Contract, DeclaredCause, Fact, Milestone, Rebaseline, Recommendation, WatchEntry,
};
use super::import_decision::HoldReason;
use super::snapshot::Snapshot;
use crate::domain::ids::{ImportNumber, MinistryCode, ProjectId};
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Path as given on the command line, or the name of the uploaded file.
    pub file: String,
    pub sha256: Fingerprint,
    /// Id of the profile that read it.
    pub profile: String,
    /// Why this profile: the headers it recognised, or that it was requested.
    pub profile_reason: String,
    pub dataset: Dataset,
    pub edition: EditionId,
    pub rows: ImportedRows,
    pub set_aside: Vec<SetAside>,
    /// Figures that the publisher withheld: the row is imported, and this says what it lacks.
    pub withheld: Vec<WithheldFigure>,
    pub sightings: Vec<Sighting>,
    /// Why it must wait for a person; found by comparison with the edition before, once the file is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldReason>,
    /// What a person should look at, though the rows were imported.
    pub remarks: Vec<ImportRemark>,
}

words! {
    /// What a file is about. Two files of the same dataset and edition tell the same story: the later
    /// one replaces the earlier one (for follow-up data, project by project).
    pub enum Dataset, "a dataset" {
        Panorama = "panorama" => "panorama des grands projets",
        /// Single facts per project, as the next four: declared initial figures.
        Baselines = "baselines" => "coûts et durées de départ",
        /// Opinion and article 3 file.
        Article3 = "article3" => "dossiers de l’article 3",
        Questionnaire = "questionnaire" => "questionnaire de suivi",
        Audits = "audits" => "audits",
        /// Expected and actual exits from the panorama.
        Exits = "exits" => "sorties du panorama",
        Rebaselines = "rebaselines" => "recadrages",
        Milestones = "milestones" => "jalons",
        Contracts = "contracts" => "marchés",
        Recommendations = "recommendations" => "recommandations",
        DeclaredCauses = "declared_causes" => "causes déclarées",
        WatchLists = "watch_lists" => "listes de suivi",
        Contacts = "contacts" => "correspondants",
    }
}

impl Dataset {
    /// Whether a field that a new file leaves blank keeps its former answer. The others are registers, in which a blank is
    /// a correction.
    pub fn answers_by_field(self) -> bool {
        matches!(self, Self::Questionnaire)
    }

    /// Whether it is made of single facts; the others, panorama aside, are lists.
    pub fn is_facts(self) -> bool {
        matches!(
            self,
            Self::Baselines | Self::Article3 | Self::Questionnaire | Self::Audits | Self::Exits
        )
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportedRows {
    Panorama(Vec<Snapshot>),
    Facts(Vec<Fact>),
    Rebaselines(Vec<Rebaseline>),
    Milestones(Vec<Milestone>),
    Contracts(Vec<Contract>),
    Recommendations(Vec<Recommendation>),
    DeclaredCauses(Vec<DeclaredCause>),
    WatchLists(Vec<WatchEntry>),
    Contacts(Vec<Contact>),
}

impl ImportedRows {
    pub fn len(&self) -> usize {
        match self {
            Self::Panorama(rows) => rows.len(),
            Self::Facts(rows) => rows.len(),
            Self::Rebaselines(rows) => rows.len(),
            Self::Milestones(rows) => rows.len(),
            Self::Contracts(rows) => rows.len(),
            Self::Recommendations(rows) => rows.len(),
            Self::DeclaredCauses(rows) => rows.len(),
            Self::WatchLists(rows) => rows.len(),
            Self::Contacts(rows) => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Rows that were not imported, with the reason in French, as the import report shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetAside {
    pub rows: Vec<u32>,
    pub reason: String,
}

/// What was doubtful at a place of the file, in French: the rows are imported, and a person should look at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportRemark {
    /// As a spreadsheet program numbers it.
    pub row: Option<u32>,
    pub column: Option<String>,
    pub remark: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithheldFigure {
    pub row: u32,
    pub project: ProjectId,
    /// `cost_current`, `duration_current`, `start_on`.
    pub field: String,
}

/// How one project of the file relates to those already known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sighting {
    pub project: ProjectId,
    pub name: String,
    pub ministry: Option<MinistryCode>,
    pub kind: SightingKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SightingKind {
    Known,
    New,
    /// New under this name, and close to a known one. Proposed for linking, never linked by guess.
    Resembles {
        project: ProjectId,
        name: String,
        likeness: f64,
    },
}

/// A project already known, with every name it went by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnownProject {
    pub project: ProjectId,
    pub names: Vec<String>,
    pub ministry: MinistryCode,
}

impl KnownProject {
    /// Its latest name.
    pub fn name(&self) -> &str {
        self.names.last().map_or(self.project.as_str(), String::as_str)
    }
}

/// An import that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldImport {
    pub number: ImportNumber,
    pub file: String,
    pub dataset: Dataset,
    pub edition: EditionId,
    pub holds: Vec<HoldReason>,
}
