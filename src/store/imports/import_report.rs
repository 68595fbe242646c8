//! What is said of imports: what became of each file, and what was found in it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::differences::Difference;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{
    Dataset, HeldImport, ImportRemark, SetAside, Sighting, WithheldFigure,
};
use crate::domain::portfolio::import_decision::{HoldReason, ImportDecision, ImportState};

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Recorded {
    /// The same bytes were already there for the same dataset and edition.
    Unchanged {
        number: ImportNumber,
        replaced_by: Option<ImportNumber>,
        /// Whether it waits for a person, or was taken out.
        state: ImportState,
    },
    /// Kept, and used by no cycle until a person confirms it: it is out of the bounds of plausibility.
    Held {
        number: ImportNumber,
        holds: Vec<HoldReason>,
    },
    Added {
        number: ImportNumber,
    },
    /// It tells again what `former` reported: all of a panorama, or some subjects of follow-up data.
    Replaced {
        number: ImportNumber,
        former: ImportNumber,
        differences: Vec<Difference>,
        /// Subjects of which both say the same.
        identical: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportSummary {
    pub number: ImportNumber,
    pub file: String,
    pub dataset: Dataset,
    pub edition: EditionId,
    pub profile: String,
    pub imported_at: DateTime<Utc>,
    pub rows_kept: u64,
    pub set_aside_count: u64,
    /// The import that it replaced: for follow-up data, the latest that spoke of one of its subjects.
    pub replaces: Option<ImportNumber>,
    /// The first import that replaced it, wholly or for one of its subjects.
    pub replaced_by: Option<ImportNumber>,
    pub state: ImportState,
    /// Why it waits or waited for a person.
    pub holds: Vec<HoldReason>,
    /// The last decision of a person on it.
    pub decision: Option<ImportDecision>,
}

impl ImportSummary {
    /// Whether a person must still confirm it, or send a better file.
    pub fn is_waiting(&self) -> bool {
        self.state == ImportState::OnHold && self.replaced_by.is_none()
    }

    pub fn held(&self) -> HeldImport {
        HeldImport {
            number: self.number,
            file: self.file.clone(),
            dataset: self.dataset,
            edition: self.edition,
            holds: self.holds.clone(),
        }
    }
}

/// What was said of a file when it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    pub profile_reason: String,
    pub set_aside: Vec<SetAside>,
    pub withheld: Vec<WithheldFigure>,
    pub sightings: Vec<Sighting>,
    /// What a person should look at, though the rows were imported.
    pub remarks: Vec<ImportRemark>,
}
