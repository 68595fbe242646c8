//! From alerts to missions: the support work that alerts call for, what opens automatically, the
//! actions of people, the ranking and the outcomes.

mod acts;
mod bodies;
mod merge;
mod outcomes;
mod plan;
mod playbook;
mod rank;
mod settings;
#[cfg(test)]
mod tests;
mod undo;

pub use acts::{ActContext, MissionRefusal, act};
pub use bodies::{
    MilestoneReached, MissionAct, MissionClosing, MissionDecision, MissionStart, MissionVerdict,
    NewMilestone, NewVendorReply, VendorNaming,
};
pub use outcomes::{RuleOutcomes, outcomes};
pub use plan::{PlanningContext, plan};
pub use playbook::{
    PLAYBOOK_FILE, Playbook, PlaybookEntry, PlaybookError, Team, Weights,
    deserialize_playbook_entry,
};
pub use rank::{Candidate, Points, RankGroup, Ranked, rank};
pub use settings::MissionSettings;
pub use undo::undo;
