//! What the decisions need to know of a rule, without its script.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::rules::worsening::WatchedField;
use crate::domain::words::words;

words! {
    /// A rule earns its place on real data: `experimental` and `test` rules give verdicts that are
    /// stored and shown, and raise nothing.
    pub enum RuleStatus, "a status of a rule" {
        Experimental = "experimental" => "expérimentale",
        Test = "test" => "à l’essai",
        Stable = "stable" => "stable",
        /// Still judged and shown; its standing alerts are closed, and it raises none.
        Deprecated = "deprecated" => "retirée",
    }
}

impl RuleStatus {
    pub fn opens_alerts(self) -> bool {
        matches!(self, Self::Stable)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleTerms {
    pub id: RuleId,
    /// In French.
    pub title: String,
    pub status: RuleStatus,
    /// It judges the projects that left the panorama, and not those that are listed.
    pub on_departed: bool,
    /// Evaluations in a row before the alert opens.
    pub for_evaluations: u32,
    /// Clear evaluations in a row before it closes.
    pub clear_for: u32,
    pub mission: Option<MissionCall>,
    /// In French: why a deprecated rule is no longer in use.
    pub deprecated_reason: Option<String>,
    pub inhibits: Vec<Inhibition>,
    /// The fields whose worsening makes a new fact of an alert that keeps its level.
    pub watched: Vec<WatchedField>,
}

/// While an alert of the rule that declares it is at `from` or above, those of `rule` on the same
/// subject, at `up_to` or below, say nothing more: nobody is notified of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inhibition {
    pub rule: RuleId,
    pub from: Level,
    pub up_to: Level,
}

/// The mission that an alert calls for, from a level on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissionCall {
    pub kind: MissionKind,
    pub from: Level,
}
