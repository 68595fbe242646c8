//! What only people know of a note to the COSINUM, by edition and by the place that it has in the note.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::audit::Actor;
use super::bounded_text::OptionalText;
use super::portfolio::edition::EditionId;
use super::words::words;

words! {
    /// A place of the note for what a person writes.
    pub enum NoteSection, "a place of the note" {
        Introduction = "introduction" => "introduction",
        Causes = "causes" => "repérage des risques",
        Evolutions = "evolutions" => "suivi des évolutions",
        Actions = "actions" => "actions pour tenir l’objectif",
        Decisions = "decisions" => "décisions proposées",
    }
}

/// A text as it was last written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteText {
    pub edition: EditionId,
    pub section: NoteSection,
    /// Empty while nobody has written it.
    pub text: String,
    /// How many times it was written.
    pub revision: i64,
    /// Who wrote it last, and when.
    pub by: Option<Actor>,
    pub at: Option<DateTime<Utc>>,
}

/// A text to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteTextBody {
    /// Each line is a paragraph, or an item of a list if it begins with a dash. Empty to leave the place as it was at first.
    pub text: OptionalText,
}

impl NoteText {
    /// A text that nobody has written yet.
    pub fn unwritten(edition: EditionId, section: NoteSection) -> Self {
        Self { edition, section, text: String::new(), revision: 0, by: None, at: None }
    }
}
