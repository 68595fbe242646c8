//! How serious a rule's answer is.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// `Clear < Watch < Moderate < High < Critical`. `Watch` is shown; an alert opens from `Moderate`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Clear,
    Watch,
    Moderate,
    High,
    Critical,
}

impl Level {
    pub const ALL: [Self; 5] =
        [Self::Clear, Self::Watch, Self::Moderate, Self::High, Self::Critical];

    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Watch => "watch",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The word that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Clear => "Rien à signaler",
            Self::Watch => "À surveiller",
            Self::Moderate => "Modéré",
            Self::High => "Élevé",
            Self::Critical => "Critique",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }

    pub fn is_alerting(self) -> bool {
        self >= Self::Moderate
    }
}
