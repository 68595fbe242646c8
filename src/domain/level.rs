//! How serious a rule's answer is.

use super::words::words;

words! {
    /// `Clear < Watch < Moderate < High < Critical`. `Watch` is shown; an alert opens from `Moderate`.
    pub enum Level, "a level" {
        Clear = "clear",
        Watch = "watch",
        Moderate = "moderate",
        High = "high",
        Critical = "critical",
    }
}

impl Level {
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

    pub fn is_alerting(self) -> bool {
        self >= Self::Moderate
    }
}
