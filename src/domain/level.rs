//! How serious a rule's answer is.

use super::words::words;

words! {
    /// `Clear < Watch < Moderate < High < Critical`. `Watch` is shown; an alert opens from `Moderate`.
    pub enum Level, "a level" {
        Clear = "clear" => "Rien à signaler",
        Watch = "watch" => "À surveiller",
        Moderate = "moderate" => "Modéré",
        High = "high" => "Élevé",
        Critical = "critical" => "Critique",
    }
}

impl Level {
    pub fn is_alerting(self) -> bool {
        self >= Self::Moderate
    }
}
